/*
 * hashed-wheel - one timing wheel, whose slots are shared by the ticks of all turns
 *
 * IDEA. A ring of slots, one for each tick. A timer goes into the slot of its tick's number modulo
 * the number of slots, so each slot has the timers of one tick of every turn. When the clock gets
 * to a slot, the timers in it that are due fire, and the others stay.
 *
 *	 8 slots, tick 13 now
 *	   0    1    2    3    4   [5]   6    7
 *	              |              \
 *	             18, 26, 42       13: due;  21, 45: not this turn
 *
 * With more timers than slots, slots are lists. order=unsorted walks the whole slot (Scheme 6).
 * order=sorted keeps the slot in order, so that arming walks, and expiry stops at the first timer
 * that is not due (Scheme 5). There are two ways to recognise timers of later turns. mark=time
 * compares the timer's tick with the current one. mark=rounds counts down, at each visit, the turns
 * that are left, which is a store to every timer in the slot.
 *
 * COST.   insert     O(1); sorted: O(n / slots)
 *         reinsert   as insert
 *         remove     O(1)
 *         next       O(1): the next tick, while a timer is in a slot
 *         expire     O(n / slots) per tick; sorted with mark=time: O(1) per tick and per timer
 *         memory     none per timer; 8 bytes per slot
 *
 * GIVES BACK. Nothing: its memory does not depend on the number of timers.
 *
 * WINS. Where timers are armed and stopped within about a turn, and the tick is coarse. It has the
 * least code of all wheels.
 *
 * LOSES. Where timers outlive many turns: every turn walks past them. Where wake-ups count: even if
 * only one timer is armed, an hour ahead, next returns the next tick.
 *
 * SOURCE. Varghese and Lauck, SOSP 1987, Schemes 5 and 6. FreeBSD's kern_timeout.c compares times
 * in full. Its ticks are 1/256 s, and the number of its slots, up to 16,384, follows from the
 * number of processes and files. Netty's HashedWheelTimer counts rounds (512 slots of 100 ms).
 *
 * DEPARTURES. Both sources have coarser ticks; the default here is 1 ms. After a jump of more than
 * a turn, each slot is visited once, not once a turn. FreeBSD looks ahead for the next occupied
 * slot, to sleep longer; Netty wakes up at each tick, and so does hashed-wheel.
 */
#include <assert.h>
#include <errno.h>
#include <stdlib.h>

#include "common/options.h"
#include "common/timer_list.h"
#include "common/timer_place.h"
#include "timer.h"

#define MOST_SLOTS (1 << 22)

/* The places of timers in the structure's own lists. Slot s is PLACE_SLOT + s. */
#define PLACE_SLOT PLACE_FIRST

struct hashed_options {
	uint64_t tick, slots;
	int order, mark;
};

enum { ORDER_UNSORTED, ORDER_SORTED };
enum { MARK_TIME, MARK_ROUNDS };

struct hashed_wheel {
	uint64_t clock; /* the tick up to which all slots have been visited */
	uint64_t tick_ns;
	size_t size, waiting; /* size: armed timers; waiting: those in slots */
	uint64_t slots;
	uint64_t steps; /* armed timers passed by walks in sorted slots */
	bool sorted, rounds;
	struct timer_queue due; /* in the order in which they were found */
	struct timer *never;
	struct timer *slot[];
};

static struct hashed_wheel *wheel_of(const struct timer_set *set)
{
	return (struct hashed_wheel *)set;
}

/* Returns link.half[5]: how many more visits of the slot leave the timer in the slot. */
static uint32_t *rounds_of(struct timer *timer)
{
	return &timer->link.half[5];
}

/* Returns the first tick at or after the deadline: rounds up, so that no timer fires early. */
static uint64_t ceiling_tick(const struct hashed_wheel *wheel, uint64_t ns)
{
	return ns / wheel->tick_ns + (ns % wheel->tick_ns != 0);
}

/* Returns the tick that contains now. Time ends one ns before TIMER_NEVER. */
static uint64_t now_tick(const struct hashed_wheel *wheel, uint64_t now)
{
	return (now == TIMER_NEVER ? now - 1 : now) / wheel->tick_ns;
}

static void append_due(struct hashed_wheel *wheel, struct timer *timer)
{
	timer->link.half[4] = PLACE_DUE;
	timer_queue_append(&wheel->due, timer);
}

