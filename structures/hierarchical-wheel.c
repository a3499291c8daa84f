/*
 * hierarchical-wheel - a hierarchy of timing wheels with a bitmap for each level
 *
 * IDEA. Time is counted in ticks, and a tick is written in digits to the base `slots`. Each level
 * is a wheel: an array of slots, one for each value of one digit. A timer goes to the level of the
 * highest digit in which its tick differs from the current tick, into the slot of that digit's
 * value:
 *
 *	 now  = 3 1 2        tick 3 1 7: level 0, slot 7     due within this turn of level 0
 *	 base 10, 3 levels   tick 3 4 2: level 1, slot 4     moved down when time gets to 3 4 0
 *	                     tick 5 0 0: level 2, slot 5     moved down when time gets to 5 0 0
 *
 *	 level 2   [ ][ ][ ][>][ ][*][ ][ ][ ][ ]     > the current digit: slots to its left are
 *	 level 1   [ ][>][ ][ ][*][ ][ ][ ][ ][ ]       empty, and above level 0 its own slot is,
 *	 level 0   [ ][ ][>][ ][ ][ ][ ][*][ ][ ]       too, so the earliest timer is in the first
 *	                                                occupied slot of the lowest occupied level
 *
 * Each level has a bitmap of its occupied slots, and the wheel has a bitmap of its occupied levels.
 * So the first occupied slot is found by counting zeros, and the clock jumps to it: empty slots and
 * long idle periods cost nothing.
 *
 * With the default tick of 1 us, 55 bits number every tick of a 64-bit ns clock, and 10 levels of
 * 64 slots have 60 bits, so there is no horizon. With fewer levels, timers beyond the top level
 * wait in a separate list. They go into the wheels when the clock enters their turn of the top
 * level. No timer waits in the top level for more than one turn.
 *
 * COST.   insert     O(1): a multiplication, a count of leading zeros, two stores to neighbours
 *         reinsert   O(1); one store if the timer stays in its slot
 *         remove     O(1): touches the timer and both neighbours
 *         next       O(1)
 *         expire     O(1) per timer, and at most levels - 1 moves in a timer's life
 *         memory     none per timer; 8 bytes and a bit per slot, and 24 bytes per level
 *
 * GIVES BACK. Nothing: its memory does not depend on the number of timers.
 *
 * WINS. Where most timers are postponed or stopped long before they fire: arming far ahead and
 * stopping touch only the neighbours in one slot, whatever n is.
 *
 * LOSES. Where most timers fire: each moves down through the levels. Every move is a cache miss for
 * the timer and one for a neighbour, and in a list the processor cannot overlap these misses. The
 * worst operation moves a whole slot of a high level. Deadlines are rounded up to a tick.
 *
 * SOURCE. Varghese and Lauck, SOSP 1987, Scheme 7. The level by exclusive-or and the bitmap of
 * slots are as in tokio's time wheel; wahern/timeout has a bitmap for each level, too.
 *
 * DEPARTURES. Scheme 7 visits each tick; hierarchical-wheel jumps. wahern/timeout chooses the level
 * by the distance to the deadline, so that slots behind the current one are in use. Its timers
 * beyond the range go round the top wheel until their deadline is near enough. With its default
 * range of 2^24 ticks, it therefore loses its own benchmark.
 */
#include <assert.h>
#include <errno.h>
#include <stdlib.h>

#include "common/options.h"
#include "common/ticks.h"
#include "common/timer_list.h"
#include "timer.h"

/*
 * A level's bitmap of slots has up to 64 words. One more word says which of these words are not
 * zero.
 */
#define WORD_BITS  64
#define MOST_SLOTS (WORD_BITS * WORD_BITS)

/* With 2 slots, a level has 1 bit of the tick, and a tick has 64 bits. */
#define MOST_LEVELS 64

/* The place of a timer, in link.half[4]; 0 for an idle timer. */
#define LEVEL_IDLE     0
#define LEVEL_DISARMED 1
#define LEVEL_BEYOND   2 /* beyond the top level */
#define LEVEL_NEVER    3 /* TIMER_NEVER */
#define LEVEL_FIRST    4 /* level 0 of the wheels; level l is LEVEL_FIRST + l */

