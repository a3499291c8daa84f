/*
 * two-level-wheel - a large wheel of ticks and a large wheel of seconds, as in Erlang
 *
 * IDEA. Two wheels, each so large that no third is needed. The soon wheel has 16,384 slots of a
 * tick, which is 16 s with ticks of 1 ms. The later wheel also has 16,384 slots. Each of them is
 * half as long as the soon wheel, 8 s, so the later wheel reaches 37 hours. Timers beyond that are
 * in a tree.
 *
 *	 now
 *	  |<---- soon wheel ---->|
 *	  [ ][*][ ][ ][*] ... [ ]                  a slot for each tick, which fires its timers
 *	             [          ][    *     ][  *       ][ ...   a slot of the later wheel moves to
 *	              |<-- 8 s -->|                              the soon wheel 8 s before it begins
 *
 * So a timer moves at most once, and never if it is armed for less than 16 s. 16,384 slots are too
 * many to look through. The wheel has no bitmap, but a count of timers for each range of 512 slots.
 * The search skips ranges that are empty, and looks through the slots of the first range that has
 * timers. Each wheel remembers a tick before which it has no timers, and the next search starts at
 * that tick.
 *
 * next is exact for the soon wheel. For the later wheel it returns the time at which the first
 * occupied slot must move, or an earlier time: 8 s before the first range that has timers. Erlang
 * expects that most of these timers are stopped before. If they are not stopped, they cost a
 * wake-up for the move, and sometimes one more before it.
 *
 * COST.   insert     O(1); O(log n) beyond 37 hours
 *         reinsert   always a remove and an insert
 *         remove     O(1): two neighbours and two counts; O(log n) beyond 37 hours
 *         next       O(1) while the first timer stays; else the slots of two ranges of each wheel
 *         expire     O(1) per timer, a move for each timer of the later wheel, and the search
 *         memory     none per timer; 256 KiB
 *
 * GIVES BACK. Nothing: its memory does not depend on the number of timers.
 *
 * WINS. Where ticks are coarse, so that most slots are occupied: a timer moves at most once.
 * With ticks of 1 ms and all timers firing (the workload hold), it is cheaper than
 * hierarchical-wheel with the same ticks.
 *
 * LOSES. Where most slots are empty, as with ticks of 1 us: in a range that has a timer, the search
 * looks at the empty slots one by one. In re-arming, which writes two neighbours and two counts for
 * the remove and again for the insert. Where there are few timers: the wheels take 256 KiB in any
 * case.
 *
 * SOURCE. Erlang/OTP, erts/emulator/beam/time.c (2^14 slots of 1 ms and 2^14 of 2^13 ms), and
 * erl_hl_timer.c, which keeps the longest timers in a red-black tree.
 *
 * DEPARTURES. Deadlines are rounded up to a tick. An expire that has reached max stops in the
 * middle of a slot; Erlang counts its work and yields. expire advances the clock in steps, so that
 * order is kept even if expire is late by more than half the soon wheel. When the clock comes to a
 * range, the first timer of the range is searched for at once, not a few slots at each wake-up. In
 * Erlang, a timer in the wheels represents the first timer of the tree; here next and expire look
 * into the tree. Timers armed for TIMER_NEVER are in the tree, after all others.
 */
#include <assert.h>
#include <errno.h>
#include <stdlib.h>

#include "common/options.h"
#include "common/ticks.h"
#include "common/timer_tree.h"

#define MOST_BITS  20
#define RANGE_BITS 9 /* Erlang's ERTS_TW_SCNT_BITS: a count for each 512 slots */

/*
 * The place of a timer, in the last word of its link; 0 for an idle timer. For a timer in the tree,
 * the place is the timer's colour, 2 or 3. Slot s of the soon wheel is PLACE_SLOT + s; the slots of
 * the later wheel follow.
 */
#define PLACE	       TREE_COLOUR
#define PLACE_IDLE     0
#define PLACE_DISARMED 1
#define PLACE_DUE      4
#define PLACE_SLOT     5

struct two_level_options {
	uint64_t tick, soon, later;
};

struct wheel {
	uint64_t first; /* no occupied slot begins before this tick; NO_TICK when all are empty */
	size_t count;	/* timers in the wheel */
	unsigned bits;	/* the wheel has 2^bits slots */
	unsigned shift; /* a slot is 2^shift ticks */
	unsigned range; /* 2^range slots share a count */
	uint64_t place; /* the place of its first slot */
	struct timer **slot;
	uint32_t *counts;
};

