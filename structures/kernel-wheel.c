/*
 * kernel-wheel - a hierarchy of wheels without a cascade, as in Linux since 4.8
 *
 * IDEA. Nine wheels of 64 slots each. A slot of a level is eight times as long as a slot of the
 * level below. The distance to its deadline decides a timer's level. The timer's slot on that level
 * ends at the deadline or after, and the timer stays in that slot until it fires. So a timer far
 * ahead fires late, by at most a slot of its level. In return no timer ever moves, and most timers
 * far ahead are stopped long before they fire.
 *
 *	level   a slot is        for intervals of        late by less than
 *	0       1 tick           0 to 62 ticks           0
 *	1       8 ticks          63 to 503               8 ticks
 *	2       64 ticks         504 to 4031             64
 *	8       8^8 ticks        63 * 8^7 and more       8^8:  12.7 % of the least
 *
 * That distance depends on the current time, which only expire gives. If nothing was armed for an
 * hour, the clock may be an hour behind. Then a timer of 50 ms would be treated like a timer of an
 * hour, and might fire 70 s late. So a timer goes to level 1 or higher only if its interval is long
 * enough for that level, and never with the interval 0. Any other timer waits unfiled, which means
 * in a list, until the next expire gives the current time. This does not make it late, because next
 * takes the list into account.
 *
 * With migration=one, a timer moves once. It is first put into a slot that begins at its deadline
 * or before. When the clock gets to that slot, the timer moves to the level for the time that is
 * left, into a slot that ends at its deadline or after. With migration=full, a timer moves until no
 * time is left: that is a cascading wheel with a smaller step than others. Then no timer is late,
 * so each timer goes into a slot whatever its interval is.
 *
 * COST.   insert     O(1)
 *         reinsert   O(1); a store if the slot stays the same
 *         remove     O(1)
 *         next       O(levels): a bitmap per level
 *         expire     O(1) per timer, for each move; and once per horizon, all timers beyond the
 *                    horizon
 *         memory     none per timer; 5 KiB
 *
 * GIVES BACK. Nothing: its memory does not depend on the number of timers.
 *
 * WINS. Where timeouts are stopped and need not be exact: only lists are cheaper to arm and stop.
 *
 * LOSES. Where a user waits for the timer to fire: 12.7 % of a minute is 8 seconds.
 *
 * SOURCE. Linux, kernel/time/timer.c (Gleixner 2016; 64 slots, 9 levels, a shift of 3). The idea to
 * migrate once, or not at all, is a remark of Nichols in Varghese and Lauck, SOSP 1987, 6.2. Linux,
 * too, had timers that were late because the wheel's clock was behind. Since 2017 it sets that
 * clock before it files a timer (commit 2fe59f507a65, forward_timer_base).
 *
 * DEPARTURES. Deadlines are rounded up to a tick first. So a timer can go into the slot where its
 * deadline is. Linux puts it one slot further, to be sure not to fire early. When a timer is armed,
 * the structure does not get the time and cannot set its clock. So a timer that would fire too late
 * by the old clock waits for the next expire. Linux fires timers beyond its horizon (12 days with 1
 * ms ticks) at the horizon. Here they are in a list, which is walked once per horizon, and fire at
 * their own deadlines.
 */
#include <assert.h>
#include <errno.h>
#include <stdlib.h>

#include "common/options.h"
#include "common/timer_list.h"
#include "common/timer_place.h"
#include "timer.h"

#define LEVELS	    9 /* Linux's LVL_DEPTH */
#define SLOT_BITS   6 /* LVL_BITS */
#define SLOTS	    64
#define SHIFT	    3		/* LVL_CLK_SHIFT: a slot is as long as 8 slots of the level below */
#define FIRST_AHEAD (SLOTS - 1) /* LVL_START(1): the first distance that level 0 does not reach */

/*
 * The places of timers in the structure's own lists. In PLACE_BEYOND are timers that the highest
 * level did not reach when they were filed. In PLACE_UNFILED are timers that wait for the current
 * time, which the next expire gives. Slot s of level l is PLACE_SLOT + SLOTS * l + s.
 */
#define PLACE_BEYOND  PLACE_FIRST
#define PLACE_UNFILED (PLACE_FIRST + 1)
#define PLACE_SLOT    (PLACE_FIRST + 2)

/* The number of times that a timer may still move, in link.half[5]. */
#define MOVES_FULL UINT32_MAX

