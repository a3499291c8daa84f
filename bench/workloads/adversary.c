/*
 * adversary - attacks, each of which is built to hurt a structure of the catalogue
 *
 * PROGRAM. None. An attack is what a program would have to do for a structure to show its worst.
 * The other structures are measured under the same attack, which shows whether it hurts them too.
 * The workloads to compare an attack with are hold (all timers fire), burst (all timers fire at
 * once), idle (timers are re-armed later) and rpc (timers are stopped).
 *
 * PARAMETERS, assumed. In attacks in which time hardly advances, deadlines lie `span` (1000 s)
 * ahead. `span` is long, so that no timer becomes due by accident. In attacks in which time must
 * advance, each timer is armed once in the time `cycle` (1 s, the mean of hold). Each other
 * parameter belongs to one attack.
 *
 * STEADY STATE. n timers are armed at the end of each turn (loop iteration), from the first turn
 * on. Under attack=width their number varies between n and just below half of the largest power of
 * two that is not above n. The fill is not measured. TURNS have about `batch` operations, except in
 * attacks with whole herds or single timers (cascade, collide, sparse, equal).
 *
 * THE ATTACKS. "V&L" is Varghese and Lauck, SOSP 1987.
 *
 * cascade. All timers have the same deadline, 4095 ms after a multiple of 4096 ms. When they fire,
 * all are armed for a deadline 4096 ms later. The loop wakes up when half of the time to the
 * deadline is left, then when half of the rest is left, and so on down to the grain (the trace's
 * unit of time). So at every level of every hierarchy one slot holds all timers, and each time the
 * loop wakes up in such a slot, all timers of the slot are moved. A deadline just past a boundary
 * (64^k + 1 ticks) would cost only one move in wheels that choose the level by exclusive-or,
 * because the digits between its first and its last are 0. The deadline of this attack has all bits
 * set in ms, and hardly any digit 0 in us. No timer is stopped. The attack is the workload burst
 * plus the moves. Source: V&L, Scheme 7. PREDICTION: compared with burst, hierarchical wheels walk
 * through cold memory once for each level (3 levels with 64 slots and ticks of 1 us), radix-heap
 * does so once for each bit that is set (a dozen bits, in ns), and kernel-wheel never, unless it
 * migrates timers. The attack does not hurt other structures. The slowest operation of a wheel is
 * the walk through all n timers.
 *
 * collide. Each deadline is 1 to `turns` times `turn` ahead. In a hashed wheel with slots x tick =
 * turn, all timers are in one slot, and the wheel walks the whole slot once per revolution. The
 * default of `turn` is the revolution of hashed-wheel, 16384 slots of 1 ms. Source: V&L, Scheme 6:
 * the average cost stays the same, the variance explodes. PREDICTION: for each timer that fires,
 * hashed-wheel walks past `turns` / 2 timers on average (with order=sorted, for each timer that is
 * armed). Its walks are rare, but each takes O(n) in one operation. For other structures this
 * attack is a hold model with herds of equal deadlines.
 *
 * sparse. One timer fires every 10 minutes (`gap`), whatever n is, and the loop sleeps in between.
 * Source: V&L on ticks (Schemes 4 to 6). PREDICTION: structures that tick through empty slots do so
 * 600,000 times, or for a whole revolution of their wheel, for each timer that fires. A calendar
 * queue searches its empty years. The attack does not hurt bitmaps and heaps of buckets.
 *
 * decreasing. The timer with the latest deadline is stopped and armed again with the earliest.
 * Source: Williams, CACM 1964: each timer moves from the leaves to the root. PREDICTION: heaps sift
 * up through all levels, twice as many with arity 2 as with arity 4. A list that is searched from
 * the tail is walked completely. The attack does not hurt wheels.
 *
 * ascending. The earliest timer fires and is armed again with the latest deadline, so timers are
 * first in, first out. The last leaf of a heap is then always among the latest timers. When it
 * replaces the root, it sifts down through all levels. Source: Williams as well, and the benchmarks
 * of libuv and wahern/timeout. PREDICTION: compared with hold, heaps take a few steps more to
 * remove the root and none to insert, so this attack is not worse than hold. It is the best case of
 * lists and queues.
 *
 * distinct. Each interval is used twice in a row and never again, and the timers armed in one turn
 * are stopped in the next turn. A structure that groups by interval makes a queue for each
 * interval; a turn later the queue is empty and is freed. Source: Lawn (Lev-Libfeld 2019) requires
 * few intervals. PREDICTION: common-timeout pays for its table in addition to its heap, so it is
 * slower than quad-heap, which is that heap.
 *
 * backwards. All timers have the same interval, but it is counted from time stamps that go back by
 * a grain from arm to arm in each turn. So each deadline is before all deadlines that were armed
 * earlier in the turn. Source: Lawn and libevent's common timeouts assume one clock. PREDICTION:
 * with turns of 64 operations, common-timeout walks up to 32 steps, and then puts the timer into
 * its heap, so half of the timers are in the heap. Lists that are searched from the tail walk past
 * all timers armed earlier in the turn.
 *
 * width. The gaps between deadlines have a ratio of 10^6 : 1 (`ratio`). The deadlines of 32 timers
 * (the sparse timers) are far from each other. The deadlines of the other timers are close together
 * and later. While the sparse timers are next to expire, many other timers are stopped and then
 * armed again, so that the number of timers passes two powers of two in both directions. Source:
 * Brown, CACM 1988: when the number of timers has doubled or halved, a calendar queue chooses the
 * width of its days from the first few timers. PREDICTION: a calendar queue has nearly all timers
 * in one day, and walks past half of them to arm one. ladder-queue divides the day further, so the
 * attack does not hurt it.
 *
 * equal. Half of the timers are in 8 herds. All timers of a herd have the same deadline. The other
 * half are as in hold, with deadlines before, between and after those of the herds. Source:
 * assumed; Furfaro and Sacco (2018) study the bad cases of ladder queues. PREDICTION: ladder-queue
 * divides each herd without effect until its buckets are 1 ns wide or its rungs are used up, and
 * moves the herd each time. Lists walk past whole herds.
 *
 * crowd. Half of the timers have one deadline, and only these are stopped and armed. Source:
 * assumed. PREDICTION: skiplist walks past half of the crowd to find a timer, which takes O(n).
 * Heaps stop sifting after a step, since all keys are equal. The attack does not hurt other
 * structures.
 *
 * earlier. The timers are re-armed one after the other, each with the earliest deadline of all
 * timers. Source: lazy re-arms as in libev's documentation, HAProxy and Go. PREDICTION: a lazy
 * structure must move each timer immediately. zombie-heap rebuilds its whole heap once per turn, in
 * O(n). Heaps sift up through all levels.
 *
 * stop-all. Every timer is stopped long before it is due, and another timer is armed instead, 1 to
 * 2 `span` ahead. With stop=remove the owner gets the timer's memory back. Source: V&L: lazy stops
 * "can cause memory to grow unboundedly". PREDICTION: the attack does not hurt wheels and lists.
 * zombie-heap keeps up to a third more entries than timers with stop=disarm, and takes O(n) for
 * each stop with stop=remove.
 *
 * nudge. Each timer is re-armed with a later deadline in the last turn before it would fire, so no
 * timer fires. Source: spurious wake-ups from deferred re-arms (HAProxy, stakker). PREDICTION: lazy
 * structures save no work and cause a spurious wake-up in each turn. Heaps remove the root each
 * time. In common-timeout all timers are in one queue, because they have the same interval.
 *
 * boundaries. Each deadline is at a multiple of 64^k grains, a grain before it or a grain after it.
 * The level k is drawn from 1..`levels` (5) for each arm, and deadlines are up to 64 boundaries of
 * the highest level ahead (19 hours). A multiple of 64^k grains is a multiple of 64^k ns, too. So
 * each deadline is near a boundary of a structure that divides time by 64 at each level, and the
 * timers of the highest level are in herds of equal deadlines. The loop wakes up near the first
 * boundary of level 0..`levels` that is not before the earliest deadline. At level 0 it wakes up at
 * the deadline, and at the highest level it passes up to 64^(k-1) boundaries of each lower level k.
 * Source: our own, after V&L, Scheme 7: a timer moves down a level when time passes a boundary.
 * PREDICTION: a wheel moves a timer just before a boundary once at each level at which the loop
 * wakes up in between, and a timer at a boundary or just after it once, because the digits below
 * are 0. A trie that moves nothing until a timer is due does not suffer. A jump costs each
 * structure what it fires. A structure that visits slot by slot visits 64 slots at each level, not
 * 64^k. The attack does not hurt heaps: for them it is hold with herds of equal deadlines.
 *
 * step-back. Deadlines are counted from the program's time stamps, with one of eight intervals
 * between a quarter of `cycle` and seven quarters. In each period of n / 2 arms, the time stamps of
 * the last quarter (`behind`) are `back` (1 s) behind the loop's clock, as after a step of the
 * system's clock. Then they catch up. With the defaults, half of the deadlines in that time would
 * be in the past. Their timeouts would be negative, and loops take those for 0: such a timer is due
 * at once, fires in the next turn, and is armed again. The other deadlines are earlier than most
 * that were armed before. The loop's clock never steps back. Source: Lawn and libevent's common
 * timeouts assume one clock; our own parameters. PREDICTION: common-timeout puts a timer that is
 * `back` earlier than its queue's tail into its heap, so it costs as much as its heap in a quarter
 * of the arms. Structures that file by the time since now have all late timers in their first slot
 * or list, which is cheap. radix-heap and ladder-queue need a place for deadlines before their
 * front. Heaps sift up through all levels for a quarter of the arms.
 *
 * There is no attack for heaps whose last leaf is the latest timer, because ascending has this
 * effect on any heap.
 *
 * SEEN, NOT PREDICTED. sparse also brought kernel-wheel to a standstill, with 1e5 timers. Nearly
 * all timers were beyond its horizon of 12 days. It walked through all of them whenever one of them
 * came within the horizon, which happened once per firing. (The code now walks through them once
 * per horizon.) decreasing hurts zombie-heap as earlier does, because the entry of a stopped timer
 * is still in the heap when the timer gets an earlier deadline.
 */