/* Puts a timer behind all timers that have an earlier tick or the same tick. */
static void push_sorted(struct hashed_wheel *wheel, struct timer **head, struct timer *timer)
{
	struct timer *before = NULL, *after = *head;
	uint64_t steps = 0;

	for (; after && after->key <= timer->key; after = after->link.next, steps++)
		before = after;
	wheel->steps += steps;
	timer->link.previous = before;
	timer->link.next = after;
	*(before ? &before->link.next : head) = timer;
	if (after)
		after->link.previous = timer;
}

static void arm(struct hashed_wheel *wheel, struct timer *timer, uint64_t deadline)
{
	uint64_t slot;

	timer->deadline = deadline;
	timer->key = ceiling_tick(wheel, deadline);
	if (deadline == TIMER_NEVER) {
		timer->link.half[4] = PLACE_NEVER;
		timer_list_push(&wheel->never, timer);
		return;
	}
	if (timer->key <= wheel->clock) {
		append_due(wheel, timer);
		return;
	}
	slot = timer->key & (wheel->slots - 1);
	wheel->waiting++;
	timer->link.half[4] = (uint32_t)(PLACE_SLOT + slot);
	if (wheel->rounds) {
		uint64_t rounds = (timer->key - wheel->clock - 1) / wheel->slots;

		*rounds_of(timer) = rounds < UINT32_MAX ? (uint32_t)rounds : UINT32_MAX;
	}
	if (wheel->sorted)
		push_sorted(wheel, &wheel->slot[slot], timer);
	else
		timer_list_push(&wheel->slot[slot], timer);
}

static void take_out(struct timer_set *set, struct timer *timer)
{
	struct hashed_wheel *wheel = wheel_of(set);
	uint32_t place = timer->link.half[4];

	wheel->waiting -= place >= PLACE_SLOT;
	if (place == PLACE_DUE)
		timer_queue_take_out(&wheel->due, timer);
	else
		timer_list_take_out(place == PLACE_NEVER ? &wheel->never
							 : &wheel->slot[place - PLACE_SLOT],
				    timer);
}

/* Returns whether a timer of the visited slot is due. This visit counts as `turns` visits. */
static bool is_due(const struct hashed_wheel *wheel, struct timer *timer, uint64_t until,
		   uint64_t turns)
{
	if (!wheel->rounds)
		return timer->key <= until;
	if (*rounds_of(timer) >= turns) {
		*rounds_of(timer) -= (uint32_t)turns;
		return false;
	}
	/* Also compares the tick, because 32 bits do not count all rounds of 584 years. */
	*rounds_of(timer) = 0;
	return timer->key <= until;
}

static void visit_slot(struct hashed_wheel *wheel, uint64_t slot, uint64_t until, uint64_t turns)
{
	struct timer *timer = wheel->slot[slot];

	while (timer) {
		struct timer *next = timer->link.next;

		if (next)
			__builtin_prefetch(next->link.next);
		if (is_due(wheel, timer, until, turns)) {
			take_out((struct timer_set *)wheel, timer);
			append_due(wheel, timer);
		} else if (wheel->sorted && !wheel->rounds) {
			return;
		}
		timer = next;
	}
}

/* Visits each slot of which a tick has come, once. */
static void advance(struct hashed_wheel *wheel, uint64_t until)
{
	uint64_t steps = until - wheel->clock, tick = wheel->clock;

	if (wheel->waiting)
		for (uint64_t i = 0; i < steps && i < wheel->slots; i++) {
			uint64_t first = ++tick;

			visit_slot(wheel, first & (wheel->slots - 1), until,
				   1 + (until - first) / wheel->slots);
		}
	wheel->clock = until;
}

static int hashed_wheel_create(struct timer_set **set, const void *options, uint64_t now)
{
	const struct hashed_options *asked = options;
	struct hashed_wheel *wheel =
		calloc(1, sizeof(*wheel) + asked->slots * sizeof(struct timer *));

	if (!wheel)
		return -ENOMEM;
	wheel->tick_ns = asked->tick;
	wheel->clock = now_tick(wheel, now);
	wheel->slots = asked->slots;
	wheel->sorted = asked->order == ORDER_SORTED;
	wheel->rounds = asked->mark == MARK_ROUNDS;
	*set = (struct timer_set *)wheel;
	return 0;
}

