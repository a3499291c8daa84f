/*
 * kernel-wheel - a hierarchy of wheels that nothing moves down, as in Linux since 4.8
 *
 * IDEA. Nine wheels of 64 slots, each slot of a level eight times as long as one of the level
 * below. A timer is filed by how far ahead it is, in a slot that ends at its deadline or after, and
 * there it stays until it fires. So a timer far ahead fires late, by a slot of its level at most;
 * but nobody ever moves it, and most such timers are stopped long before.
 *
 *	level   a slot is        for intervals of        late by less than
 *	0       1 tick           0 to 62 ticks           0
 *	1       8 ticks          63 to 503               8 ticks
 *	2       64 ticks         504 to 4031             64
 *	8       8^8 ticks        63 * 8^7 and more       8^8:  12.7 % of the least
 *
 * How far ahead a timer is depends on what time it is, which expire alone tells. If nothing was
 * armed for an hour, the latest now is an hour ago, and a timer of 50 ms would be filed as one of
 * an hour and fire 70 s late. So from level 1 on a timer is filed only if its interval is long
 * enough for the level, and with the interval 0 not at all. Otherwise it waits in a list, unfiled,
 * until the next expire says what time it is. It is in good time there, too, as next knows of the
 * list.
 *
 * migration=one moves a timer once: it is filed in the slot that begins before its deadline, and
 * when time gets there, by what is left, in one that ends after it. migration=full does so until
 * nothing is left, and is a cascading wheel with a smaller step than others.
 *
 * COST.   insert     O(1)
 *         reinsert   O(1); a store if the slot stays the same
 *         remove     O(1)
 *         next       O(levels): a bitmap for each
 *         expire     O(1) a timer, its moves and its filing; and beyond the horizon, all once a
 *                    horizon
 *         memory     none a timer; 5 KiB
 *
 * GIVES BACK. Nothing: it keeps nothing for a timer, so it is as small at a peak as after it.
 *
 * WINS. Where timeouts are stopped and needn't be exact: nothing is cheaper to arm and stop but
 * lists.
 *
 * LOSES. Where somebody waits for what fires: 12.7 % of a minute is 8 seconds.
 *
 * SOURCE. Linux, kernel/time/timer.c (Gleixner 2016; 64 slots, 9 levels, a shift of 3). That one
 * may migrate not at all, or once, is a remark of Nichols in Varghese and Lauck, SOSP 1987, 6.2.
 * Linux, too, had timers that were late because the wheel's clock was behind. Since 2017 it sets
 * that clock before it files a timer (commit 2fe59f507a65, forward_timer_base).
 *
 * DEPARTURES. Deadlines are rounded up to a tick first and so need not be put one slot later than
 * where they end, as Linux does to be sure not to be early. There is no time to set the clock to
 * when a timer is armed, so that what would be filed too coarsely is filed later. Linux fires what
 * is beyond its horizon (12 days with ticks of 1 ms) at the horizon; here it is in a list that is
 * gone through once a horizon, and fires at its own time.
 */
#include <assert.h>
#include <errno.h>
#include <stdlib.h>

#include "common/options.h"
#include "timer.h"

#define LEVELS	    9 /* Linux's LVL_DEPTH */
#define SLOT_BITS   6 /* LVL_BITS */
#define SLOTS	    64
#define SHIFT	    3		/* LVL_CLK_SHIFT: a slot is 8 of the level below */
#define FIRST_AHEAD (SLOTS - 1) /* LVL_START(1): what level 0 does not reach */

/* Where a timer is, in link.half[4]; 0 is an idle timer's. Level l's slot s is SLOT + 64 l + s. */
#define PLACE_IDLE     0
#define PLACE_DISARMED 1
#define PLACE_DUE      2
#define PLACE_NEVER    3
#define PLACE_BEYOND   4 /* when filed, further ahead than the highest level reaches */
#define PLACE_UNFILED  5 /* until expire says what time it is */
#define PLACE_SLOT     6

/* How often a timer may still be moved, in link.half[5]. */
#define MOVES_FULL UINT32_MAX

enum { MIGRATION_NONE, MIGRATION_ONE, MIGRATION_FULL };

static const uint32_t moves_of[] = { 0, 1, MOVES_FULL };

/* The interval of a timer that is filed when the clock has just been set. */
#define CLOCK_IS_RIGHT UINT64_MAX

struct kernel_options {
	uint64_t tick;
	int migration;
};