#include "bench/workloads/adversary/attack.h"
#include "bench/workloads/adversary/boundaries.h"
#include "bench/workloads/adversary/equal.h"
#include "bench/workloads/adversary/step-back.h"
#include "bench/workloads/adversary/width.h"

/* The period of cascade, in ms. The deadline in a period has 12 bits. */
#define CASCADE_PERIOD 4096

static const char *const stop_words[] = { "disarm", "remove", NULL };

enum attack_word {
	CASCADE,
	COLLIDE,
	SPARSELY,
	DECREASING,
	ASCENDING,
	DISTINCT,
	BACKWARDS,
	WIDTH,
	EQUAL,
	CROWD,
	EARLIER,
	STOP_ALL,
	NUDGE,
	BOUNDARIES,
	STEP_BACK,
	ATTACKS,
};

static const char *const attack_words[ATTACKS + 1] = {
	[CASCADE] = "cascade",	     [COLLIDE] = "collide",	  [SPARSELY] = "sparse",
	[DECREASING] = "decreasing", [ASCENDING] = "ascending",	  [DISTINCT] = "distinct",
	[BACKWARDS] = "backwards",   [WIDTH] = "width",		  [EQUAL] = "equal",
	[CROWD] = "crowd",	     [EARLIER] = "earlier",	  [STOP_ALL] = "stop-all",
	[NUDGE] = "nudge",	     [BOUNDARIES] = "boundaries", [STEP_BACK] = "step-back",
};

