/*
 * cascading-wheel - a hierarchy of wheels whose level is chosen by the distance to the deadline
 *
 * IDEA. Each level is a wheel of 64 slots. A slot of a level is as long as the whole wheel below
 * it. The distance to its deadline decides a timer's level: less than 64 ticks ahead is level 0,
 * less than 64 * 64 ticks is level 1, and so on. The timer's slot on that level is the digit of its
 * tick for that level. The slots behind the current one are used too, for the next turn of the
 * wheel:
 *
 *	 4 levels of 10 slots, now = 0 0 9 7
 *
 *	 tick  104: 7 ahead,   level 0, slot 4      level 0   [ ][ ][ ][ ][*][ ][ ][>][ ][ ]
 *	 tick  126: 29 ahead,  level 1, slot 2      level 1   [ ][ ][*][ ][ ][ ][ ][ ][ ][>]
 *
 * When the clock enters a slot of a higher level, each timer in that slot moves to the level for
 * the distance that is left. This is the cascade. A timer beyond the range of all wheels goes into
 * the slot of its digit in the top wheel. At each turn, it is put into the same slot again, until
 * its deadline is near enough: it laps the wheel.
 *
 * expire does this in one step, however far the clock has moved. It looks at all slots that the
 * clock has passed, from level 0 up to the first level where it has passed none, and moves the
 * timers in them. Timers that are due then wait in a queue of their own.
 *
 * With bitmap=all, each level has a bitmap of occupied slots, and next returns the time at which
 * the clock enters the first of them. With bitmap=first only level 0 has a bitmap. While any timer
 * is in a slot, next then returns the end of level 0's turn at the latest, because a timer may have
 * to move down from level 1.
 *
 * COST.   insert     O(1): a multiplication, a count of leading zeros, the last timer of the slot
 *         reinsert   always a remove and an insert
 *         remove     O(1): the timer stores its place
 *         next       O(levels); bitmap=first: O(slots / 64)
 *         expire     O(levels + slots passed); a timer moves at most twice per level, and once per
 *                    lap
 *         memory     none per timer; 16 bytes per slot
 *
 * GIVES BACK. Nothing: its memory does not depend on the number of timers.
 *
 * WINS. Where most timers are postponed or stopped long before they fire: these operations touch
 * two neighbours, whatever n is.
 *
 * LOSES. Where most timers fire: each moves down level by level. In re-arming, to
 * hierarchical-wheel, which leaves a timer in its slot if the slot stays the same. Where the range
 * is too small: 4 levels of 64 slots of 1 us are 16.8 s, and a timer of minutes moves at each of
 * its laps. wahern/timeout has this range by default, and so loses its own benchmark of expiry;
 * with one more level it would win. Where wake-ups count: with bitmap=first and ticks of 1 us,
 * nearly all wake-ups of a server are spurious.
 *
 * SOURCE. bitmap=all is wahern/timeout (William Ahern; 4 wheels of 64 slots). bitmap=first is
 * Folly's HHWheelTimer (4 of 256, 10 ms): `levels=4,slots=256,tick=10ms,bitmap=first`. Both go back
 * to Scheme 7 of Varghese and Lauck, SOSP 1987, by way of Linux before 4.8.
 *
 * DEPARTURES. Deadlines are rounded up to a tick. wahern/timeout numbers the slots of higher levels
 * one lower. When wahern/timeout empties slots of a higher level, it also empties the next slot,
 * although no timer in it has to move yet. bitmap=all does so too, because this is a large part of
 * the cost of wahern/timeout. wahern/timeout also goes on to the next level if the clock last
 * stopped at the first tick of a turn; cascading-wheel does not. Folly moves the clock tick by
 * tick. So it fires in order of ticks, except for timers that move down late. In cascading-wheel a
 * late expire passes many ticks at once, so neither setting of bitmap keeps an order. Folly puts a
 * timer beyond its range into the slot that is farthest away. The next timer of a slot is
 * prefetched. Timers armed for TIMER_NEVER are in a queue of their own.
 */
#include <assert.h>
#include <errno.h>
#include <stdlib.h>

#include "common/options.h"
#include "common/ticks.h"
#include "common/timer_list.h"
#include "common/timer_place.h"