struct kernel_wheel {
	uint64_t clock; /* the first tick that has not been dealt with */
	uint64_t tick_ns;
	size_t size;
	uint32_t moves;
	struct timer *due, *due_end;
	struct timer *never, *beyond, *unfiled;
	uint64_t beyond_least, unfiled_least; /* nothing in these lists is due before that tick */
	uint64_t occupied[LEVELS];
	uint64_t shortest[LEVELS]; /* ns: shorter intervals are not to be filed on that level */
	struct timer *slot[LEVELS * SLOTS];
};

static struct kernel_wheel *wheel_of(const struct timer_set *set)
{
	return (struct kernel_wheel *)set;
}

static bool is_armed(const struct timer *timer)
{
	return timer->link.half[4] >= PLACE_DUE;
}

static unsigned shift_of(unsigned level)
{
	return level * SHIFT;
}

/* The first tick at or after a deadline: never early. */
static uint64_t ceiling_tick(const struct kernel_wheel *wheel, uint64_t ns)
{
	return ns / wheel->tick_ns + (ns % wheel->tick_ns != 0);
}

/* The tick that is going on. Time ends one ns before TIMER_NEVER. */
static uint64_t now_tick(const struct kernel_wheel *wheel, uint64_t now)
{
	return (now == TIMER_NEVER ? now - 1 : now) / wheel->tick_ns;
}

static void append_due(struct kernel_wheel *wheel, struct timer *timer)
{
	timer->link.half[4] = PLACE_DUE;
	timer->link.next = NULL;
	timer->link.previous = wheel->due_end;
	*(wheel->due_end ? &wheel->due_end->link.next : &wheel->due) = timer;
	wheel->due_end = timer;
}

static void push(struct timer **head, struct timer *timer)
{
	timer->link.previous = NULL;
	timer->link.next = *head;
	if (*head)
		(*head)->link.previous = timer;
	*head = timer;
}

/* The level for what is that far ahead; the highest for all that is further. */
static unsigned level_of(uint64_t ahead)
{
	unsigned level = 0;

	while (level < LEVELS - 1 && ahead >= (uint64_t)FIRST_AHEAD << shift_of(level))
		level++;
	return level;
}

/* How far ahead the highest level reaches, in ticks. */
static uint64_t reach(void)
{
	return (uint64_t)FIRST_AHEAD << shift_of(LEVELS - 1);
}

/* Where a timer goes, and the tick at which it will fire there. */
struct filing {
	uint32_t place;
	uint64_t fires;
};

/*
 * The first tick at or after that one at which a slot of the level begins; the last, beyond time.
 */
static uint64_t slot_begins(uint64_t tick, unsigned level)
{
	uint64_t rest = tick & ((UINT64_C(1) << shift_of(level)) - 1), begins;

	if (!rest)
		return tick;
	return __builtin_add_overflow(tick - rest, UINT64_C(1) << shift_of(level), &begins)
		       ? UINT64_MAX - 1
		       : begins;
}

/*
 * The filing for a tick ahead: the slot that ends at it or after; or, when the timer may be moved
 * from there, the one that begins at it or before. If it is moved only once, it will fire when a
 * slot ends that is on the level for the most that can be left then. None yet, when the interval is
 * too short for the level: then the clock is behind, or may be.
 */
static struct filing filing_of(const struct kernel_wheel *wheel, uint64_t tick, uint32_t moves,
			       uint64_t interval)
{
	unsigned level = level_of(tick - wheel->clock), last = level;
	uint64_t slot;

	if (tick - wheel->clock >= reach())
		return (struct filing){ PLACE_BEYOND, tick };
	if (interval < wheel->shortest[level])
		return (struct filing){ PLACE_UNFILED, tick };
	if (moves == MOVES_FULL)
		last = 0;
	else if (moves)
		last = level_of((UINT64_C(1) << shift_of(level)) - 1);
	tick = slot_begins(tick, last);
	slot = (tick >> shift_of(level)) % SLOTS;
	return (struct filing){ (uint32_t)(PLACE_SLOT + level * SLOTS + slot), tick };
}

static void lower(uint64_t *least, uint64_t tick)
{
	*least = tick < *least ? tick : *least;
}