#define ROW(field) offsetof(struct adversary_options, field)

static const struct option_spec adversary_specs[] = {
	WORKLOAD_COMMON_OPTIONS(struct adversary_options),
	{ "attack", OPTION_WORD, ROW(attack), 0, 0, "cascade", attack_words, "the attack" },
	{ "stop", OPTION_WORD, ROW(stop), 0, 0, "disarm", stop_words,
	  "how timers are stopped, in attacks that stop timers" },
	{ "span", OPTION_DURATION, ROW(span), 1e6, 1e15, "1000s", NULL,
	  "how far ahead deadlines lie: distinct, crowd, stop-all" },
	{ "cycle", OPTION_DURATION, ROW(cycle), 1e3, 1e15, "1s", NULL,
	  "time for one round over all timers: ascending, backwards, equal, nudge" },
	{ "turn", OPTION_DURATION, ROW(turn), 1, 1e13, "16384ms", NULL,
	  "collide: slots x tick of the attacked wheel" },
	{ "turns", OPTION_COUNT, ROW(turns), 1, 1e4, "100", NULL,
	  "collide: the most turns of the wheel that a timer waits" },
	{ "gap", OPTION_DURATION, ROW(gap), 1, 1e15, "10m", NULL,
	  "sparse: mean time between two firings" },
	{ "ratio", OPTION_REAL, ROW(ratio), 1, 1e9, "1e6", NULL,
	  "width: gap between sparse deadlines / gap between close ones" },
	{ "levels", OPTION_COUNT, ROW(levels), 1, 7, "5", NULL,
	  "boundaries: the powers of 64 whose multiples deadlines are near" },
	{ "back", OPTION_DURATION, ROW(back), 1, 1e15, "1s", NULL,
	  "step-back: how far the time stamps fall behind" },
	{ "behind", OPTION_REAL, ROW(behind), 0, 1, "25%", NULL,
	  "step-back: share of the arms whose time stamps are behind" },
	{ .name = NULL },
};