struct wheel_options {
	uint64_t tick, levels, slots;
};

/* A level of the hierarchy. */
struct level {
	uint64_t words; /* which words of `occupied` are not 0 */
	uint64_t *occupied;
	struct timer **slots; /* heads of lists; link.previous of the first timer is NULL */
};

struct hierarchical_wheel {
	uint64_t tick; /* the current tick; no timer has an earlier key */
	struct ticks ticks;
	size_t size;
	uint64_t occupied; /* which levels have a timer in a slot */
	unsigned levels, slots, slot_bits;
	uint64_t beyond_least; /* no timer beyond the top level is due before this tick */
	struct timer *beyond;
	struct timer *never;
	size_t footprint;
	struct level level[];
};

static struct hierarchical_wheel *wheel_of(const struct timer_set *set)
{
	return (struct hierarchical_wheel *)set;
}

static void mark_occupied(struct hierarchical_wheel *wheel, unsigned number, unsigned slot)
{
	struct level *level = &wheel->level[number];

	level->occupied[slot / WORD_BITS] |= UINT64_C(1) << slot % WORD_BITS;
	level->words |= UINT64_C(1) << slot / WORD_BITS;
	wheel->occupied |= UINT64_C(1) << number;
}

static void mark_empty(struct hierarchical_wheel *wheel, unsigned number, unsigned slot)
{
	struct level *level = &wheel->level[number];

	level->occupied[slot / WORD_BITS] &= ~(UINT64_C(1) << slot % WORD_BITS);
	if (level->occupied[slot / WORD_BITS])
		return;
	level->words &= ~(UINT64_C(1) << slot / WORD_BITS);
	if (!level->words)
		wheel->occupied &= ~(UINT64_C(1) << number);
}

static void make_idle(struct timer *timer)
{
	timer->link = (union timer_link){ .word = { LEVEL_IDLE } };
}

/*
 * Returns the level for a tick by the current clock; wheel->levels or more if the tick is beyond
 * the top level.
 */
static unsigned level_of(const struct hierarchical_wheel *wheel, uint64_t tick)
{
	uint64_t differing = tick ^ wheel->tick;

	return differing ? (63u - (unsigned)__builtin_clzll(differing)) / wheel->slot_bits : 0;
}

static unsigned digit(const struct hierarchical_wheel *wheel, uint64_t tick, unsigned level)
{
	return (unsigned)(tick >> level * wheel->slot_bits) & (wheel->slots - 1);
}

/*
 * Puts a timer into a slot or the list `beyond`, by its key. The key must not be before the current
 * tick.
 */
static void file_timer(struct hierarchical_wheel *wheel, struct timer *timer)
{
	unsigned level = level_of(wheel, timer->key), slot;

	if (level >= wheel->levels) {
		if (timer->key < wheel->beyond_least)
			wheel->beyond_least = timer->key;
		timer->link.half[4] = LEVEL_BEYOND;
		timer_list_push(&wheel->beyond, timer);
		return;
	}
	slot = digit(wheel, timer->key, level);
	timer->link.half[4] = LEVEL_FIRST + level;
	timer->link.half[5] = slot;
	if (!wheel->level[level].slots[slot])
		mark_occupied(wheel, level, slot);
	timer_list_push(&wheel->level[level].slots[slot], timer);
}

/* Takes a timer out of its list. */
static void take_out(struct hierarchical_wheel *wheel, struct timer *timer)
{
	unsigned place = timer->link.half[4], slot = timer->link.half[5];
	struct timer **head;

	if (place < LEVEL_FIRST) {
		timer_list_take_out(place == LEVEL_NEVER ? &wheel->never : &wheel->beyond, timer);
		if (!wheel->beyond)
			wheel->beyond_least = NO_TICK;
		return;
	}
	head = &wheel->level[place - LEVEL_FIRST].slots[slot];
	timer_list_take_out(head, timer);
	if (!*head)
		mark_empty(wheel, place - LEVEL_FIRST, slot);
}