static void file(struct kernel_wheel *wheel, struct timer *timer, struct filing filing)
{
	uint32_t place = filing.place, number = place - PLACE_SLOT;

	timer->key = filing.fires;
	timer->link.half[4] = place;
	if (place < PLACE_SLOT) {
		bool beyond = place == PLACE_BEYOND;

		lower(beyond ? &wheel->beyond_least : &wheel->unfiled_least, timer->key);
		push(beyond ? &wheel->beyond : &wheel->unfiled, timer);
		return;
	}
	wheel->occupied[number / SLOTS] |= UINT64_C(1) << number % SLOTS;
	push(&wheel->slot[number], timer);
}

static void arm(struct kernel_wheel *wheel, struct timer *timer, uint64_t deadline,
		uint64_t interval)
{
	timer->deadline = deadline;
	timer->key = ceiling_tick(wheel, deadline);
	timer->link.half[5] = wheel->moves;
	if (deadline == TIMER_NEVER) {
		timer->link.half[4] = PLACE_NEVER;
		push(&wheel->never, timer);
	} else if (timer->key < wheel->clock) {
		append_due(wheel, timer);
	} else {
		file(wheel, timer, filing_of(wheel, timer->key, wheel->moves, interval));
	}
}

static void take_out(struct kernel_wheel *wheel, struct timer *timer)
{
	struct timer *before = timer->link.previous, *after = timer->link.next;
	uint32_t place = timer->link.half[4], number = place - PLACE_SLOT;
	struct timer **head = place >= PLACE_SLOT     ? &wheel->slot[number]
			      : place == PLACE_DUE    ? &wheel->due
			      : place == PLACE_NEVER  ? &wheel->never
			      : place == PLACE_BEYOND ? &wheel->beyond
						      : &wheel->unfiled;

	*(before ? &before->link.next : head) = after;
	if (after)
		after->link.previous = before;
	else if (place == PLACE_DUE)
		wheel->due_end = before;
	if (*head)
		return;
	if (place >= PLACE_SLOT)
		wheel->occupied[number / SLOTS] &= ~(UINT64_C(1) << number % SLOTS);
	else if (place == PLACE_BEYOND)
		wheel->beyond_least = UINT64_MAX; /* the clock may pass what is no longer there */
	else if (place == PLACE_UNFILED)
		wheel->unfiled_least = UINT64_MAX;
}

/* When the first slot of a level is looked at; UINT64_MAX for an empty level. */
static uint64_t first_of_level(const struct kernel_wheel *wheel, unsigned level)
{
	uint64_t occupied = wheel->occupied[level], turn;
	unsigned from;

	if (!occupied)
		return UINT64_MAX;
	/* The first slot that begins at the clock or after. */
	turn = (wheel->clock >> shift_of(level)) +
	       (wheel->clock >> shift_of(level) << shift_of(level) != wheel->clock);
	from = (unsigned)(turn % SLOTS);
	if (from)
		occupied = occupied >> from | occupied << (SLOTS - from);
	turn += (uint64_t)__builtin_ctzll(occupied);
	return turn << shift_of(level);
}

/*
 * When those beyond are looked at: not when the earliest comes into reach, but when no more than a
 * slot of the highest level is left to it. All that have come into reach since go with it, so that
 * however many there are, they are gone through at most once a horizon, less that slot.
 */
static uint64_t first_beyond(const struct kernel_wheel *wheel)
{
	uint64_t left = UINT64_C(1) << shift_of(LEVELS - 1);

	if (!wheel->beyond)
		return UINT64_MAX;
	return wheel->beyond_least - wheel->clock <= left ? wheel->clock
							  : wheel->beyond_least - left;
}

/* When the first slot of all is looked at. */
static uint64_t first_slot(const struct kernel_wheel *wheel)
{
	uint64_t first = UINT64_MAX;

	for (unsigned level = 0; level < LEVELS; level++) {
		uint64_t tick = first_of_level(wheel, level);

		first = tick < first ? tick : first;
	}
	return first;
}

static uint64_t first_tick(const struct kernel_wheel *wheel)
{
	uint64_t first = first_slot(wheel);

	lower(&first, first_beyond(wheel));
	lower(&first, wheel->unfiled_least);
	return first;
}

/* The clock is at the slot: what is due goes, what may be moved is. */
static void open_slot(struct kernel_wheel *wheel, unsigned number)
{
	struct timer *timer = wheel->slot[number];

	wheel->slot[number] = NULL;
	wheel->occupied[number / SLOTS] &= ~(UINT64_C(1) << number % SLOTS);
	while (timer) {
		struct timer *next = timer->link.next;

		if (next)
			__builtin_prefetch(next->link.next, 1);
		if (timer->key <= wheel->clock) {
			append_due(wheel, timer);
		} else {
			uint32_t moves = timer->link.half[5];

			moves -= moves && moves != MOVES_FULL;
			timer->link.half[5] = moves;
			file(wheel, timer, filing_of(wheel, timer->key, moves, CLOCK_IS_RIGHT));
		}
		timer = next;
	}
}