static const char *const adversary_variants[] = {
	"",
	"attack=collide",
	"attack=sparse",
	"attack=decreasing",
	"attack=ascending",
	"attack=distinct",
	"attack=backwards",
	"attack=width",
	"attack=equal",
	"attack=crowd",
	"attack=earlier",
	"attack=stop-all",
	"attack=stop-all,stop=remove",
	"attack=nudge",
	"attack=boundaries",
	"attack=step-back",
	NULL,
};

/* --- cascade */

/*
 * Advances to the time when half of the time to the deadline is left, then half of the rest, and so
 * on.
 */
static void approach(const struct attack *attack, uint64_t deadline)
{
	const uint64_t *fired;
	uint64_t left = deadline - generator_now(attack->generator);

	while ((left /= 2) >= attack->grain && !generator_failed(attack->generator))
		generator_advance(attack->generator,
				  deadline - left / attack->grain * attack->grain, &fired);
}

static void cascade(const struct attack *attack)
{
	uint64_t unit = whole_grains(1e6, attack->grain), period = CASCADE_PERIOD * unit;
	uint64_t deadline = period - unit;

	begin(attack, attack->n);
	for (uint64_t id = 0; id < attack->n; id++)
		generator_arm(attack->generator, id, deadline);
	begin_steady(attack);
	for (; !done(attack); deadline += period) {
		const uint64_t *fired;
		size_t count;

		approach(attack, deadline);
		count = generator_advance(attack->generator, deadline, &fired);
		for (size_t i = 0; i < count; i++)
			generator_arm(attack->generator, fired[i], period);
	}
}

/* --- collide */

/*
 * Draws the residual life, in multiples of `turn`, of an interval that is uniform on 1..turns. A
 * timer is found in a long interval more often than in a short one.
 */
static uint64_t turns_left(const struct attack *attack)
{
	uint64_t turns = attack->options->turns;

	for (;;) {
		uint64_t left = 1 + generator_below(attack->generator, turns);

		if (generator_below(attack->generator, turns) <= turns - left)
			return left;
	}
}

static void collide(const struct attack *attack)
{
	uint64_t turn = whole_grains((double)attack->options->turn, attack->grain);

	begin(attack, attack->n);
	for (uint64_t id = 0; id < attack->n; id++)
		generator_arm(attack->generator, id, turns_left(attack) * turn);
	begin_steady(attack);
	while (!done(attack)) {
		const uint64_t *fired;
		size_t count = pass(attack, turn, &fired);

		for (size_t i = 0; i < count; i++)
			generator_arm(
				attack->generator, fired[i],
				(1 + generator_below(attack->generator, attack->options->turns)) *
					turn);
	}
}

/* --- sparse */

/*
 * Deadlines are at most LONGEST_DURATION, 36 years, ahead. So with about a million timers or more,
 * the gaps are shorter than `gap`.
 */