#define WORD_BITS   64
#define MOST_SLOTS  4096
#define MOST_LEVELS 64 /* with 2 slots, a level has 1 of the 64 bits of a tick */

/*
 * The places of timers in the structure's own lists. Slot s of level l is
 * PLACE_SLOT + l * slots + s.
 */
#define PLACE_SLOT PLACE_FIRST

struct cascading_options {
	uint64_t tick, levels, slots;
	int bitmap;
};

enum { BITMAP_ALL, BITMAP_FIRST };

struct cascading_wheel {
	uint64_t clock; /* the current tick; no timer in a slot is due at it or before */
	struct ticks ticks;
	size_t size, waiting; /* size: armed timers; waiting: those in slots */
	struct timer_queue due, never;
	unsigned levels, slots, slot_bits;
	unsigned mapped;    /* slots in the bitmap: the slots of all levels, or of level 0 */
	unsigned word_bits; /* a word of the bitmap has 2^word_bits slots */
	size_t footprint;
	bool first_only;		 /* bitmap=first */
	uint64_t *occupied;		 /* the bitmap, level after level */
	uint8_t level_of_bit[WORD_BITS]; /* the level for a distance, by its highest bit */
	struct timer_queue slot[];	 /* level after level */
};

static struct cascading_wheel *wheel_of(const struct timer_set *set)
{
	return (struct cascading_wheel *)set;
}

static unsigned shift_of(const struct cascading_wheel *wheel, unsigned level)
{
	return level * wheel->slot_bits;
}

/* --- the bitmap */

static uint64_t bit_of(const struct cascading_wheel *wheel, unsigned number)
{
	return UINT64_C(1) << (number & ((1u << wheel->word_bits) - 1));
}

static void mark_occupied(struct cascading_wheel *wheel, unsigned number)
{
	if (number < wheel->mapped)
		wheel->occupied[number >> wheel->word_bits] |= bit_of(wheel, number);
}

static void mark_empty(struct cascading_wheel *wheel, unsigned number)
{
	if (number < wheel->mapped)
		wheel->occupied[number >> wheel->word_bits] &= ~bit_of(wheel, number);
}

/*
 * The search functions return the number of empty slots of a level before the first occupied one.
 * They count from slot `from` round the wheel. If the next `limit` slots are empty, they return
 * `limit` or more.
 */
static unsigned search_word(const struct cascading_wheel *wheel, uint64_t word, unsigned from,
			    unsigned limit)
{
	if (!word)
		return limit;
	if (from) /* rotates; with fewer than 64 slots, bits above the slots repeat lower ones */
		word = word >> from | word << (wheel->slots - from);
	return (unsigned)__builtin_ctzll(word);
}

static unsigned search_words(const struct cascading_wheel *wheel, const uint64_t *words,
			     unsigned from, unsigned limit)
{
	unsigned count = wheel->slots / WORD_BITS, word = from / WORD_BITS;
	uint64_t after = ~UINT64_C(0) << from % WORD_BITS, occupied = words[word] & after;

	for (unsigned i = 0; i < count && !occupied; i++) {
		word = (word + 1) % count;
		occupied = i == count - 1 ? words[word] & ~after : words[word];
	}
	if (!occupied)
		return limit;
	return (word * WORD_BITS + (unsigned)__builtin_ctzll(occupied) - from) & (wheel->slots - 1);
}

static unsigned search_slots(const struct cascading_wheel *wheel, const struct timer_queue *slot,
			     unsigned from, unsigned limit)
{
	unsigned passed = 0;

	while (passed < limit && !slot[(from + passed) & (wheel->slots - 1)].first)
		passed++;
	return passed;
}

static unsigned search(const struct cascading_wheel *wheel, unsigned level, unsigned from,
		       unsigned limit)
{
	unsigned number = level << wheel->slot_bits;

	if (number >= wheel->mapped)
		return search_slots(wheel, &wheel->slot[number], from, limit);
	if (wheel->slots > WORD_BITS)
		return search_words(wheel, &wheel->occupied[number / WORD_BITS], from, limit);
	return search_word(wheel, wheel->occupied[level], from, limit);
}

/* --- putting timers in */

static struct timer_queue *queue_of(struct cascading_wheel *wheel, uint32_t place)
{
	return place >= PLACE_SLOT    ? &wheel->slot[place - PLACE_SLOT]
	       : place == PLACE_NEVER ? &wheel->never
				      : &wheel->due;
}