/* All timers of a list that is no slot, by the new clock. */
static void file_list(struct kernel_wheel *wheel, struct timer **list, uint64_t *least)
{
	struct timer *timer = *list;

	*list = NULL;
	*least = UINT64_MAX;
	while (timer) {
		struct timer *next = timer->link.next;

		if (timer->key < wheel->clock)
			append_due(wheel, timer);
		else
			file(wheel, timer,
			     filing_of(wheel, timer->key, timer->link.half[5], CLOCK_IS_RIGHT));
		timer = next;
	}
}

static void advance(struct kernel_wheel *wheel, uint64_t until)
{
	bool beyond = first_beyond(wheel) <= until;
	uint64_t tick;

	while ((tick = first_slot(wheel)) <= until && tick != UINT64_MAX) {
		wheel->clock = tick;
		/* From above: what is moved down may have to be looked at in the same tick. */
		for (unsigned level = LEVELS; level-- > 0;) {
			unsigned slot = (unsigned)(tick >> shift_of(level)) % SLOTS;

			if (tick >> shift_of(level) << shift_of(level) == tick &&
			    wheel->occupied[level] >> slot & 1)
				open_slot(wheel, level * SLOTS + slot);
		}
		wheel->clock = tick + 1;
	}
	if (wheel->clock <= until)
		wheel->clock = until + 1;
	if (beyond)
		file_list(wheel, &wheel->beyond, &wheel->beyond_least);
	if (wheel->unfiled)
		file_list(wheel, &wheel->unfiled, &wheel->unfiled_least);
}

/*
 * The shortest interval on each level, less a tick for what rounding deadlines up may add. All will
 * do where timers move until nothing is left to be late by.
 */
static void find_shortest(struct kernel_wheel *wheel)
{
	for (unsigned level = 1; level < LEVELS && wheel->moves != MOVES_FULL; level++) {
		uint64_t ticks = ((uint64_t)FIRST_AHEAD << shift_of(level - 1)) - 1;

		if (__builtin_mul_overflow(ticks, wheel->tick_ns, &wheel->shortest[level]))
			wheel->shortest[level] = UINT64_MAX;
	}
}

static int kernel_wheel_create(struct timer_set **set, const void *options, uint64_t now)
{
	const struct kernel_options *asked = options;
	struct kernel_wheel *wheel = calloc(1, sizeof(*wheel));

	if (!wheel)
		return -ENOMEM;
	wheel->tick_ns = asked->tick;
	wheel->moves = moves_of[asked->migration];
	wheel->clock = now_tick(wheel, now) + 1;
	wheel->beyond_least = wheel->unfiled_least = UINT64_MAX;
	find_shortest(wheel);
	*set = (struct timer_set *)wheel;
	return 0;
}

static void kernel_wheel_destroy(struct timer_set *set)
{
	free(set);
}

static int kernel_wheel_reserve(struct timer_set *set, size_t n)
{
	(void)set;
	(void)n; /* the lists run through the timers */
	return 0;
}

static void kernel_wheel_insert(struct timer_set *set, struct timer *timer, uint64_t deadline,
				uint64_t interval)
{
	struct kernel_wheel *wheel = wheel_of(set);

	assert(!is_armed(timer) && "insert: the timer is armed");
	arm(wheel, timer, deadline, interval);
	wheel->size++;
}

static void kernel_wheel_reinsert(struct timer_set *set, struct timer *timer, uint64_t deadline,
				  uint64_t interval)
{
	struct kernel_wheel *wheel = wheel_of(set);
	uint64_t tick = ceiling_tick(wheel, deadline);

	assert(is_armed(timer) && "reinsert: the timer is not armed");
	if (timer->link.half[4] >= PLACE_SLOT && tick >= wheel->clock && deadline != TIMER_NEVER) {
		struct filing filing = filing_of(wheel, tick, wheel->moves, interval);

		if (filing.place == timer->link.half[4]) {
			timer->deadline = deadline;
			timer->key = filing.fires;
			timer->link.half[5] = wheel->moves;
			return;
		}
	}
	take_out(wheel, timer);
	arm(wheel, timer, deadline, interval);
}