struct two_level_wheel {
	uint64_t clock; /* the last tick that expire has processed */
	struct ticks ticks;
	size_t size;
	struct timer *due; /* a ring of timers that were due when they were armed */
	struct wheel soon, later;
	struct timer_tree beyond;
	size_t footprint;
	struct timer *slot[];
};

static struct two_level_wheel *wheels_of(const struct timer_set *set)
{
	return (struct two_level_wheel *)set;
}

static bool is_armed(const struct timer *timer)
{
	return timer->link.word[PLACE] > PLACE_DISARMED;
}

/* --- slots: rings of timers; the slot points to the first timer */

static void ring_append(struct timer **ring, struct timer *timer)
{
	struct timer *first = *ring;

	if (!first) {
		timer->link.next = timer->link.previous = timer;
		*ring = timer;
		return;
	}
	timer->link.next = first;
	timer->link.previous = first->link.previous;
	first->link.previous->link.next = timer;
	first->link.previous = timer;
}

static void ring_take_out(struct timer **ring, struct timer *timer)
{
	if (timer->link.next == timer) {
		*ring = NULL;
		return;
	}
	if (*ring == timer)
		*ring = timer->link.next;
	timer->link.previous->link.next = timer->link.next;
	timer->link.next->link.previous = timer->link.previous;
}

/* Takes up to max timers from the front, makes them idle, and returns their number. */
static size_t ring_take_front(struct timer **ring, struct timer **out, size_t max)
{
	struct timer *timer = *ring, *last = timer ? timer->link.previous : NULL;
	size_t count = 0;

	while (timer && count < max) {
		struct timer *next = timer == last ? NULL : timer->link.next;

		timer->link = (union timer_link){ .word = { PLACE_IDLE } };
		out[count++] = timer;
		timer = next;
		if (timer)
			__builtin_prefetch(timer->link.next, 1);
	}
	*ring = timer;
	if (timer) {
		timer->link.previous = last;
		last->link.next = timer;
	}
	return count;
}

/* --- a wheel */

static uint64_t span_of(const struct wheel *wheel)
{
	return UINT64_C(1) << wheel->shift;
}

static unsigned slots_of(const struct wheel *wheel)
{
	return 1u << wheel->bits;
}

static unsigned number_of(const struct wheel *wheel, uint64_t tick)
{
	return (unsigned)(tick >> wheel->shift) & (slots_of(wheel) - 1);
}

static void wheel_put(struct wheel *wheel, struct timer *timer)
{
	unsigned number = number_of(wheel, timer->key);
	uint64_t begins = timer->key >> wheel->shift << wheel->shift;

	timer->link.word[PLACE] = wheel->place + number;
	ring_append(&wheel->slot[number], timer);
	wheel->counts[number >> wheel->range]++;
	wheel->count++;
	if (begins < wheel->first)
		wheel->first = begins;
}

/* Subtracts timers that have left a slot from the counts. */
static void count_out(struct wheel *wheel, unsigned number, size_t gone)
{
	wheel->counts[number >> wheel->range] -= (uint32_t)gone;
	wheel->count -= gone;
	if (!wheel->count)
		wheel->first = NO_TICK;
}

static void wheel_take_out(struct wheel *wheel, struct timer *timer)
{
	unsigned number = (unsigned)(timer->link.word[PLACE] - wheel->place);

	ring_take_out(&wheel->slot[number], timer);
	count_out(wheel, number, 1);
}

/*
 * Returns the tick at which the first occupied slot of a wheel begins. If `exact` is false, it may
 * be only the tick at which the first range with a timer begins. The wheel must have a timer. The
 * search in the next call starts at the returned tick.
 */
static uint64_t wheel_first(struct wheel *wheel, bool exact)
{
	unsigned number = number_of(wheel, wheel->first), in_range = (1u << wheel->range) - 1;

	while (!wheel->slot[number]) {
		unsigned skipped = 1;

		if (!wheel->counts[number >> wheel->range])
			skipped = in_range + 1 - (number & in_range);
		else if (!(number & in_range) && !exact)
			break;
		wheel->first += (uint64_t)skipped << wheel->shift;
		number = (number + skipped) & (slots_of(wheel) - 1);
	}
	return wheel->first;
}