static void sparse(const struct attack *attack)
{
	double mean = fmin((double)attack->options->gap * (double)attack->n,
			   (double)LONGEST_DURATION / 2);

	begin(attack, attack->n);
	for (uint64_t id = 0; id < attack->n; id++) {
		double interval = mean * draw_between_biased(attack->generator, 0, 2);
		double left = interval * generator_uniform(attack->generator);

		generator_arm(attack->generator, id, whole_grains(left, attack->grain));
	}
	begin_steady(attack);
	while (!done(attack)) {
		const uint64_t *fired;
		size_t count = generator_advance(attack->generator,
						 generator_earliest(attack->generator), &fired);

		for (size_t i = 0; i < count; i++)
			generator_arm(attack->generator, fired[i],
				      whole_grains(mean * draw_between(attack->generator, 0, 2),
						   attack->grain));
	}
}

/* --- decreasing, earlier */

/*
 * Arms one timer after the other, each with a deadline one grain before all others. So the next
 * timer to be armed always has the latest deadline. Time advances slowly and never reaches the
 * deadlines.
 */
static void descend(const struct attack *attack, bool stopped)
{
	uint64_t n = attack->n, grain = attack->grain, room, deadline;
	const uint64_t *fired;

	begin(attack, n);
	if (__builtin_add_overflow(n, attack->operations, &room) ||
	    room > LONGEST_DURATION / 2 / grain - attack->batch) {
		generator_fail(attack->generator, -EOVERFLOW,
			       "the decreasing deadlines do not fit: use a smaller grain");
		return;
	}
	deadline = 2 * (room + attack->batch) * grain;
	for (uint64_t id = 0; id < n; id++, deadline -= grain)
		generator_arm_absolute(attack->generator, id, deadline);
	begin_steady(attack);
	for (uint64_t next = 0; !done(attack);) {
		pass(attack, grain, &fired);
		for (uint64_t i = 0; i < attack->batch; i++, next++, deadline -= grain) {
			if (stopped)
				stop(attack, next % n);
			generator_arm_absolute(attack->generator, next % n, deadline);
		}
	}
}

static void decreasing(const struct attack *attack)
{
	descend(attack, true);
}

static void earlier(const struct attack *attack)
{
	descend(attack, false);
}

/* --- ascending */

static void ascending(const struct attack *attack)
{
	uint64_t gap = turn_length((double)attack->cycle / (double)attack->n, attack->grain);
	uint64_t deadline = 0;

	begin(attack, attack->n);
	for (uint64_t id = 0; id < attack->n; id++)
		generator_arm_absolute(attack->generator, id, deadline += gap);
	begin_steady(attack);
	while (!done(attack)) {
		const uint64_t *fired;
		size_t count = pass(attack, attack->batch * gap, &fired);

		for (size_t i = 0; i < count; i++)
			generator_arm_absolute(attack->generator, fired[i], deadline += gap);
	}
}

/* --- distinct */

/* Draws a long interval from so many that hardly any interval repeats. */
static uint64_t fresh_interval(const struct attack *attack)
{
	double span = (double)attack->span;

	return whole_grains(draw_between(attack->generator, span, 2 * span), attack->grain);
}

static void distinct(const struct attack *attack)
{
	const uint64_t *fired;
	uint64_t grain = attack->grain, interval = 0;

	begin(attack, attack->n);
	for (uint64_t id = 0; id < attack->n; id++)
		generator_arm(attack->generator, id, fresh_interval(attack));
	begin_steady(attack);
	while (!done(attack)) {
		size_t count = pass(attack, grain, &fired);

		for (size_t i = 0; i < count; i++)
			generator_arm(attack->generator, fired[i], fresh_interval(attack));
		for (uint64_t id = 0; id < attack->batch; id++)
			stop(attack, id);
		for (uint64_t id = 0; id < attack->batch; id++) {
			if (id % 2 == 0)
				interval = fresh_interval(attack);
			generator_arm(attack->generator, id, interval);
		}
	}
}

/* --- backwards */