/* Returns the key for a deadline, which is never before the current tick. */
static uint64_t key_of(const struct hierarchical_wheel *wheel, uint64_t deadline)
{
	uint64_t tick = ticks_ceiling(&wheel->ticks, deadline);

	return tick > wheel->tick ? tick : wheel->tick;
}

static void arm(struct hierarchical_wheel *wheel, struct timer *timer, uint64_t deadline)
{
	timer->deadline = deadline;
	if (deadline == TIMER_NEVER) {
		timer->key = NO_TICK;
		timer->link.half[4] = LEVEL_NEVER;
		timer_list_push(&wheel->never, timer);
		return;
	}
	timer->key = key_of(wheel, deadline);
	file_timer(wheel, timer);
}

/*
 * Finds the first occupied slot, and returns the tick at which the clock enters it. Returns NO_TICK
 * if all slots are empty.
 */
static uint64_t first_tick(const struct hierarchical_wheel *wheel, unsigned *level, unsigned *slot)
{
	const struct level *first;
	unsigned word, shift;
	uint64_t above;

	if (!wheel->occupied)
		return NO_TICK;
	*level = (unsigned)__builtin_ctzll(wheel->occupied);
	first = &wheel->level[*level];
	word = (unsigned)__builtin_ctzll(first->words);
	*slot = word * WORD_BITS + (unsigned)__builtin_ctzll(first->occupied[word]);
	shift = *level * wheel->slot_bits;
	/* The current tick's digits above this level, the slot's digit, and zeros below. */
	above = shift + wheel->slot_bits >= 64 ? 0 : wheel->tick >> (shift + wheel->slot_bits);
	return ((above << wheel->slot_bits) | *slot) << shift;
}

/*
 * Moves the timers of a slot that the clock has entered to lower levels: their ticks differ from
 * the current tick only in lower digits.
 */
static void cascade(struct hierarchical_wheel *wheel, unsigned level, unsigned slot)
{
	struct timer *timer = wheel->level[level].slots[slot];

	wheel->level[level].slots[slot] = NULL;
	mark_empty(wheel, level, slot);
	while (timer) {
		struct timer *next = timer->link.next;

		if (next)
			__builtin_prefetch(next->link.next, 1);
		file_timer(wheel, timer);
		timer = next;
	}
}

/*
 * Moves all timers of the list `beyond` into the wheels, or back into the list. It is called when
 * the clock enters the turn of the top level that contains the list's earliest tick. So this
 * happens at most once a turn, and a turn is slots^levels ticks.
 */
static void file_beyond(struct hierarchical_wheel *wheel)
{
	struct timer *timer = wheel->beyond;

	wheel->beyond = NULL;
	wheel->beyond_least = NO_TICK;
	while (timer) {
		struct timer *next = timer->link.next;

		file_timer(wheel, timer);
		timer = next;
	}
}

/* Returns the first tick of the turn of the top level that contains a tick. */
static uint64_t turn_of(const struct hierarchical_wheel *wheel, uint64_t tick)
{
	unsigned bits = wheel->levels * wheel->slot_bits;

	return bits >= 64 ? 0 : tick >> bits << bits;
}

/*
 * Moves the clock to the next tick, up to `until`, at which a timer is due, and moves timers down
 * from the slots that it enters. Returns the slot of level 0 for that tick, or NULL if no timer is
 * due.
 */
static struct timer **advance(struct hierarchical_wheel *wheel, uint64_t until)
{
	unsigned level, slot;

	for (;;) {
		uint64_t tick = first_tick(wheel, &level, &slot);

		if (tick == NO_TICK && wheel->beyond) {
			uint64_t turn = turn_of(wheel, wheel->beyond_least);

			if (turn > until)
				break;
			wheel->tick = turn > wheel->tick ? turn : wheel->tick;
			file_beyond(wheel);
			continue;
		}
		if (tick == NO_TICK || tick > until)
			break;
		wheel->tick = tick;
		if (level == 0)
			return &wheel->level[0].slots[slot];
		cascade(wheel, level, slot);
	}
	wheel->tick = until;
	return NULL;
}