enum { MIGRATION_NONE, MIGRATION_ONE, MIGRATION_FULL };

static const uint32_t moves_of[] = { 0, 1, MOVES_FULL };

/*
 * Passed as the interval when the clock has just been set, so that the timer is filed in any case.
 */
#define CLOCK_IS_RIGHT UINT64_MAX

struct kernel_options {
	uint64_t tick;
	int migration;
};

struct kernel_wheel {
	uint64_t clock; /* the first tick that expire has not processed */
	uint64_t tick_ns;
	size_t size;
	uint32_t moves;
	struct timer_queue due;
	struct timer *never, *beyond, *unfiled;
	uint64_t beyond_least, unfiled_least; /* no timer in the list is due before this tick */
	uint64_t occupied[LEVELS];
	uint64_t shortest[LEVELS]; /* ns: timers with shorter intervals do not go to that level */
	struct timer *slot[LEVELS * SLOTS];
};

static struct kernel_wheel *wheel_of(const struct timer_set *set)
{
	return (struct kernel_wheel *)set;
}

static unsigned shift_of(unsigned level)
{
	return level * SHIFT;
}

/* Returns the first tick at or after the deadline: rounds up, so that no timer fires early. */
static uint64_t ceiling_tick(const struct kernel_wheel *wheel, uint64_t ns)
{
	return ns / wheel->tick_ns + (ns % wheel->tick_ns != 0);
}

/* Returns the tick that contains now. Time ends one ns before TIMER_NEVER. */
static uint64_t now_tick(const struct kernel_wheel *wheel, uint64_t now)
{
	return (now == TIMER_NEVER ? now - 1 : now) / wheel->tick_ns;
}

static void append_due(struct kernel_wheel *wheel, struct timer *timer)
{
	timer->link.half[4] = PLACE_DUE;
	timer_queue_append(&wheel->due, timer);
}

/*
 * Returns the level for a distance in ticks; the highest level also for distances beyond its reach.
 */
static unsigned level_of(uint64_t ahead)
{
	unsigned level = 0;

	while (level < LEVELS - 1 && ahead >= (uint64_t)FIRST_AHEAD << shift_of(level))
		level++;
	return level;
}

/* Returns how many ticks ahead the highest level reaches. */
static uint64_t reach(void)
{
	return (uint64_t)FIRST_AHEAD << shift_of(LEVELS - 1);
}

/* The place for a timer, and the tick at which the timer will fire there. */
struct filing {
	uint32_t place;
	uint64_t fires;
};

/*
 * Returns the first tick, at or after the given one, at which a slot of the level begins;
 * UINT64_MAX - 1 if that is past the end of time.
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
 * Returns the filing for a tick that expire has not processed. If the timer may not move, its slot
 * is the one that ends at the tick or after. If it may move, its slot is the one that begins at the
 * tick or before. A timer that may move only once will fire at the end of a slot of a lower level.
 * This lower level is the one for the longest time that can be left when the timer moves. If the
 * interval is too short for the level, the clock may be behind, so the timer stays unfiled.
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

static void file_timer(struct kernel_wheel *wheel, struct timer *timer, struct filing filing)
{
	uint32_t place = filing.place, number = place - PLACE_SLOT;

	timer->key = filing.fires;
	timer->link.half[4] = place;
	if (place < PLACE_SLOT) {
		bool beyond = place == PLACE_BEYOND;

		lower(beyond ? &wheel->beyond_least : &wheel->unfiled_least, timer->key);
		timer_list_push(beyond ? &wheel->beyond : &wheel->unfiled, timer);
		return;
	}
	wheel->occupied[number / SLOTS] |= UINT64_C(1) << number % SLOTS;
	timer_list_push(&wheel->slot[number], timer);
}

static void arm(struct kernel_wheel *wheel, struct timer *timer, uint64_t deadline,
		uint64_t interval)
{
	timer->deadline = deadline;
	timer->key = ceiling_tick(wheel, deadline);
	timer->link.half[5] = wheel->moves;
	if (deadline == TIMER_NEVER) {
		timer->link.half[4] = PLACE_NEVER;
		timer_list_push(&wheel->never, timer);
	} else if (timer->key < wheel->clock) {
		append_due(wheel, timer);
	} else {
		file_timer(wheel, timer, filing_of(wheel, timer->key, wheel->moves, interval));
	}
}

static void take_out(struct timer_set *set, struct timer *timer)
{
	struct kernel_wheel *wheel = wheel_of(set);
	uint32_t place = timer->link.half[4], number = place - PLACE_SLOT;
	struct timer **head = place >= PLACE_SLOT     ? &wheel->slot[number]
			      : place == PLACE_NEVER  ? &wheel->never
			      : place == PLACE_BEYOND ? &wheel->beyond
						      : &wheel->unfiled;

	if (place == PLACE_DUE) {
		timer_queue_take_out(&wheel->due, timer);
		return;
	}
	timer_list_take_out(head, timer);
	if (*head)
		return;
	if (place >= PLACE_SLOT)
		wheel->occupied[number / SLOTS] &= ~(UINT64_C(1) << number % SLOTS);
	else if (place == PLACE_BEYOND)
		wheel->beyond_least = UINT64_MAX; /* so that the clock may pass that tick */
	else if (place == PLACE_UNFILED)
		wheel->unfiled_least = UINT64_MAX;
}