/* --- the two wheels and the tree */

static void file_timer(struct two_level_wheel *wheels, struct timer *timer)
{
	const struct wheel *later = &wheels->later;
	uint64_t tick = timer->key, clock = wheels->clock;

	if (tick <= clock) {
		timer->link.word[PLACE] = PLACE_DUE;
		ring_append(&wheels->due, timer);
	} else if (tick - clock < slots_of(&wheels->soon)) {
		wheel_put(&wheels->soon, timer);
	} else if ((tick >> later->shift) - (clock >> later->shift) < slots_of(later)) {
		wheel_put(&wheels->later, timer);
	} else {
		timer_tree_insert(&wheels->beyond, timer);
	}
}

static void arm(struct two_level_wheel *wheels, struct timer *timer, uint64_t deadline)
{
	timer->deadline = deadline;
	timer->key = ticks_ceiling(&wheels->ticks, deadline);
	if (deadline == TIMER_NEVER)
		timer_tree_insert(&wheels->beyond, timer);
	else
		file_timer(wheels, timer);
}

static void take_out(struct two_level_wheel *wheels, struct timer *timer)
{
	uint64_t place = timer->link.word[PLACE];

	if (place < PLACE_DUE)
		timer_tree_take_out(&wheels->beyond, timer);
	else if (place == PLACE_DUE)
		ring_take_out(&wheels->due, timer);
	else
		wheel_take_out(place < wheels->later.place ? &wheels->soon : &wheels->later, timer);
}

/* Returns the tick of the first timer in the soon wheel; NO_TICK if the wheel is empty. */
static uint64_t first_soon(struct two_level_wheel *wheels)
{
	return wheels->soon.count ? wheel_first(&wheels->soon, true) : NO_TICK;
}

/*
 * Returns the tick at which the first occupied slot of the later wheel must move into the soon
 * wheel, if that is at `until` or before. Otherwise returns any tick after `until`. `exact` is as
 * for wheel_first.
 */
static uint64_t first_later(struct two_level_wheel *wheels, uint64_t until, bool exact)
{
	struct wheel *later = &wheels->later;

	if (!later->count || later->first - span_of(later) > until)
		return NO_TICK;
	return wheel_first(later, exact) - span_of(later);
}

static uint64_t first_beyond(const struct two_level_wheel *wheels)
{
	return wheels->beyond.first ? wheels->beyond.first->key : NO_TICK;
}

/*
 * Moves a slot of the later wheel into the soon wheel and the clock to `clock`, which is half a
 * soon wheel before the slot begins. The soon wheel then reaches all of the slot.
 */
static void move_down(struct two_level_wheel *wheels, uint64_t clock)
{
	struct wheel *later = &wheels->later;
	unsigned number = number_of(later, clock + span_of(later));
	struct timer *timer = later->slot[number], *last = timer->link.previous;
	size_t moved = 0;

	wheels->clock = clock;
	later->slot[number] = NULL;
	while (timer) {
		struct timer *next = timer == last ? NULL : timer->link.next;

		if (next)
			__builtin_prefetch(next->link.next, 1);
		wheel_put(&wheels->soon, timer);
		moved++;
		timer = next;
	}
	count_out(later, number, moved);
}

/* Fires up to max timers of a slot of the soon wheel. The clock waits until the slot is empty. */
static size_t fire_slot(struct two_level_wheel *wheels, uint64_t tick, struct timer **out,
			size_t max)
{
	struct wheel *soon = &wheels->soon;
	unsigned number = number_of(soon, tick);
	size_t count = ring_take_front(&soon->slot[number], out, max);

	wheels->clock = soon->slot[number] ? tick - 1 : tick;
	count_out(soon, number, count);
	return count;
}

static size_t fire_beyond(struct two_level_wheel *wheels, struct timer **out)
{
	struct timer *timer = wheels->beyond.first;

	timer_tree_take_out(&wheels->beyond, timer);
	timer->link = (union timer_link){ .word = { PLACE_IDLE } };
	out[0] = timer;
	return 1;
}