static void hashed_wheel_destroy(struct timer_set *set)
{
	free(set);
}

static int hashed_wheel_reserve(struct timer_set *set, size_t n)
{
	(void)set;
	(void)n; /* the lists link the timers themselves */
	return 0;
}

static void hashed_wheel_insert(struct timer_set *set, struct timer *timer, uint64_t deadline,
				uint64_t interval)
{
	struct hashed_wheel *wheel = wheel_of(set);

	(void)interval;
	assert(!place_is_armed(timer) && "insert: the timer is armed");
	arm(wheel, timer, deadline);
	wheel->size++;
}

static void hashed_wheel_reinsert(struct timer_set *set, struct timer *timer, uint64_t deadline,
				  uint64_t interval)
{
	struct hashed_wheel *wheel = wheel_of(set);

	(void)interval;
	assert(place_is_armed(timer) && "reinsert: the timer is not armed");
	take_out(set, timer);
	arm(wheel, timer, deadline);
}

static void hashed_wheel_disarm(struct timer_set *set, struct timer *timer)
{
	place_disarm(set, timer, &wheel_of(set)->size, take_out);
}

static void hashed_wheel_remove(struct timer_set *set, struct timer *timer)
{
	place_remove(set, timer, &wheel_of(set)->size, take_out);
}

static uint64_t hashed_wheel_next(struct timer_set *set)
{
	const struct hashed_wheel *wheel = wheel_of(set);
	uint64_t ns;

	if (wheel->due.first)
		return wheel->clock * wheel->tick_ns;
	if (!wheel->waiting)
		return TIMER_NEVER;
	return __builtin_mul_overflow(wheel->clock + 1, wheel->tick_ns, &ns) ? TIMER_NEVER : ns;
}

static size_t hashed_wheel_expire(struct timer_set *set, uint64_t now, struct timer **out,
				  size_t max)
{
	struct hashed_wheel *wheel = wheel_of(set);
	uint64_t until = now_tick(wheel, now);
	size_t count;

	if (until < wheel->clock)
		return 0;
	advance(wheel, until);
	count = timer_queue_take_front(&wheel->due, out, max);
	wheel->size -= count;
	return count;
}

static void hashed_wheel_for_each(const struct timer_set *set,
				  void (*visit)(struct timer *timer, void *data), void *data)
{
	const struct hashed_wheel *wheel = wheel_of(set);

	timer_list_for_each(wheel->due.first, visit, data);
	timer_list_for_each(wheel->never, visit, data);
	for (uint64_t slot = 0; slot < wheel->slots; slot++)
		timer_list_for_each(wheel->slot[slot], visit, data);
}

static size_t hashed_wheel_size(const struct timer_set *set)
{
	return wheel_of(set)->size;
}

static size_t hashed_wheel_footprint(const struct timer_set *set)
{
	return sizeof(struct hashed_wheel) + wheel_of(set)->slots * sizeof(struct timer *);
}

static uint64_t hashed_wheel_steps(const struct timer_set *set)
{
	return wheel_of(set)->steps;
}

static const char *check_list(const struct hashed_wheel *wheel, const struct timer *head,
			      uint64_t place, size_t *count)
{
	const struct timer *previous = NULL;

	for (const struct timer *timer = head; timer; timer = timer->link.next) {
		if (timer->link.previous != previous)
			return "a list's links do not agree";
		if (timer->link.half[4] != place)
			return "a timer's stored place is not the list that it is in";
		if (timer->key > ceiling_tick(wheel, timer->deadline))
			return "a timer is filed after its deadline";
		if (place == PLACE_DUE && timer->key > wheel->clock)
			return "a timer in the queue of due timers is not due";
		if (place >= PLACE_SLOT && timer->key <= wheel->clock)
			return "a timer is in a slot that has been visited";
		if (place >= PLACE_SLOT && (timer->key & (wheel->slots - 1)) + PLACE_SLOT != place)
			return "a timer is in the wrong slot";
		if (place >= PLACE_SLOT && wheel->sorted && previous && previous->key > timer->key)
			return "a slot is not in order";
		previous = timer;
		++*count;
	}
	return place == PLACE_DUE && wheel->due.last != previous
		       ? "the end of the queue of due timers is wrong"
		       : NULL;
}