static void append(struct cascading_wheel *wheel, struct timer *timer, uint32_t place)
{
	timer->link.half[4] = place;
	timer_queue_append(queue_of(wheel, place), timer);
}

/*
 * Puts a timer into the slot for the distance from the clock to its key, or into the queue `due`.
 */
static void file_timer(struct cascading_wheel *wheel, struct timer *timer)
{
	unsigned highest, level, number;

	if (timer->key <= wheel->clock) {
		append(wheel, timer, PLACE_DUE);
		return;
	}
	highest = 63u - (unsigned)__builtin_clzll(timer->key - wheel->clock);
	level = wheel->level_of_bit[highest];
	number = (unsigned)(timer->key >> shift_of(wheel, level)) & (wheel->slots - 1);
	number |= level << wheel->slot_bits;
	append(wheel, timer, PLACE_SLOT + number);
	mark_occupied(wheel, number);
	wheel->waiting++;
}

static void arm(struct cascading_wheel *wheel, struct timer *timer, uint64_t deadline)
{
	timer->deadline = deadline;
	timer->key = ticks_ceiling(&wheel->ticks, deadline);
	if (deadline == TIMER_NEVER)
		append(wheel, timer, PLACE_NEVER);
	else
		file_timer(wheel, timer);
}

static void take_out(struct timer_set *set, struct timer *timer)
{
	struct cascading_wheel *wheel = wheel_of(set);
	uint32_t place = timer->link.half[4];
	struct timer_queue *queue = queue_of(wheel, place);

	timer_queue_take_out(queue, timer);
	if (place < PLACE_SLOT)
		return;
	wheel->waiting--;
	if (!queue->first)
		mark_empty(wheel, place - PLACE_SLOT);
}

/* --- the passing of time */

/*
 * Moves all timers of a slot to the slots for the current clock. Some may go into the same slot
 * again.
 */
static void empty_slot(struct cascading_wheel *wheel, unsigned number)
{
	struct timer *timer = wheel->slot[number].first;

	wheel->slot[number] = (struct timer_queue){ NULL, NULL };
	mark_empty(wheel, number);
	while (timer) {
		struct timer *next = timer->link.next;

		if (next)
			__builtin_prefetch(next->link.next, 1);
		wheel->waiting--;
		file_timer(wheel, timer);
		timer = next;
	}
}

/* Empties `left` slots of a level, from slot `from` on, round the wheel. */
static void empty_slots(struct cascading_wheel *wheel, unsigned level, unsigned from, unsigned left)
{
	unsigned passed;

	while ((passed = search(wheel, level, from, left)) < left) {
		from = (from + passed) & (wheel->slots - 1);
		empty_slot(wheel, level << wheel->slot_bits | from);
		from = (from + 1) & (wheel->slots - 1);
		left -= passed + 1;
	}
}

/*
 * Sets the clock first and then empties the slots that it has passed, so that their timers move by
 * the new clock.
 */
static void advance(struct cascading_wheel *wheel, uint64_t until)
{
	uint64_t before = wheel->clock;

	wheel->clock = until;
	for (unsigned level = 0; level < wheel->levels; level++) {
		uint64_t last = before >> shift_of(wheel, level);
		uint64_t entered = (until >> shift_of(wheel, level)) - last;

		if (!entered)
			break;
		/* Like wahern/timeout, this also empties the next slot. */
		if (level && !wheel->first_only)
			entered++;
		empty_slots(wheel, level, (unsigned)(last + 1) & (wheel->slots - 1),
			    entered < wheel->slots ? (unsigned)entered : wheel->slots);
	}
}

/*
 * Returns the tick at which the clock enters the first occupied slot of a level; NO_TICK if all
 * slots of the level are empty.
 */
static uint64_t first_of_level(const struct cascading_wheel *wheel, unsigned level)
{
	uint64_t turn = (wheel->clock >> shift_of(wheel, level)) + 1;
	unsigned passed = search(wheel, level, (unsigned)turn & (wheel->slots - 1), wheel->slots);

	return passed < wheel->slots ? (turn + passed) << shift_of(wheel, level) : NO_TICK;
}