/* Fires timers of the next slot or of the tree, or moves a slot down. False: nothing to do yet. */
static bool step(struct two_level_wheel *wheels, uint64_t until, struct timer **out, size_t max,
		 size_t *count)
{
	uint64_t soon = first_soon(wheels), beyond = first_beyond(wheels);
	uint64_t later = first_later(wheels, until, true);

	if (soon > until && beyond > until && later > until)
		return false;
	if (beyond <= soon && beyond <= later)
		*count += fire_beyond(wheels, out + *count);
	else if (soon <= later)
		*count += fire_slot(wheels, soon, out + *count, max - *count);
	else
		move_down(wheels, later);
	return true;
}

/* --- the operations */

/* Lays out a wheel whose slots start at number `first`. Returns the number after its last slot. */
static size_t lay_out(struct two_level_wheel *wheels, struct wheel *wheel, size_t first,
		      uint64_t bits, uint64_t shift)
{
	wheel->first = NO_TICK;
	wheel->bits = (unsigned)bits;
	wheel->shift = (unsigned)shift;
	wheel->range = bits < RANGE_BITS ? (unsigned)bits : RANGE_BITS;
	wheel->place = PLACE_SLOT + first;
	wheel->slot = &wheels->slot[first];
	return first + (UINT64_C(1) << bits);
}

static int two_level_wheel_create(struct timer_set **set, const void *options, uint64_t now)
{
	const struct two_level_options *asked = options;
	size_t slots = (UINT64_C(1) << asked->soon) + (UINT64_C(1) << asked->later);
	size_t ranges = 2 + (slots >> RANGE_BITS);
	size_t bytes = sizeof(struct two_level_wheel) + slots * sizeof(struct timer *) +
		       ranges * sizeof(uint32_t);
	struct two_level_wheel *wheels = calloc(1, bytes);
	size_t number;

	if (!wheels)
		return -ENOMEM;
	wheels->ticks = ticks_of(asked->tick);
	wheels->clock = ticks_now(&wheels->ticks, now);
	wheels->footprint = bytes;
	number = lay_out(wheels, &wheels->soon, 0, asked->soon, 0);
	lay_out(wheels, &wheels->later, number, asked->later, asked->soon - 1);
	wheels->soon.counts = (uint32_t *)(void *)&wheels->slot[slots];
	wheels->later.counts = wheels->soon.counts + 1 + (number >> RANGE_BITS);
	*set = (struct timer_set *)wheels;
	return 0;
}

static void two_level_wheel_destroy(struct timer_set *set)
{
	free(set);
}

static int two_level_wheel_reserve(struct timer_set *set, size_t n)
{
	(void)set;
	(void)n; /* rings and tree link the timers themselves */
	return 0;
}

static void two_level_wheel_insert(struct timer_set *set, struct timer *timer, uint64_t deadline,
				   uint64_t interval)
{
	struct two_level_wheel *wheels = wheels_of(set);

	(void)interval;
	assert(!is_armed(timer) && "insert: the timer is armed");
	arm(wheels, timer, deadline);
	wheels->size++;
}

static void two_level_wheel_reinsert(struct timer_set *set, struct timer *timer, uint64_t deadline,
				     uint64_t interval)
{
	struct two_level_wheel *wheels = wheels_of(set);

	(void)interval;
	assert(is_armed(timer) && "reinsert: the timer is not armed");
	take_out(wheels, timer);
	arm(wheels, timer, deadline);
}

static void two_level_wheel_disarm(struct timer_set *set, struct timer *timer)
{
	struct two_level_wheel *wheels = wheels_of(set);

	assert(is_armed(timer) && "disarm: the timer is not armed");
	take_out(wheels, timer);
	wheels->size--;
	timer->link.word[PLACE] = PLACE_DISARMED;
}

static void two_level_wheel_remove(struct timer_set *set, struct timer *timer)
{
	struct two_level_wheel *wheels = wheels_of(set);

	assert(timer->link.word[PLACE] != PLACE_IDLE && "remove: the timer is idle");
	if (is_armed(timer)) {
		take_out(wheels, timer);
		wheels->size--;
	}
	timer->link = (union timer_link){ .word = { PLACE_IDLE } };
}

/* For the later wheel, returns a tick that is cheap to find. expire finds the exact one then. */
static uint64_t two_level_wheel_next(struct timer_set *set)
{
	struct two_level_wheel *wheels = wheels_of(set);
	uint64_t soon, later, beyond = first_beyond(wheels), first;

	if (wheels->due)
		return wheels->clock * wheels->ticks.ns;
	soon = first_soon(wheels);
	first = soon < beyond ? soon : beyond;
	later = first_later(wheels, first, false);
	return ticks_begin(&wheels->ticks, later < first ? later : first);
}