/*
 * Returns the tick at which expire must open the level's first occupied slot; UINT64_MAX if all
 * slots of the level are empty.
 */
static uint64_t first_of_level(const struct kernel_wheel *wheel, unsigned level)
{
	uint64_t occupied = wheel->occupied[level], turn;
	unsigned from;

	if (!occupied)
		return UINT64_MAX;
	/* The first slot that begins at the clock or after it. */
	turn = (wheel->clock >> shift_of(level)) +
	       (wheel->clock >> shift_of(level) << shift_of(level) != wheel->clock);
	from = (unsigned)(turn % SLOTS);
	if (from)
		occupied = occupied >> from | occupied << (SLOTS - from);
	turn += (uint64_t)__builtin_ctzll(occupied);
	return turn << shift_of(level);
}

/*
 * Returns the tick at which expire must file the list `beyond`: when no more than one slot of the
 * highest level is left to the list's earliest timer. All timers that the wheels reach by then are
 * filed with it. So the list is walked at most once per horizon less that slot, however many timers
 * are in it.
 */
static uint64_t first_beyond(const struct kernel_wheel *wheel)
{
	uint64_t left = UINT64_C(1) << shift_of(LEVELS - 1);

	if (!wheel->beyond)
		return UINT64_MAX;
	return wheel->beyond_least - wheel->clock <= left ? wheel->clock
							  : wheel->beyond_least - left;
}

/*
 * Returns the tick at which expire must open the first occupied slot of all levels; UINT64_MAX if
 * all slots are empty.
 */
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

/*
 * Opens a slot at whose beginning the clock is: moves its due timers to the queue `due`, and files
 * the other timers again.
 */
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
			file_timer(wheel, timer,
				   filing_of(wheel, timer->key, moves, CLOCK_IS_RIGHT));
		}
		timer = next;
	}
}

/* Files all timers of the list `beyond` or `unfiled`, by the new clock. */
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
			file_timer(
				wheel, timer,
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
		/*
		 * From the highest level down, because a timer that moves may be due in the same
		 * tick.
		 */
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
 * Computes the shortest interval for each level, less a tick, because rounding a deadline up may
 * have added one. With migration=full there is no shortest interval, because timers move until they
 * cannot be late.
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
	(void)n; /* the lists link the timers themselves */
	return 0;
}

static void kernel_wheel_insert(struct timer_set *set, struct timer *timer, uint64_t deadline,
				uint64_t interval)
{
	struct kernel_wheel *wheel = wheel_of(set);

	assert(!place_is_armed(timer) && "insert: the timer is armed");
	arm(wheel, timer, deadline, interval);
	wheel->size++;
}

static void kernel_wheel_reinsert(struct timer_set *set, struct timer *timer, uint64_t deadline,
				  uint64_t interval)
{
	struct kernel_wheel *wheel = wheel_of(set);
	uint64_t tick = ceiling_tick(wheel, deadline);

	assert(place_is_armed(timer) && "reinsert: the timer is not armed");
	if (timer->link.half[4] >= PLACE_SLOT && tick >= wheel->clock && deadline != TIMER_NEVER) {
		struct filing filing = filing_of(wheel, tick, wheel->moves, interval);

		if (filing.place == timer->link.half[4]) {
			timer->deadline = deadline;
			timer->key = filing.fires;
			timer->link.half[5] = wheel->moves;
			return;
		}
	}
	take_out(set, timer);
	arm(wheel, timer, deadline, interval);
}

static void kernel_wheel_disarm(struct timer_set *set, struct timer *timer)
{
	place_disarm(set, timer, &wheel_of(set)->size, take_out);
}