static void kernel_wheel_disarm(struct timer_set *set, struct timer *timer)
{
	struct kernel_wheel *wheel = wheel_of(set);

	assert(is_armed(timer) && "disarm: the timer is not armed");
	take_out(wheel, timer);
	wheel->size--;
	timer->link.half[4] = PLACE_DISARMED;
}

static void kernel_wheel_remove(struct timer_set *set, struct timer *timer)
{
	struct kernel_wheel *wheel = wheel_of(set);

	assert(timer->link.half[4] != PLACE_IDLE && "remove: the timer is idle");
	if (is_armed(timer)) {
		take_out(wheel, timer);
		wheel->size--;
	}
	timer->link = (union timer_link){ .word = { 0 } };
}

static uint64_t kernel_wheel_next(struct timer_set *set)
{
	const struct kernel_wheel *wheel = wheel_of(set);
	uint64_t tick, ns;

	if (wheel->due)
		return (wheel->clock - 1) * wheel->tick_ns;
	tick = first_tick(wheel);
	if (tick == UINT64_MAX || __builtin_mul_overflow(tick, wheel->tick_ns, &ns))
		return TIMER_NEVER;
	return ns;
}

static size_t kernel_wheel_expire(struct timer_set *set, uint64_t now, struct timer **out,
				  size_t max)
{
	struct kernel_wheel *wheel = wheel_of(set);
	struct timer *timer;
	size_t count = 0;

	if (now_tick(wheel, now) + 1 < wheel->clock)
		return 0;
	advance(wheel, now_tick(wheel, now));
	timer = wheel->due;
	while (count < max && timer) {
		out[count] = timer;
		timer = timer->link.next;
		out[count++]->link = (union timer_link){ .word = { 0 } };
		if (timer)
			__builtin_prefetch(timer->link.next, 1);
	}
	wheel->due = timer;
	*(timer ? &timer->link.previous : &wheel->due_end) = NULL;
	wheel->size -= count;
	return count;
}

static void visit_list(struct timer *timer, void (*visit)(struct timer *timer, void *data),
		       void *data)
{
	for (; timer; timer = timer->link.next)
		visit(timer, data);
}

static void kernel_wheel_for_each(const struct timer_set *set,
				  void (*visit)(struct timer *timer, void *data), void *data)
{
	const struct kernel_wheel *wheel = wheel_of(set);

	visit_list(wheel->due, visit, data);
	visit_list(wheel->never, visit, data);
	visit_list(wheel->beyond, visit, data);
	visit_list(wheel->unfiled, visit, data);
	for (unsigned number = 0; number < LEVELS * SLOTS; number++)
		visit_list(wheel->slot[number], visit, data);
}

static size_t kernel_wheel_size(const struct timer_set *set)
{
	return wheel_of(set)->size;
}

static size_t kernel_wheel_footprint(const struct timer_set *set)
{
	(void)set;
	return sizeof(struct kernel_wheel);
}

/* The place on the same level in which a tick is. */
static uint32_t place_at(uint64_t tick, uint32_t place)
{
	unsigned level = (place - PLACE_SLOT) / SLOTS;

	return (uint32_t)(PLACE_SLOT + level * SLOTS + (tick >> shift_of(level)) % SLOTS);
}

/* Whether a slot of the place's level ends at the tick, or time does. */
static bool ends_slot(uint64_t tick, uint32_t place)
{
	return slot_begins(tick, (place - PLACE_SLOT) / SLOTS) == tick || tick == UINT64_MAX - 1;
}

static const char *check_list(const struct kernel_wheel *wheel, const struct timer *head,
			      uint32_t place, size_t *count)
{
	const struct timer *previous = NULL;

	for (const struct timer *timer = head; timer; timer = timer->link.next) {
		if (timer->link.previous != previous)
			return "a list's links do not agree";
		if (timer->link.half[4] != place)
			return "a timer is in another list than it says";
		if (place >= PLACE_SLOT && place != place_at(timer->key, place))
			return "a timer is in the wrong slot";
		if (place >= PLACE_SLOT && !timer->link.half[5] && !ends_slot(timer->key, place))
			return "a timer that is not moved fires in the middle of a slot";
		if (place == PLACE_DUE && timer->key >= wheel->clock)
			return "a timer is to fire that is not due";
		if (place == PLACE_BEYOND && timer->key < wheel->beyond_least)
			return "a timer beyond reach is earlier than their least";
		if (place == PLACE_BEYOND && wheel->beyond_least < wheel->clock)
			return "the clock has passed what is beyond reach";
		if (place == PLACE_UNFILED && timer->key < wheel->unfiled_least)
			return "an unfiled timer is earlier than their least";
		if (place == PLACE_UNFILED && wheel->unfiled_least < wheel->clock)
			return "the clock has passed what is unfiled";
		previous = timer;
		++*count;
	}
	return place == PLACE_DUE && wheel->due_end != previous ? "the end of what is due is lost"
								: NULL;
}