static size_t two_level_wheel_expire(struct timer_set *set, uint64_t now, struct timer **out,
				     size_t max)
{
	struct two_level_wheel *wheels = wheels_of(set);
	uint64_t until = ticks_now(&wheels->ticks, now);
	size_t count;

	if (until < wheels->clock)
		return 0;
	count = ring_take_front(&wheels->due, out, max);
	while (count < max && step(wheels, until, out, max, &count))
		;
	if (count < max)
		wheels->clock = until;
	wheels->size -= count;
	return count;
}

static void visit_ring(struct timer *first, void (*visit)(struct timer *timer, void *data),
		       void *data)
{
	struct timer *timer = first;

	if (!first)
		return;
	do
		visit(timer, data);
	while ((timer = timer->link.next) != first);
}

static void visit_wheel(const struct wheel *wheel, void (*visit)(struct timer *timer, void *data),
			void *data)
{
	for (unsigned number = 0; number < slots_of(wheel); number++)
		visit_ring(wheel->slot[number], visit, data);
}

static void two_level_wheel_for_each(const struct timer_set *set,
				     void (*visit)(struct timer *timer, void *data), void *data)
{
	const struct two_level_wheel *wheels = wheels_of(set);
	struct timer *timer = wheels->beyond.first;

	visit_ring(wheels->due, visit, data);
	visit_wheel(&wheels->soon, visit, data);
	visit_wheel(&wheels->later, visit, data);
	for (; timer; timer = timer_tree_after(timer))
		visit(timer, data);
}

static size_t two_level_wheel_size(const struct timer_set *set)
{
	return wheels_of(set)->size;
}

static size_t two_level_wheel_footprint(const struct timer_set *set)
{
	return wheels_of(set)->footprint;
}

/* --- the check */

static const char *check_ring(const struct two_level_wheel *wheels, const struct timer *first,
			      uint64_t place, size_t *count)
{
	const struct timer *timer = first;

	if (!first)
		return NULL;
	do {
		if (timer->link.next->link.previous != timer)
			return "a ring's links do not agree";
		if (timer->link.word[PLACE] != place)
			return "a timer's stored place is not the ring that it is in";
		if (timer->key > ticks_ceiling(&wheels->ticks, timer->deadline))
			return "a timer is filed after its deadline";
		if ((place == PLACE_DUE) != (timer->key <= wheels->clock))
			return "a due timer is not in the ring `due`, or another timer is";
		++*count;
	} while ((timer = timer->link.next) != first);
	return NULL;
}

/* Checks that a slot's timers belong in it, and are due within a turn from the first tick. */
static const char *check_slot(const struct two_level_wheel *wheels, const struct wheel *wheel,
			      unsigned number)
{
	const struct timer *first = wheel->slot[number], *timer = first;

	if (!first)
		return NULL;
	do {
		uint64_t begins = timer->key >> wheel->shift << wheel->shift;

		if (number_of(wheel, timer->key) != number)
			return "a timer is in the wrong slot";
		if (begins < wheel->first)
			return "a timer is before the first tick of its wheel";
		if ((begins - wheel->first) >> wheel->shift >> wheel->bits)
			return "a timer is a turn of its wheel away, or more";
		if (wheel == &wheels->later && begins - wheels->clock < span_of(wheel))
			return "a timer should have moved into the soon wheel";
	} while ((timer = timer->link.next) != first);
	return NULL;
}

static const char *check_wheel(const struct two_level_wheel *wheels, const struct wheel *wheel,
			       size_t *count)
{
	size_t before = *count, in_range = 0;

	for (unsigned number = 0; number < slots_of(wheel); number++) {
		size_t others = *count;
		const char *broken = check_slot(wheels, wheel, number);

		if (!broken)
			broken = check_ring(wheels, wheel->slot[number], wheel->place + number,
					    count);
		if (broken)
			return broken;
		in_range += *count - others;
		if ((number + 1) >> wheel->range == number >> wheel->range)
			continue;
		if (wheel->counts[number >> wheel->range] != in_range)
			return "a range's count is not the number of timers in it";
		in_range = 0;
	}
	if (*count - before != wheel->count)
		return "a wheel's count is not the number of timers in it";
	if (!wheel->count != (wheel->first == NO_TICK))
		return "an empty wheel has a first tick, or a wheel with timers has none";
	return NULL;
}