static int hierarchical_wheel_create(struct timer_set **set, const void *options, uint64_t now)
{
	const struct wheel_options *asked = options;
	size_t words = (asked->slots + WORD_BITS - 1) / WORD_BITS;
	size_t level_bytes = words * sizeof(uint64_t) + asked->slots * sizeof(struct timer *);
	size_t bytes = sizeof(struct hierarchical_wheel) +
		       asked->levels * (sizeof(struct level) + level_bytes);
	struct hierarchical_wheel *wheel = calloc(1, bytes);
	char *rest;

	if (!wheel)
		return -ENOMEM;
	wheel->ticks = ticks_of(asked->tick);
	wheel->tick = ticks_now(&wheel->ticks, now);
	wheel->levels = (unsigned)asked->levels;
	wheel->slots = (unsigned)asked->slots;
	wheel->slot_bits = (unsigned)__builtin_ctzll(asked->slots);
	wheel->beyond_least = NO_TICK;
	wheel->footprint = bytes;
	rest = (char *)&wheel->level[wheel->levels];
	for (unsigned i = 0; i < wheel->levels; i++, rest += level_bytes) {
		wheel->level[i].occupied = (uint64_t *)(void *)rest;
		wheel->level[i].slots = (struct timer **)(void *)(rest + words * sizeof(uint64_t));
	}
	*set = (struct timer_set *)wheel;
	return 0;
}

static void hierarchical_wheel_destroy(struct timer_set *set)
{
	free(set);
}

static int hierarchical_wheel_reserve(struct timer_set *set, size_t n)
{
	(void)set;
	(void)n; /* the lists link the timers themselves */
	return 0;
}

static void hierarchical_wheel_insert(struct timer_set *set, struct timer *timer, uint64_t deadline,
				      uint64_t interval)
{
	struct hierarchical_wheel *wheel = wheel_of(set);

	(void)interval;
	assert(timer->link.half[4] <= LEVEL_DISARMED && "insert: the timer is armed");
	arm(wheel, timer, deadline);
	wheel->size++;
}

static void hierarchical_wheel_reinsert(struct timer_set *set, struct timer *timer,
					uint64_t deadline, uint64_t interval)
{
	struct hierarchical_wheel *wheel = wheel_of(set);

	(void)interval;
	assert(timer->link.half[4] > LEVEL_DISARMED && "reinsert: the timer is not armed");
	if (deadline != TIMER_NEVER && timer->link.half[4] >= LEVEL_FIRST) {
		uint64_t key = key_of(wheel, deadline);
		unsigned level = level_of(wheel, key);

		if (timer->link.half[4] == LEVEL_FIRST + level &&
		    timer->link.half[5] == digit(wheel, key, level)) {
			timer->deadline = deadline;
			timer->key = key;
			return;
		}
	}
	take_out(wheel, timer);
	arm(wheel, timer, deadline);
}

static void hierarchical_wheel_disarm(struct timer_set *set, struct timer *timer)
{
	struct hierarchical_wheel *wheel = wheel_of(set);

	assert(timer->link.half[4] > LEVEL_DISARMED && "disarm: the timer is not armed");
	take_out(wheel, timer);
	wheel->size--;
	timer->link.half[4] = LEVEL_DISARMED;
}

static void hierarchical_wheel_remove(struct timer_set *set, struct timer *timer)
{
	struct hierarchical_wheel *wheel = wheel_of(set);

	assert(timer->link.half[4] != LEVEL_IDLE && "remove: the timer is idle");
	if (timer->link.half[4] != LEVEL_DISARMED) {
		take_out(wheel, timer);
		wheel->size--;
	}
	make_idle(timer);
}

/*
 * The first occupied slot of a higher level begins at or before the first deadline in it. A wake-up
 * at that time, to move the slot's timers down, is spurious. A timer costs at most one of these per
 * level.
 */