static const char *hashed_wheel_check(const struct timer_set *set)
{
	const struct hashed_wheel *wheel = wheel_of(set);
	const char *broken;
	size_t count = 0, waiting;

	if ((broken = check_list(wheel, wheel->due.first, PLACE_DUE, &count)) ||
	    (broken = check_list(wheel, wheel->never, PLACE_NEVER, &count)))
		return broken;
	waiting = count;
	for (uint64_t slot = 0; slot < wheel->slots; slot++)
		if ((broken = check_list(wheel, wheel->slot[slot], PLACE_SLOT + slot, &count)))
			return broken;
	if (count - waiting != wheel->waiting)
		return "the count of timers in slots is wrong";
	return count == wheel->size ? NULL : "the size is not the number of timers";
}

static const char *hashed_wheel_refuse(const void *options)
{
	const struct hashed_options *asked = options;

	if (asked->slots & (asked->slots - 1))
		return "slots: must be a power of two";
	return NULL;
}

/*
 * The order is TIMER_UNORDERED. The timers of one tick fire together, but after a jump of more than
 * a turn the ticks fire in the order of their slots.
 */
static void hashed_wheel_accuracy(const void *options, struct timer_accuracy *accuracy)
{
	const struct hashed_options *asked = options;

	*accuracy = (struct timer_accuracy){
		.when = asked->tick == 1 ? TIMER_EXACT : TIMER_TO_A_TICK,
		.order = TIMER_UNORDERED,
		.tick = asked->tick,
	};
}

static const char *const order_words[] = { "unsorted", "sorted", NULL };
static const char *const mark_words[] = { "time", "rounds", NULL };

static const struct option_spec hashed_wheel_options[] = {
	{ "tick", OPTION_DURATION, offsetof(struct hashed_options, tick), 1, 3600e9, "1ms", NULL,
	  "the length of a tick; deadlines are rounded up to whole ticks" },
	{ "slots", OPTION_COUNT, offsetof(struct hashed_options, slots), 2, MOST_SLOTS, "16384",
	  NULL, "slots of the wheel; a power of two" },
	{ "order", OPTION_WORD, offsetof(struct hashed_options, order), 0, 0, "unsorted",
	  order_words, "whether slots are sorted (Scheme 5) or not (Scheme 6)" },
	{ "mark", OPTION_WORD, offsetof(struct hashed_options, mark), 0, 0, "time", mark_words,
	  "how a timer of a later turn is marked: by its tick, or by a count of rounds" },
	{ 0 },
};

static const char *const hashed_wheel_settings_to_test[] = {
	"",
	"mark=rounds",
	"order=sorted",
	"order=sorted,mark=rounds,slots=8",
	"slots=2",
	"slots=64,tick=333ns",
	"tick=100ms,slots=512,mark=rounds",
	"tick=1ns,slots=256",
	NULL,
};

const struct timer_structure timer_hashed_wheel = {
	.name = "hashed-wheel",
	.summary = "one timing wheel, its slots shared by the ticks of all turns",
	.source = "FreeBSD (kern_timeout.c), Netty (HashedWheelTimer); Varghese and Lauck, SOSP "
		  "1987, Schemes 5 and 6",
	.departures = "after a jump, each slot is visited once; the default tick is 1 ms",
	.complexity = { "O(1)", "O(1)", "O(1)", "O(1)", "O(1)", "O(n / slots) a tick" },
	.wakes_every_tick = true,
	.options = hashed_wheel_options,
	.options_size = sizeof(struct hashed_options),
	.settings_to_test = hashed_wheel_settings_to_test,
	.refuse = hashed_wheel_refuse,
	.accuracy = hashed_wheel_accuracy,
	.create = hashed_wheel_create,
	.destroy = hashed_wheel_destroy,
	.reserve = hashed_wheel_reserve,
	.insert = hashed_wheel_insert,
	.reinsert = hashed_wheel_reinsert,
	.disarm = hashed_wheel_disarm,
	.remove = hashed_wheel_remove,
	.next = hashed_wheel_next,
	.expire = hashed_wheel_expire,
	.for_each = hashed_wheel_for_each,
	.size = hashed_wheel_size,
	.footprint = hashed_wheel_footprint,
	.steps = hashed_wheel_steps,
	.check = hashed_wheel_check,
};