static uint64_t first_of_all(const struct cascading_wheel *wheel)
{
	uint64_t first = NO_TICK;

	for (unsigned level = 0; level < wheel->levels; level++) {
		uint64_t tick = first_of_level(wheel, level);

		first = tick < first ? tick : first;
	}
	return first;
}

/*
 * Returns the tick of the first occupied slot in the rest of level 0's turn. If there is none,
 * returns the end of the turn, when a timer may have to move down. Returns NO_TICK if all slots are
 * empty.
 */
static uint64_t first_in_turn(const struct cascading_wheel *wheel)
{
	unsigned from = (unsigned)(wheel->clock + 1) & (wheel->slots - 1);
	unsigned left = from ? wheel->slots - from : 0;
	unsigned passed = search(wheel, 0, from, left);

	if (!wheel->waiting)
		return NO_TICK;
	return wheel->clock + 1 + (passed < left ? passed : left);
}

/* --- the operations */

/* Returns 2^bits ticks in ns, or 0 if that is as long as time itself. */
static uint64_t span_ns(uint64_t tick, uint64_t bits)
{
	uint64_t ns;

	return bits > 62 || __builtin_mul_overflow(tick, UINT64_C(1) << bits, &ns) ? 0 : ns;
}

static int cascading_wheel_create(struct timer_set **set, const void *options, uint64_t now)
{
	const struct cascading_options *asked = options;
	size_t slots = asked->levels * asked->slots;
	bool first_only = asked->bitmap == BITMAP_FIRST;
	size_t mapped = first_only ? asked->slots : slots;
	unsigned slot_bits = (unsigned)__builtin_ctzll(asked->slots);
	unsigned word_bits = slot_bits < 6 ? slot_bits : 6;
	size_t bytes = sizeof(struct cascading_wheel) + slots * sizeof(struct timer_queue) +
		       (mapped >> word_bits) * sizeof(uint64_t);
	struct cascading_wheel *wheel = calloc(1, bytes);

	if (!wheel)
		return -ENOMEM;
	wheel->ticks = ticks_of(asked->tick);
	wheel->clock = ticks_now(&wheel->ticks, now);
	wheel->levels = (unsigned)asked->levels;
	wheel->slots = (unsigned)asked->slots;
	wheel->slot_bits = slot_bits;
	wheel->first_only = first_only;
	wheel->mapped = (unsigned)mapped;
	wheel->word_bits = word_bits;
	wheel->footprint = bytes;
	wheel->occupied = (uint64_t *)(void *)&wheel->slot[slots];
	for (unsigned bit = 0; bit < WORD_BITS; bit++) {
		unsigned level = bit / slot_bits;

		wheel->level_of_bit[bit] =
			(uint8_t)(level < wheel->levels ? level : wheel->levels - 1);
	}
	*set = (struct timer_set *)wheel;
	return 0;
}

static void cascading_wheel_destroy(struct timer_set *set)
{
	free(set);
}

static int cascading_wheel_reserve(struct timer_set *set, size_t n)
{
	(void)set;
	(void)n; /* the lists link the timers themselves */
	return 0;
}

static void cascading_wheel_insert(struct timer_set *set, struct timer *timer, uint64_t deadline,
				   uint64_t interval)
{
	struct cascading_wheel *wheel = wheel_of(set);

	(void)interval;
	assert(!place_is_armed(timer) && "insert: the timer is armed");
	arm(wheel, timer, deadline);
	wheel->size++;
}

static void cascading_wheel_reinsert(struct timer_set *set, struct timer *timer, uint64_t deadline,
				     uint64_t interval)
{
	struct cascading_wheel *wheel = wheel_of(set);

	(void)interval;
	assert(place_is_armed(timer) && "reinsert: the timer is not armed");
	take_out(set, timer);
	arm(wheel, timer, deadline);
}

static void cascading_wheel_disarm(struct timer_set *set, struct timer *timer)
{
	place_disarm(set, timer, &wheel_of(set)->size, take_out);
}

static void cascading_wheel_remove(struct timer_set *set, struct timer *timer)
{
	place_remove(set, timer, &wheel_of(set)->size, take_out);
}

/*
 * The clock enters a slot of a higher level at or before the first deadline in it. So the returned
 * time may be earlier than the first deadline.
 */