static uint64_t hierarchical_wheel_next(struct timer_set *set)
{
	const struct hierarchical_wheel *wheel = wheel_of(set);
	unsigned level, slot;
	uint64_t tick = first_tick(wheel, &level, &slot);

	if (tick == NO_TICK && wheel->beyond)
		tick = turn_of(wheel, wheel->beyond_least);
	return ticks_begin(&wheel->ticks, tick);
}

static size_t hierarchical_wheel_expire(struct timer_set *set, uint64_t now, struct timer **out,
					size_t max)
{
	struct hierarchical_wheel *wheel = wheel_of(set);
	struct timer **slot;
	size_t count = 0;
	uint64_t until = ticks_now(&wheel->ticks, now);

	if (until < wheel->tick)
		return 0;
	while (count < max && (slot = advance(wheel, until))) {
		struct timer *timer = *slot;

		while (timer && count < max) {
			out[count] = timer;
			timer = timer->link.next;
			make_idle(out[count++]);
			if (timer)
				__builtin_prefetch(timer->link.next, 1);
		}
		*slot = timer;
		if (timer)
			timer->link.previous = NULL;
		else
			mark_empty(wheel, 0, digit(wheel, wheel->tick, 0));
	}
	wheel->size -= count;
	return count;
}

static void hierarchical_wheel_for_each(const struct timer_set *set,
					void (*visit)(struct timer *timer, void *data), void *data)
{
	const struct hierarchical_wheel *wheel = wheel_of(set);

	timer_list_for_each(wheel->never, visit, data);
	timer_list_for_each(wheel->beyond, visit, data);
	for (unsigned level = 0; level < wheel->levels; level++)
		for (unsigned slot = 0; slot < wheel->slots; slot++)
			timer_list_for_each(wheel->level[level].slots[slot], visit, data);
}

static size_t hierarchical_wheel_size(const struct timer_set *set)
{
	return wheel_of(set)->size;
}

static size_t hierarchical_wheel_footprint(const struct timer_set *set)
{
	return wheel_of(set)->footprint;
}

/* Checks a list: its links in both directions, and the places and keys of its timers. */
static const char *check_list(const struct hierarchical_wheel *wheel, const struct timer *head,
			      unsigned place, size_t *count)
{
	const struct timer *previous = NULL;

	for (const struct timer *timer = head; timer; timer = timer->link.next) {
		if (timer->link.previous != previous)
			return "a list's links do not agree";
		if (timer->link.half[4] != place)
			return "a timer's stored place is not the list that it is in";
		if (place != LEVEL_NEVER && timer->key < wheel->tick)
			return "a timer is filed in the past";
		if (place == LEVEL_BEYOND && timer->key < wheel->beyond_least)
			return "a timer beyond the top level is before the list's least tick";
		if (place >= LEVEL_FIRST && level_of(wheel, timer->key) + LEVEL_FIRST != place)
			return "a timer is on the wrong level";
		previous = timer;
		++*count;
	}
	return NULL;
}

static const char *check_slot(const struct hierarchical_wheel *wheel, unsigned number,
			      unsigned slot, size_t *count)
{
	const struct level *level = &wheel->level[number];
	const struct timer *head = level->slots[slot];
	bool marked = level->occupied[slot / WORD_BITS] >> slot % WORD_BITS & 1;

	if (marked != (head != NULL))
		return "a bitmap disagrees with its slots";
	for (const struct timer *timer = head; timer; timer = timer->link.next)
		if (timer->link.half[5] != slot || digit(wheel, timer->key, number) != slot)
			return "a timer is in the wrong slot";
	return check_list(wheel, head, LEVEL_FIRST + number, count);
}