static void backwards(const struct attack *attack)
{
	uint64_t turns = round_of_turns(attack), grain = attack->grain;
	uint64_t turn = turn_length((double)attack->cycle / (double)turns, grain);
	const uint64_t *fired;
	uint64_t interval;

	/* The time stamps of a turn must be later than those of the previous turn. */
	if (turn <= attack->batch * grain)
		turn = (attack->batch + 1) * grain;
	interval = turns * turn;
	begin(attack, attack->n);
	pass(attack, turn, &fired);
	for (uint64_t id = 0; id < attack->n; id++) {
		uint64_t place = id % attack->batch;

		if (id && !place)
			pass(attack, turn, &fired);
		generator_arm_from(attack->generator, id, interval,
				   generator_now(attack->generator) - place * grain);
	}
	begin_steady(attack);
	while (!done(attack)) {
		size_t count = pass(attack, turn, &fired);

		for (size_t i = 0; i < count; i++)
			generator_arm_from(attack->generator, fired[i], interval,
					   generator_now(attack->generator) - i * grain);
	}
}

/* --- crowd */

static void crowd(const struct attack *attack)
{
	uint64_t n = attack->n, crowded = (n + 1) / 2;
	uint64_t moment = whole_grains(1.5 * (double)attack->span, attack->grain);
	const uint64_t *fired;

	begin(attack, n);
	for (uint64_t id = 0; id < n; id++)
		generator_arm_absolute(attack->generator, id,
				       id < crowded ? moment : fresh_interval(attack));
	begin_steady(attack);
	while (!done(attack)) {
		size_t count = pass(attack, attack->grain, &fired);

		if (count)
			moment = generator_now(attack->generator) + attack->span;
		for (size_t i = 0; i < count; i++)
			generator_arm_absolute(attack->generator, fired[i], moment);
		for (uint64_t i = 0; i < attack->batch; i++) {
			uint64_t id = generator_below(attack->generator, crowded);

			stop(attack, id);
			generator_arm_absolute(attack->generator, id, moment);
		}
	}
}

/* --- stop-all */

/* Swaps a random entry of ids[first..end-1] with ids[first], and returns the entry's old index. */
static uint64_t draw_to_front(const struct attack *attack, uint64_t *ids, uint64_t first,
			      uint64_t end)
{
	uint64_t other = first + generator_below(attack->generator, end - first);
	uint64_t id = ids[other];

	ids[other] = ids[first];
	ids[first] = id;
	return other;
}

/*
 * The timers ids[0..n-1] are armed, and ids[n..2n-1] are not. Each step stops a random armed timer,
 * arms a random other timer, and exchanges their ids.
 */
static void stop_all_turn(const struct attack *attack, uint64_t *ids)
{
	for (uint64_t i = 0; i < attack->batch; i++) {
		uint64_t out, in;

		draw_to_front(attack, ids, 0, attack->n);
		draw_to_front(attack, ids, attack->n, 2 * attack->n);
		out = ids[0];
		in = ids[attack->n];
		stop(attack, out);
		generator_arm(attack->generator, in, fresh_interval(attack));
		ids[0] = in;
		ids[attack->n] = out;
	}
}

static void stop_all(const struct attack *attack)
{
	uint64_t *ids = workload_memory(attack->generator, 2 * attack->n, sizeof(*ids));
	const uint64_t *fired;

	if (!ids)
		return;
	begin(attack, 2 * attack->n);
	for (uint64_t id = 0; id < 2 * attack->n; id++)
		ids[id] = id;
	for (uint64_t id = 0; id < attack->n; id++)
		generator_arm(attack->generator, id, fresh_interval(attack));
	begin_steady(attack);
	while (!done(attack)) {
		size_t count = pass(attack, attack->grain, &fired);

		for (size_t i = 0; i < count; i++)
			generator_arm(attack->generator, fired[i], fresh_interval(attack));
		stop_all_turn(attack, ids);
	}
	free(ids);
}

/* --- nudge */

/* All timers are armed in turns of `batch`, and re-armed one turn before they are due. */
static void nudge(const struct attack *attack)
{
	uint64_t turns = round_of_turns(attack);
	uint64_t turn = turn_length((double)attack->cycle / (double)(turns + 1), attack->grain);
	uint64_t interval = (turns + 1) * turn, next = 0;
	const uint64_t *fired;

	begin(attack, attack->n);
	for (uint64_t id = 0; id < attack->n; id++) {
		if (id % attack->batch == 0)
			pass(attack, turn, &fired);
		generator_arm(attack->generator, id, interval);
	}
	begin_steady(attack);
	while (!done(attack)) {
		pass(attack, turn, &fired);
		do {
			generator_arm(attack->generator, next, interval);
			next = (next + 1) % attack->n;
		} while (next % attack->batch);
	}
}