static uint64_t cascading_wheel_next(struct timer_set *set)
{
	const struct cascading_wheel *wheel = wheel_of(set);

	if (wheel->due.first)
		return wheel->clock * wheel->ticks.ns;
	return ticks_begin(&wheel->ticks,
			   wheel->first_only ? first_in_turn(wheel) : first_of_all(wheel));
}

static size_t cascading_wheel_expire(struct timer_set *set, uint64_t now, struct timer **out,
				     size_t max)
{
	struct cascading_wheel *wheel = wheel_of(set);
	uint64_t until = ticks_now(&wheel->ticks, now);
	size_t count;

	if (until < wheel->clock)
		return 0;
	if (until > wheel->clock)
		advance(wheel, until);
	count = timer_queue_take_front(&wheel->due, out, max);
	wheel->size -= count;
	return count;
}

static void cascading_wheel_for_each(const struct timer_set *set,
				     void (*visit)(struct timer *timer, void *data), void *data)
{
	const struct cascading_wheel *wheel = wheel_of(set);

	timer_list_for_each(wheel->due.first, visit, data);
	timer_list_for_each(wheel->never.first, visit, data);
	for (unsigned number = 0; number < wheel->levels * wheel->slots; number++)
		timer_list_for_each(wheel->slot[number].first, visit, data);
}

static size_t cascading_wheel_size(const struct timer_set *set)
{
	return wheel_of(set)->size;
}

static size_t cascading_wheel_footprint(const struct timer_set *set)
{
	return wheel_of(set)->footprint;
}

/* --- the check */

/* Checks a queue: its links in both directions, its end, and the places and keys of its timers. */
static const char *check_queue(const struct cascading_wheel *wheel, const struct timer_queue *queue,
			       uint32_t place, size_t *count)
{
	const struct timer *previous = NULL;

	for (const struct timer *timer = queue->first; timer; timer = timer->link.next) {
		if (timer->link.previous != previous)
			return "a list's links do not agree";
		if (timer->link.half[4] != place)
			return "a timer's stored place is not the list that it is in";
		if (timer->key > ticks_ceiling(&wheel->ticks, timer->deadline))
			return "a timer is filed after its deadline";
		if ((place == PLACE_NEVER) != (timer->key == NO_TICK))
			return "a timer that never fires is in the wrong list";
		if (place == PLACE_DUE && timer->key > wheel->clock)
			return "a timer in the queue of due timers is not due";
		previous = timer;
		++*count;
	}
	return queue->last == previous ? NULL : "the end of a list is wrong";
}

/*
 * Checks a slot. A timer must be in the slot of its tick's digit, and the clock must not have
 * entered that slot.
 */
static const char *check_slot(const struct cascading_wheel *wheel, unsigned number, size_t *count)
{
	unsigned shift = shift_of(wheel, number >> wheel->slot_bits);
	const struct timer_queue *slot = &wheel->slot[number];
	bool marked = number < wheel->mapped &&
		      wheel->occupied[number >> wheel->word_bits] & bit_of(wheel, number);

	if (number < wheel->mapped && marked != (slot->first != NULL))
		return "the bitmap disagrees with the slots";
	for (const struct timer *timer = slot->first; timer; timer = timer->link.next) {
		if (((timer->key >> shift ^ number) & (wheel->slots - 1)) != 0)
			return "a timer is in the wrong slot";
		if (timer->key >> shift <= wheel->clock >> shift)
			return "the clock has entered or passed a timer's slot";
	}
	return check_queue(wheel, slot, PLACE_SLOT + number, count);
}

static const char *cascading_wheel_check(const struct timer_set *set)
{
	const struct cascading_wheel *wheel = wheel_of(set);
	const char *broken;
	size_t count = 0;

	for (unsigned number = 0; number < wheel->levels * wheel->slots; number++)
		if ((broken = check_slot(wheel, number, &count)))
			return broken;
	if (count != wheel->waiting)
		return "the count of timers in slots is wrong";
	if ((broken = check_queue(wheel, &wheel->due, PLACE_DUE, &count)) ||
	    (broken = check_queue(wheel, &wheel->never, PLACE_NEVER, &count)))
		return broken;
	return count == wheel->size ? NULL : "the size is not the number of timers";
}

/* --- the table */