static void kernel_wheel_remove(struct timer_set *set, struct timer *timer)
{
	place_remove(set, timer, &wheel_of(set)->size, take_out);
}

static uint64_t kernel_wheel_next(struct timer_set *set)
{
	const struct kernel_wheel *wheel = wheel_of(set);
	uint64_t tick, ns;

	if (wheel->due.first)
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
	size_t count;

	if (now_tick(wheel, now) + 1 < wheel->clock)
		return 0;
	advance(wheel, now_tick(wheel, now));
	count = timer_queue_take_front(&wheel->due, out, max);
	wheel->size -= count;
	return count;
}

static void kernel_wheel_for_each(const struct timer_set *set,
				  void (*visit)(struct timer *timer, void *data), void *data)
{
	const struct kernel_wheel *wheel = wheel_of(set);

	timer_list_for_each(wheel->due.first, visit, data);
	timer_list_for_each(wheel->never, visit, data);
	timer_list_for_each(wheel->beyond, visit, data);
	timer_list_for_each(wheel->unfiled, visit, data);
	for (unsigned number = 0; number < LEVELS * SLOTS; number++)
		timer_list_for_each(wheel->slot[number], visit, data);
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

/* Returns the place of a tick on the level of another place. */
static uint32_t place_at(uint64_t tick, uint32_t place)
{
	unsigned level = (place - PLACE_SLOT) / SLOTS;

	return (uint32_t)(PLACE_SLOT + level * SLOTS + (tick >> shift_of(level)) % SLOTS);
}

/* Returns whether a slot of the place's level ends at the tick, or time ends there. */
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
			return "a timer's stored place is not the list that it is in";
		if (place >= PLACE_SLOT && place != place_at(timer->key, place))
			return "a timer is in the wrong slot";
		if (place >= PLACE_SLOT && !timer->link.half[5] && !ends_slot(timer->key, place))
			return "a timer that may not move fires before the end of its slot";
		if (place == PLACE_DUE && timer->key >= wheel->clock)
			return "a timer in the queue of due timers is not due";
		if (place == PLACE_BEYOND && timer->key < wheel->beyond_least)
			return "a timer beyond reach is before the list's least tick";
		if (place == PLACE_BEYOND && wheel->beyond_least < wheel->clock)
			return "the clock has passed a timer beyond reach";
		if (place == PLACE_UNFILED && timer->key < wheel->unfiled_least)
			return "an unfiled timer is before the list's least tick";
		if (place == PLACE_UNFILED && wheel->unfiled_least < wheel->clock)
			return "the clock has passed an unfiled timer";
		previous = timer;
		++*count;
	}
	return place == PLACE_DUE && wheel->due.last != previous
		       ? "the end of the queue of due timers is wrong"
		       : NULL;
}

static const char *kernel_wheel_check(const struct timer_set *set)
{
	const struct kernel_wheel *wheel = wheel_of(set);
	const char *broken;
	size_t count = 0;

	if ((broken = check_list(wheel, wheel->due.first, PLACE_DUE, &count)) ||
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
 * A slot of level l is 8^l ticks, and its timers have intervals of at least 63 * 8^(l-1) ticks. So
 * the fraction is 8 / 63. With migration=one the fraction is twice the square of that.
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
	  "the length of a tick; deadlines are rounded up to whole ticks" },
	{ "migration", OPTION_WORD, offsetof(struct kernel_options, migration), 0, 0, "none",
	  migration_words, "moves to finer levels: none, one, or until no time is left" },
	{ 0 },
};

static const char *const kernel_wheel_settings_to_test[] = {
	"",	    "migration=one",	       "migration=full",
	"tick=1us", "tick=1ns,migration=full", "tick=10ms,migration=one",
	NULL,
};

const struct timer_structure timer_kernel_wheel = {
	.name = "kernel-wheel",
	.summary = "a hierarchy of wheels without a cascade: late by up to 12.7 %",
	.source = "Linux 4.8 and later (kernel/time/timer.c)",
	.departures =
		"rounds up once, not twice; a timer that needs the current time is filed at the "
		"next expire; no timer fires at the horizon; migration is an option",
	.complexity = { "O(1)", "O(1)", "O(1)", "O(1)", "O(levels)", "O(1) each" },
	.options = kernel_wheel_options,
	.options_size = sizeof(struct kernel_options),
	.settings_to_test = kernel_wheel_settings_to_test,
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