static const char *hierarchical_wheel_check(const struct timer_set *set)
{
	const struct hierarchical_wheel *wheel = wheel_of(set);
	const char *broken;
	size_t count = 0;

	for (unsigned number = 0; number < wheel->levels; number++) {
		const struct level *level = &wheel->level[number];

		for (unsigned slot = 0; slot < wheel->slots; slot++)
			if ((broken = check_slot(wheel, number, slot, &count)))
				return broken;
		for (unsigned word = 0; word * WORD_BITS < wheel->slots; word++)
			if ((level->words >> word & 1) != (level->occupied[word] != 0))
				return "a level's words disagree with its bitmap";
		if ((wheel->occupied >> number & 1) != (level->words != 0))
			return "the occupied levels disagree with their bitmaps";
	}
	if ((broken = check_list(wheel, wheel->beyond, LEVEL_BEYOND, &count)) ||
	    (broken = check_list(wheel, wheel->never, LEVEL_NEVER, &count)))
		return broken;
	return count == wheel->size ? NULL : "the size is not the number of timers";
}

static const char *hierarchical_wheel_refuse(const void *options)
{
	const struct wheel_options *asked = options;

	if (asked->slots & (asked->slots - 1))
		return "slots: must be a power of two";
	if ((asked->levels - 1) * (uint64_t)__builtin_ctzll(asked->slots) > 63)
		return "levels: fewer levels with these slots already cover every tick";
	return NULL;
}

static void hierarchical_wheel_accuracy(const void *options, struct timer_accuracy *accuracy)
{
	const struct wheel_options *asked = options;

	/* With ticks of 1 ns, only timers that were armed too late are out of order. */
	*accuracy = (struct timer_accuracy){
		.when = asked->tick == 1 ? TIMER_EXACT : TIMER_TO_A_TICK,
		.order = TIMER_BY_TICK,
		.tick = asked->tick,
	};
}

static const struct option_spec hierarchical_wheel_options[] = {
	{ "tick", OPTION_DURATION, offsetof(struct wheel_options, tick), 1, 3600e9, "1us", NULL,
	  "the length of a tick; deadlines are rounded up to whole ticks" },
	{ "levels", OPTION_COUNT, offsetof(struct wheel_options, levels), 1, MOST_LEVELS, "10",
	  NULL, "wheels in the hierarchy" },
	{ "slots", OPTION_COUNT, offsetof(struct wheel_options, slots), 2, MOST_SLOTS, "64", NULL,
	  "slots of each wheel; a power of two" },
	{ 0 },
};

static const char *const hierarchical_wheel_settings_to_test[] = {
	"",
	"tick=1ns,levels=11",
	"tick=1ms",
	"levels=2",
	"levels=1,slots=2",
	"slots=8,levels=3",
	"slots=256,levels=7",
	"slots=4096,levels=5",
	"tick=333ns",
	NULL,
};

const struct timer_structure timer_hierarchical_wheel = {
	.name = "hierarchical-wheel",
	.summary = "timing wheels in a hierarchy, one bitmap a level, no horizon",
	.source = "Varghese and Lauck, SOSP 1987, Scheme 7; level by exclusive-or as in tokio",
	.departures =
		"jumps to the next occupied slot instead of ticking; nothing laps the top level",
	.complexity = { "O(1)", "O(1)", "O(1)", "O(1)", "O(1)",
			"O(1) each, and at most levels - 1 moves before" },
	.options = hierarchical_wheel_options,
	.options_size = sizeof(struct wheel_options),
	.settings_to_test = hierarchical_wheel_settings_to_test,
	.refuse = hierarchical_wheel_refuse,
	.accuracy = hierarchical_wheel_accuracy,
	.create = hierarchical_wheel_create,
	.destroy = hierarchical_wheel_destroy,
	.reserve = hierarchical_wheel_reserve,
	.insert = hierarchical_wheel_insert,
	.reinsert = hierarchical_wheel_reinsert,
	.disarm = hierarchical_wheel_disarm,
	.remove = hierarchical_wheel_remove,
	.next = hierarchical_wheel_next,
	.expire = hierarchical_wheel_expire,
	.for_each = hierarchical_wheel_for_each,
	.size = hierarchical_wheel_size,
	.footprint = hierarchical_wheel_footprint,
	.check = hierarchical_wheel_check,
};