static const char *cascading_wheel_refuse(const void *options)
{
	const struct cascading_options *asked = options;

	if (asked->slots & (asked->slots - 1))
		return "slots: must be a power of two";
	if ((asked->levels - 1) * (uint64_t)__builtin_ctzll(asked->slots) > 63)
		return "levels: fewer levels with these slots already cover every tick";
	return NULL;
}

static void cascading_wheel_accuracy(const void *options, struct timer_accuracy *accuracy)
{
	const struct cascading_options *asked = options;

	*accuracy = (struct timer_accuracy){
		.when = asked->tick == 1 ? TIMER_EXACT : TIMER_TO_A_TICK,
		.order = TIMER_UNORDERED,
		.tick = asked->tick,
	};
}

/* Returns the length of a turn of the top wheel; with bitmap=first, of a turn of level 0. */
static uint64_t cascading_wheel_lap(const void *options)
{
	const struct cascading_options *asked = options;
	uint64_t turns = asked->bitmap == BITMAP_FIRST ? 1 : asked->levels;

	return span_ns(asked->tick, turns * (uint64_t)__builtin_ctzll(asked->slots));
}

static const char *const bitmap_words[] = { "all", "first", NULL };

static const struct option_spec cascading_wheel_options[] = {
	{ "tick", OPTION_DURATION, offsetof(struct cascading_options, tick), 1, 3600e9, "1us", NULL,
	  "the length of a tick; deadlines are rounded up to whole ticks" },
	{ "levels", OPTION_COUNT, offsetof(struct cascading_options, levels), 1, MOST_LEVELS, "4",
	  NULL, "wheels in the hierarchy; timers beyond their range lap the top one" },
	{ "slots", OPTION_COUNT, offsetof(struct cascading_options, slots), 2, MOST_SLOTS, "64",
	  NULL, "slots of each wheel; a power of two" },
	{ "bitmap", OPTION_WORD, offsetof(struct cascading_options, bitmap), 0, 0, "all",
	  bitmap_words,
	  "levels with a bitmap of occupied slots; with first, each turn of level 0 is a wake-up" },
	{ 0 },
};

static const char *const cascading_wheel_settings_to_test[] = {
	"", /* wahern/timeout's defaults */
	"levels=5",
	"tick=1ms",
	"levels=4,slots=256,tick=10ms,bitmap=first",  /* Folly's HHWheelTimer */
	"levels=4,slots=256,tick=200us,bitmap=first", /* Folly's HHWheelTimerHighRes */
	"levels=10",
	"tick=1ns,levels=11",
	"levels=1,slots=2",
	"levels=3,slots=8,tick=333ns",
	"levels=2,slots=1024",
	"levels=1,slots=16,bitmap=first",
	"levels=3,slots=8,bitmap=first",
	"levels=64,slots=2,tick=1ns",
	NULL,
};

const struct timer_structure timer_cascading_wheel = {
	.name = "cascading-wheel",
	.summary = "timing wheels in a hierarchy; the distance to the deadline decides the level",
	.source = "wahern/timeout; with bitmap=first, Folly's HHWheelTimer",
	.departures =
		"rounds up; with either bitmap, expire passes many ticks at once, in no order; "
		"timers beyond the wheels lap the top wheel in the slot of their own digit; "
		"timers for TIMER_NEVER have a queue of their own",
	.complexity = { "O(1)", "O(1)", "O(1)", "O(1)", "O(levels)",
			"O(1) each, at most two moves a level before, and one a lap" },
	.options = cascading_wheel_options,
	.options_size = sizeof(struct cascading_options),
	.settings_to_test = cascading_wheel_settings_to_test,
	.refuse = cascading_wheel_refuse,
	.accuracy = cascading_wheel_accuracy,
	.spurious_period = cascading_wheel_lap,
	.create = cascading_wheel_create,
	.destroy = cascading_wheel_destroy,
	.reserve = cascading_wheel_reserve,
	.insert = cascading_wheel_insert,
	.reinsert = cascading_wheel_reinsert,
	.disarm = cascading_wheel_disarm,
	.remove = cascading_wheel_remove,
	.next = cascading_wheel_next,
	.expire = cascading_wheel_expire,
	.for_each = cascading_wheel_for_each,
	.size = cascading_wheel_size,
	.footprint = cascading_wheel_footprint,
	.check = cascading_wheel_check,
};