static const char *kernel_wheel_check(const struct timer_set *set)
{
	const struct kernel_wheel *wheel = wheel_of(set);
	const char *broken;
	size_t count = 0;

	if ((broken = check_list(wheel, wheel->due, PLACE_DUE, &count)) ||
	    (broken = check_list(wheel, wheel->never, PLACE_NEVER, &count)) ||
	    (broken = check_list(wheel, wheel->beyond, PLACE_BEYOND, &count)) ||
	    (broken = check_list(wheel, wheel->unfiled, PLACE_UNFILED, &count)))
		return broken;
	for (unsigned number = 0; number < LEVELS * SLOTS; number++) {
		bool marked = wheel->occupied[number / SLOTS] >> number % SLOTS & 1;

		if (marked != (wheel->slot[number] != NULL))
			return "a bitmap disagrees with its slots";
		broken = check_list(wheel, wheel->slot[number], PLACE_SLOT + number, &count);
		if (broken)
			return broken;
	}
	return count == wheel->size ? NULL : "the size is not the number of timers";
}

/*
 * A slot of level l is 8^l ticks and is for intervals of 63 * 8^(l-1) at least; moved once, twice.
 */
static void kernel_wheel_accuracy(const void *options, struct timer_accuracy *accuracy)
{
	static const double fractions[] = { 8.0 / 63, 2 * (8.0 / 63) * (8.0 / 63), 0 };
	const struct kernel_options *asked = options;

	*accuracy = (struct timer_accuracy){
		.when = asked->migration != MIGRATION_FULL ? TIMER_LATE_FRACTION
			: asked->tick == 1		   ? TIMER_EXACT
							   : TIMER_TO_A_TICK,
		.order = TIMER_UNORDERED,
		.tick = asked->tick,
		.fraction = fractions[asked->migration],
	};
}

static const char *const migration_words[] = { "none", "one", "full", NULL };

static const struct option_spec kernel_wheel_options[] = {
	{ "tick", OPTION_DURATION, offsetof(struct kernel_options, tick), 1, 3600e9, "1ms", NULL,
	  "what deadlines are rounded up to" },
	{ "migration", OPTION_WORD, offsetof(struct kernel_options, migration), 0, 0, "none",
	  migration_words, "whether timers move to finer levels as their time comes" },
	{ 0 },
};

static const char *const kernel_wheel_interesting[] = {
	"",	    "migration=one",	       "migration=full",
	"tick=1us", "tick=1ns,migration=full", "tick=10ms,migration=one",
	NULL,
};

const struct timer_structure timer_kernel_wheel = {
	.name = "kernel-wheel",
	.summary = "a hierarchy of wheels that nothing moves down: late by up to 12.7 %",
	.source = "Linux 4.8 and later (kernel/time/timer.c)",
	.departures =
		"rounds up once, not twice; files what expire has to tell the time for at the next "
		"one; nothing fires at the horizon; migration as an option",
	.complexity = { "O(1)", "O(1)", "O(1)", "O(1)", "O(levels)", "O(1) each" },
	.options = kernel_wheel_options,
	.options_size = sizeof(struct kernel_options),
	.interesting = kernel_wheel_interesting,
	.accuracy = kernel_wheel_accuracy,
	.create = kernel_wheel_create,
	.destroy = kernel_wheel_destroy,
	.reserve = kernel_wheel_reserve,
	.insert = kernel_wheel_insert,
	.reinsert = kernel_wheel_reinsert,
	.disarm = kernel_wheel_disarm,
	.remove = kernel_wheel_remove,
	.next = kernel_wheel_next,
	.expire = kernel_wheel_expire,
	.for_each = kernel_wheel_for_each,
	.size = kernel_wheel_size,
	.footprint = kernel_wheel_footprint,
	.check = kernel_wheel_check,
};