static const char *check_beyond(const struct two_level_wheel *wheels, size_t *count)
{
	const char *broken = timer_tree_check(&wheels->beyond, count);

	if (broken)
		return broken;
	for (struct timer *timer = wheels->beyond.first; timer; timer = timer_tree_after(timer))
		if (timer->key > ticks_ceiling(&wheels->ticks, timer->deadline))
			return "a timer is filed after its deadline";
	return NULL;
}

static const char *two_level_wheel_check(const struct timer_set *set)
{
	const struct two_level_wheel *wheels = wheels_of(set);
	const char *broken;
	size_t count = 0;

	if ((broken = check_ring(wheels, wheels->due, PLACE_DUE, &count)) ||
	    (broken = check_wheel(wheels, &wheels->soon, &count)) ||
	    (broken = check_wheel(wheels, &wheels->later, &count)) ||
	    (broken = check_beyond(wheels, &count)))
		return broken;
	return count == wheels->size ? NULL : "the size is not the number of timers";
}

/* --- the table */

static void two_level_wheel_accuracy(const void *options, struct timer_accuracy *accuracy)
{
	const struct two_level_options *asked = options;

	/* Timers that were already due when they were armed fire in the order of arming. */
	*accuracy = (struct timer_accuracy){
		.when = asked->tick == 1 ? TIMER_EXACT : TIMER_TO_A_TICK,
		.order = TIMER_BY_TICK,
		.tick = asked->tick,
	};
}

static const struct option_spec two_level_wheel_options[] = {
	{ "tick", OPTION_DURATION, offsetof(struct two_level_options, tick), 1, 3600e9, "1ms", NULL,
	  "the length of a tick; deadlines are rounded up to whole ticks" },
	{ "soon", OPTION_COUNT, offsetof(struct two_level_options, soon), 1, MOST_BITS, "14", NULL,
	  "the soon wheel has 2^soon slots of a tick" },
	{ "later", OPTION_COUNT, offsetof(struct two_level_options, later), 1, MOST_BITS, "14",
	  NULL, "the later wheel has 2^later slots of half the soon wheel" },
	{ 0 },
};

static const char *const two_level_wheel_settings_to_test[] = {
	"", /* Erlang's sizes and tick */
	"tick=1us",
	"tick=1ns",
	"tick=1us,soon=10,later=10",
	"tick=1us,soon=10,later=16",
	"tick=333ns,soon=5,later=11",
	"tick=1ns,soon=1,later=1",
	"soon=2,later=10",
	NULL,
};

const struct timer_structure timer_two_level_wheel = {
	.name = "two-level-wheel",
	.summary = "two large wheels, of ticks and of seconds; a tree for timers beyond them",
	.source = "Erlang/OTP (erts/emulator/beam/time.c, erl_hl_timer.c)",
	.departures =
		"rounds up; expire stops at max, not after an amount of work; a late expire "
		"advances the clock in steps, in order; a range is searched at once; no timer in "
		"the wheels stands for the tree",
	.complexity = { "O(1); O(log n) beyond both wheels", "O(1); O(log n) beyond both wheels",
			"O(1); O(log n) beyond both wheels", "O(1); O(log n) beyond both wheels",
			"O(1); a range of slots and all counts when the first timer has left",
			"O(1) each, and at most one move before; the search as for next" },
	.options = two_level_wheel_options,
	.options_size = sizeof(struct two_level_options),
	.settings_to_test = two_level_wheel_settings_to_test,
	.accuracy = two_level_wheel_accuracy,
	.create = two_level_wheel_create,
	.destroy = two_level_wheel_destroy,
	.reserve = two_level_wheel_reserve,
	.insert = two_level_wheel_insert,
	.reinsert = two_level_wheel_reinsert,
	.disarm = two_level_wheel_disarm,
	.remove = two_level_wheel_remove,
	.next = two_level_wheel_next,
	.expire = two_level_wheel_expire,
	.for_each = two_level_wheel_for_each,
	.size = two_level_wheel_size,
	.footprint = two_level_wheel_footprint,
	.check = two_level_wheel_check,
};