/* The attacks, in the order of enum attack_word. */
static const struct {
	const char *what, *aimed_at;
	void (*generate)(const struct attack *attack);
} attacks[ATTACKS] = {
	[CASCADE] = { "all timers are in one slot of every level, one level after the other",
		      "hierarchical-wheel, cascading-wheel, bucket-heap, radix-heap, "
		      "kernel-wheel with migration",
		      cascade },
	[COLLIDE] = { "all deadlines are in one slot of a wheel, up to `turns` turns ahead",
		      "hashed-wheel", collide },
	[SPARSELY] = { "one timer fires in `gap`, and nothing happens between",
		       "ticking wheels: hashed-wheel, two-level-wheel; calendar-queue", sparse },
	[DECREASING] = { "the latest timer is stopped and armed with the earliest deadline",
			 "heaps (all the way up), sorted-list from the tail", decreasing },
	[ASCENDING] = { "the earliest timer fires and is armed with the latest deadline",
			"heaps (all the way down)", ascending },
	[DISTINCT] = { "each interval is used twice in a row and never again", "common-timeout",
		       distinct },
	[BACKWARDS] = { "one interval, counted from time stamps that go back",
			"common-timeout, sorted-list from the tail", backwards },
	[WIDTH] = { "gaps of `ratio`:1, and numbers that double and halve", "calendar-queue",
		    spoil_width },
	[EQUAL] = { "herds of equal deadlines before, between and after others",
		    "ladder-queue, radix-heap, lists", equal },
	[CROWD] = { "timers within a crowd of equal deadlines are stopped", "skiplist", crowd },
	[EARLIER] = { "each timer is re-armed with the earliest deadline",
		      "lazy re-arms: lazy:X, zombie-heap; heaps (all the way up)", earlier },
	[STOP_ALL] = { "all timers are stopped long before they are due",
		       "lazy stops: zombie-heap; heaps of buckets", stop_all },
	[NUDGE] = { "each timer is postponed in the last turn before it is due",
		    "lazy re-arms: lazy:X, zombie-heap; pairing-heap (the root each time)", nudge },
	[BOUNDARIES] = { "deadlines at, before and after powers of 64, and jumps",
			 "wheels and tries of 64 slots: hierarchical-wheel, kernel-wheel, bucket-levels",
			 boundaries },
	[STEP_BACK] = { "time stamps fall behind the loop's clock, and catch up",
			"common-timeout, radix-heap, ladder-queue", step_back },
};

static void adversary_generate(struct generator *generator, const void *given, uint64_t n,
			       uint64_t operations)
{
	const struct adversary_options *options = given;
	const struct attack attack = {
		.generator = generator,
		.options = options,
		.n = n,
		.operations = operations,
		.batch = workload_batch(&options->common, n),
		.grain = options->common.grain,
		.span = whole_grains((double)options->span, options->common.grain),
		.cycle = whole_grains((double)options->cycle, options->common.grain),
	};

	attacks[options->attack].generate(&attack);
}

static void adversary_explain(void (*row)(const char *name, const char *what, const char *more))
{
	for (int i = 0; i < ATTACKS; i++)
		row(attack_words[i], attacks[i].what, attacks[i].aimed_at);
}

const struct workload workload_adversary = {
	.name = "adversary",
	.summary = "for each structure, work that is built to hurt it",
	.source =
		"cascade, collide, sparse, stop-all: Varghese and Lauck, SOSP 1987; width: Brown, "
		"CACM 1988; decreasing, ascending: heaps, Williams, CACM 1964; distinct, "
		"backwards: Lawn, 2019; earlier, nudge: deferred re-arms as in HAProxy and Go; "
		"boundaries, step-back: our own. "
		"Sizes and spans are assumed",
	.prediction = "each attack hurts its target and hardly any other structure; heaps with "
		      "cached keys are never far from the best",
	.options = adversary_specs,
	.options_size = sizeof(struct adversary_options),
	.variants = adversary_variants,
	.explain = adversary_explain,
	.generate = adversary_generate,
};
