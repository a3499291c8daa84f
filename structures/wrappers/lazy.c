/*
 * lazy - any other structure, in which putting a timer off only stores the new deadline
 *
 * IDEA. Most timers are timeouts that are put off again and again, or stopped, and hardly ever
 * fire. So a later deadline is written into the timer and nothing else; the structure within keeps
 * it filed under the old time. When it comes up there, it is filed again, for the time that it is
 * now due: once for each timeout that passes, however often it was put off meanwhile. An earlier
 * deadline can't wait and goes to the structure at once. Stopping by disarm is a mark, and the
 * structure forgets the timer when it comes up.
 *
 *	filed for   the timer says          when it comes up there
 *	40          due 40                  it fires
 *	25          due 90                  it is filed for 90
 *	31          due 33, and now is 35   it fires, behind what is due before 33
 *	17          disarmed                it is forgotten, without firing
 *
 * The structure within owns key and link, so all that is left for marks is the deadline. The mark
 * of a timer that is disarmed and still within is TIMER_NEVER, and timers that are armed for
 * TIMER_NEVER are never given to the structure: they are in a list here. A timer that is not within
 * has a link that is ours, and the key UINT64_MAX, which no timer within has.
 *
 *	             deadline        key          link
 *	idle         any             any          zero
 *	armed        < TIMER_NEVER   the other's  the other's
 *	stopped      TIMER_NEVER     the other's  the other's      disarmed, and still within
 *	forgotten    TIMER_NEVER     UINT64_MAX   word[2] a mark   disarmed, and not within
 *	never        TIMER_NEVER     UINT64_MAX   in the list      armed, and not within
 *
 * COST.   insert     that of the structure within; after a disarm mostly a store
 *         reinsert   later: a comparison and a store; earlier: that of the structure
 *         disarm     a store
 *         remove     that of the structure
 *         next       that of the structure; early by what was put off or disarmed
 *         expire     that of the structure; and an insert for each timer put off, once a timeout
 *         memory     48 bytes; disarmed timers stay in the structure until they come up or are
 *                    removed
 *
 * GIVES BACK. What the wrapped structure gives back. A disarmed timer counts in the wrapped
 * structure until it is removed.
 *
 * WINS. Where timeouts are put off more often than they come up, most of all over structures whose
 * reinsert walks or touches other timers: heaps, trees, lists. Of `idle` with 1e4 timers an
 * operation is 54 instructions over quad-heap instead of 82, and 54 over hierarchical-wheel instead
 * of 99, what replaying costs included (callgrind, called through the table).
 *
 * LOSES. Where most timers fire, or deadlines come forward: then it is a layer that does nothing,
 * of 14 instructions an operation in `hold`. Where wake-ups count: one that was put off or disarmed
 * costs one when it comes up. Where timers are disarmed and then left alone with long deadlines:
 * they fill the structure, and its heap or its lists are as long. And over common-timeout: what was
 * put off is filed again with what is left of its interval, which is nobody else's, so it goes to
 * the heap there.
 *
 * SOURCE. libev's manual, "Be smart about timeouts" (the last activity is noted, the timer looks at
 * it when it fires); HAProxy's task_queue (a task queued too early is queued again when it wakes
 * up); tokio (a later reset only stores); Go 1.23 does so in both directions, see zombie-heap.
 *
 * DEPARTURES. It is a layer over any structure, not a habit of the program's. What comes up
 * together and was put off is sorted in where it belongs, so that the order is as good as the
 * structure's.
 */
#include <assert.h>
#include <errno.h>
#include <stdlib.h>

#include "../common/timer_list.h"
#include "../timer.h"
#include "inner.h"

/*
 * The structure within. A unit that knows it beforehand (scripts/registry writes it) defines
 * LAZY_INNER as the name of its table, and all calls of it can be compiled in. LAZY_INNERMOST is
 * the same if the structure within is no wrapper; else it is the table of what that wraps.
 */
#ifdef LAZY_INNER
#define LAZY_WITHIN(lazy) (&LAZY_INNER)
#define LAZY_IN_ORDER	  (!LAZY_INNERMOST.accuracy) /* exact and in order, whatever the options */
#else
#define LAZY_WITHIN(lazy) ((lazy)->inner)
#define LAZY_IN_ORDER	  false
#endif

/* What a timer outside says of itself, in link.word[2]. */
#define LAZY_MARK_NEVER	    1
#define LAZY_MARK_FORGOTTEN 2

/* The key of a timer outside. */
#define LAZY_OUTSIDE UINT64_MAX

struct lazy {
	const struct timer_structure *inner;
	struct timer_set *within;
	size_t size;	/* armed */
	uint64_t unit;	/* ns that 1 is in the keys of the structure within */
	bool unordered; /* it hands timers over in any order */
	bool late;	/* and late by a fraction of the interval */
	struct timer *never;
};

enum lazy_state { LAZY_IDLE, LAZY_ARMED, LAZY_STOPPED, LAZY_FORGOTTEN, LAZY_NEVER };

static struct lazy *lazy_of(const struct timer_set *set)
{
	return (struct lazy *)set;
}

static enum lazy_state lazy_state(const struct timer *timer)
{
	const uint64_t *word = timer->link.word;

	if (!(word[0] | word[1] | word[2] | word[3]))
		return LAZY_IDLE;
	if (timer->deadline != TIMER_NEVER)
		return LAZY_ARMED;
	if (timer->key != LAZY_OUTSIDE)
		return LAZY_STOPPED;
	return word[2] == LAZY_MARK_NEVER ? LAZY_NEVER : LAZY_FORGOTTEN;
}

static uint64_t lazy_unit(const struct lazy *lazy)
{
	return LAZY_IN_ORDER ? 1 : lazy->unit;
}

/* --- in and out of the structure within */

static void lazy_forget(struct timer *timer)
{
	timer->key = LAZY_OUTSIDE;
	timer->link = (union timer_link){ .word = { [2] = LAZY_MARK_FORGOTTEN } };
}

static void lazy_leave_never(struct lazy *lazy, struct timer *timer)
{
	timer_list_take_out(&lazy->never, timer);
	timer->link = (union timer_link){ .word = { 0 } };
}

/* Arms a timer that is outside and has a link that is zero. */
static void lazy_put_in(struct lazy *lazy, struct timer *timer, uint64_t deadline,
			uint64_t interval)
{
	if (deadline != TIMER_NEVER) {
		LAZY_WITHIN(lazy)->insert(lazy->within, timer, deadline, interval);
		return;
	}
	timer->deadline = TIMER_NEVER;
	timer->key = LAZY_OUTSIDE;
	timer_list_push(&lazy->never, timer);
	timer->link.word[2] = LAZY_MARK_NEVER;
}

/*
 * Whether a timer within may stay filed as it is: its deadline is in the tick in which it comes up,
 * or after. What comes up in tick 0, at once, or after the end of time, is the structure's to move.
 */
static inline bool lazy_may_stay(const struct lazy *lazy, const struct timer *timer,
				 uint64_t deadline)
{
	uint64_t before;

	return !__builtin_mul_overflow(timer->key - 1, lazy_unit(lazy), &before) &&
	       deadline > before;
}

/* A timer within gets a deadline that is not TIMER_NEVER. */
static inline void lazy_move(struct lazy *lazy, struct timer *timer, uint64_t deadline,
			     uint64_t interval)
{
	if (lazy_may_stay(lazy, timer, deadline))
		timer->deadline = deadline;
	else
		LAZY_WITHIN(lazy)->reinsert(lazy->within, timer, deadline, interval);
}

/* The cases of insert and reinsert in which TIMER_NEVER is the old deadline or the new one. */
static __attribute__((noinline)) void lazy_arm_never(struct lazy *lazy, struct timer *timer,
						     uint64_t deadline, uint64_t interval)
{
	enum lazy_state state = lazy_state(timer);

	if (state == LAZY_STOPPED && deadline != TIMER_NEVER) {
		lazy_move(lazy, timer, deadline, interval);
		return;
	}
	if (state == LAZY_NEVER)
		lazy_leave_never(lazy, timer);
	else if (state == LAZY_FORGOTTEN)
		timer->link = (union timer_link){ .word = { 0 } };
	else if (state != LAZY_IDLE)
		LAZY_WITHIN(lazy)->remove(lazy->within, timer);
	lazy_put_in(lazy, timer, deadline, interval);
}

/* --- the operations */

static int lazy_create_over(struct timer_set **set, const struct timer_inner *inner, uint64_t now)
{
	struct timer_accuracy accuracy = inner_accuracy(inner);
	struct lazy *lazy = calloc(1, sizeof(*lazy));
	int result;

	if (!lazy)
		return -ENOMEM;
	result = inner_create(&lazy->within, inner, now);
	if (result) {
		free(lazy);
		return result;
	}
	lazy->inner = inner->structure;
	lazy->unit = accuracy.tick ? accuracy.tick : 1;
	lazy->unordered = accuracy.order == TIMER_UNORDERED;
	lazy->late = accuracy.when == TIMER_LATE_FRACTION;
	*set = (struct timer_set *)lazy;
	return 0;
}

static void lazy_destroy(struct timer_set *set)
{
	struct lazy *lazy = lazy_of(set);

	LAZY_WITHIN(lazy)->destroy(lazy->within);
	free(lazy);
}

/* Every timer that is not idle may be within. */
static int lazy_reserve(struct timer_set *set, size_t n)
{
	struct lazy *lazy = lazy_of(set);

	return LAZY_WITHIN(lazy)->reserve(lazy->within, n);
}

static void lazy_insert(struct timer_set *set, struct timer *timer, uint64_t deadline,
			uint64_t interval)
{
	struct lazy *lazy = lazy_of(set);

	assert(lazy_state(timer) != LAZY_ARMED && lazy_state(timer) != LAZY_NEVER &&
	       "insert: the timer is armed");
	lazy->size++;
	if (timer->deadline == TIMER_NEVER || deadline == TIMER_NEVER)
		lazy_arm_never(lazy, timer, deadline, interval);
	else
		LAZY_WITHIN(lazy)->insert(lazy->within, timer, deadline, interval);
}

static void lazy_reinsert(struct timer_set *set, struct timer *timer, uint64_t deadline,
			  uint64_t interval)
{
	struct lazy *lazy = lazy_of(set);

	assert((lazy_state(timer) == LAZY_ARMED || lazy_state(timer) == LAZY_NEVER) &&
	       "reinsert: the timer is not armed");
	if (timer->deadline == TIMER_NEVER || deadline == TIMER_NEVER)
		lazy_arm_never(lazy, timer, deadline, interval);
	else
		lazy_move(lazy, timer, deadline, interval);
}

static void lazy_disarm(struct timer_set *set, struct timer *timer)
{
	struct lazy *lazy = lazy_of(set);

	assert((lazy_state(timer) == LAZY_ARMED || lazy_state(timer) == LAZY_NEVER) &&
	       "disarm: the timer is not armed");
	lazy->size--;
	if (timer->deadline == TIMER_NEVER) {
		lazy_leave_never(lazy, timer);
		lazy_forget(timer);
	}
	timer->deadline = TIMER_NEVER;
}

static void lazy_remove(struct timer_set *set, struct timer *timer)
{
	struct lazy *lazy = lazy_of(set);
	bool is_armed = timer->deadline != TIMER_NEVER;

	assert(lazy_state(timer) != LAZY_IDLE && "remove: the timer is idle");
	if (is_armed || timer->key != LAZY_OUTSIDE) {
		lazy->size -= is_armed;
		LAZY_WITHIN(lazy)->remove(lazy->within, timer);
	} else if (timer->link.word[2] == LAZY_MARK_NEVER) {
		lazy->size--;
		lazy_leave_never(lazy, timer);
	} else {
		timer->link = (union timer_link){ .word = { 0 } };
	}
}

static uint64_t lazy_next(struct timer_set *set)
{
	struct lazy *lazy = lazy_of(set);

	return LAZY_WITHIN(lazy)->next(lazy->within);
}

/* --- what comes up */

/*
 * A timer that came up and is not due. What is left of its interval is not common to others, so
 * there is nothing to group by; a structure that is late by a fraction is told, and is late by a
 * fraction of that, which is less than the interval.
 */
static __attribute__((noinline)) void lazy_file_again(struct lazy *lazy, struct timer *timer,
						      uint64_t now)
{
	uint64_t left = timer->deadline - now;

	if (timer->deadline == TIMER_NEVER)
		lazy_forget(timer);
	else
		LAZY_WITHIN(lazy)->insert(lazy->within, timer, timer->deadline,
					  lazy->late ? left : 0);
}

/* Whether what has come up did so before the tick that its deadline is in. */
static inline bool lazy_was_put_off(const struct lazy *lazy, const struct timer *timer)
{
	uint64_t came;

	return !__builtin_mul_overflow(timer->key, lazy_unit(lazy), &came) &&
	       came < timer->deadline;
}

/* A batch that has come up, less those that are not due. How many are left. */
static inline size_t lazy_take_due(struct lazy *lazy, uint64_t now, struct timer **batch,
				   size_t count, bool *put_off)
{
	/* Time ends one ns before TIMER_NEVER. */
	uint64_t last = now == TIMER_NEVER ? now - 1 : now;
	bool any = false;
	size_t kept = 0;

	for (size_t i = 0; i < count; i++) {
		struct timer *timer = batch[i];

		if (timer->deadline > last) {
			lazy_file_again(lazy, timer, now);
			continue;
		}
		any |= lazy_was_put_off(lazy, timer);
		batch[kept++] = timer;
	}
	*put_off |= any;
	return kept;
}

/*
 * Of a batch that may not be all that has come up: those which were put off to after the latest
 * that was not have to wait for what is still within, and are filed there. How many are left.
 */
static __attribute__((noinline)) size_t lazy_put_back(struct lazy *lazy, struct timer **batch,
						      size_t count)
{
	uint64_t latest = 0;
	size_t kept = 0;

	for (size_t i = 0; i < count; i++)
		if (!lazy_was_put_off(lazy, batch[i]) && batch[i]->deadline > latest)
			latest = batch[i]->deadline;
	for (size_t i = 0; i < count; i++) {
		struct timer *timer = batch[i];

		if (timer->deadline > latest && lazy_was_put_off(lazy, timer))
			LAZY_WITHIN(lazy)->insert(lazy->within, timer, timer->deadline, 0);
		else
			batch[kept++] = timer;
	}
	return kept;
}

/* By deadline, in place: Shell's sort, since what has come up is mostly in order. */
static __attribute__((noinline)) void lazy_sort(struct timer **batch, size_t count)
{
	for (size_t gap = count / 2; gap; gap /= 2) {
		for (size_t i = gap; i < count; i++) {
			struct timer *timer = batch[i];
			size_t place = i;

			for (; place >= gap && batch[place - gap]->deadline > timer->deadline;
			     place -= gap)
				batch[place] = batch[place - gap];
			batch[place] = timer;
		}
	}
}

static size_t lazy_expire(struct timer_set *set, uint64_t now, struct timer **out, size_t max)
{
	struct lazy *lazy = lazy_of(set);
	size_t count = 0, came, asked;
	bool put_off = false;

	do {
		struct timer **batch = out + count;
		bool here = false;

		asked = max - count;
		came = LAZY_WITHIN(lazy)->expire(lazy->within, now, batch, asked);
		count += lazy_take_due(lazy, now, batch, came, &here);
		if (here && !lazy->unordered && came == asked)
			count = (size_t)(batch - out) +
				lazy_put_back(lazy, batch, (size_t)(out + count - batch));
		put_off |= here;
	} while (came == asked && count < max);
	if (put_off && !lazy->unordered)
		lazy_sort(out, count);
	lazy->size -= count;
	return count;
}

/* --- looking */

struct lazy_visit {
	void (*visit)(struct timer *timer, void *data);
	void *data;
};

static void lazy_visit_armed(struct timer *timer, void *data)
{
	const struct lazy_visit *wanted = data;

	if (timer->deadline != TIMER_NEVER)
		wanted->visit(timer, wanted->data);
}

static void lazy_for_each(const struct timer_set *set,
			  void (*visit)(struct timer *timer, void *data), void *data)
{
	struct lazy_visit wanted = { visit, data };
	const struct lazy *lazy = lazy_of(set);

	LAZY_WITHIN(lazy)->for_each(lazy->within, lazy_visit_armed, &wanted);
	timer_list_for_each(lazy->never, visit, data);
}

static size_t lazy_size(const struct timer_set *set)
{
	return lazy_of(set)->size;
}

static size_t lazy_footprint(const struct timer_set *set)
{
	const struct lazy *lazy = lazy_of(set);

	return sizeof(*lazy) + LAZY_WITHIN(lazy)->footprint(lazy->within);
}

struct lazy_count {
	size_t armed, stopped;
	const char *broken;
};

static void lazy_check_within(struct timer *timer, void *data)
{
	struct lazy_count *count = data;
	enum lazy_state state = lazy_state(timer);

	count->armed += state == LAZY_ARMED;
	count->stopped += state == LAZY_STOPPED;
	if (timer->key == LAZY_OUTSIDE)
		count->broken = "a timer in the wrapped set has the key of a timer outside";
	else if (state != LAZY_ARMED && state != LAZY_STOPPED)
		count->broken = "a timer in the wrapped set is neither armed nor disarmed";
}

static const char *lazy_check_never(const struct lazy *lazy, size_t *count)
{
	const struct timer *previous = NULL;

	for (const struct timer *timer = lazy->never; timer; timer = timer->link.next) {
		if (timer->link.previous != previous)
			return "the links of the list for TIMER_NEVER do not agree";
		if (lazy_state(timer) != LAZY_NEVER)
			return "a timer in the list for TIMER_NEVER has another state";
		previous = timer;
		++*count;
	}
	return NULL;
}

static const char *lazy_check(const struct timer_set *set)
{
	const struct lazy *lazy = lazy_of(set);
	struct lazy_count count = { 0 };
	const char *broken = LAZY_WITHIN(lazy)->check(lazy->within);
	size_t never = 0;

	if (broken)
		return broken;
	LAZY_WITHIN(lazy)->for_each(lazy->within, lazy_check_within, &count);
	if (count.broken)
		return count.broken;
	if (count.armed + count.stopped != LAZY_WITHIN(lazy)->size(lazy->within))
		return "the wrapped set's size is not the number of its timers";
	broken = lazy_check_never(lazy, &never);
	if (broken)
		return broken;
	return count.armed + never == lazy->size ? NULL : "the size is not the number of timers";
}

const struct timer_structure timer_lazy = {
	.name = "lazy",
	.summary = "wraps any other, as in lazy:quad-heap: a later re-arm only stores the deadline",
	.source = "libev's manual (\"Be smart about timeouts\"), HAProxy's task_queue, tokio",
	.departures =
		"a layer over any structure; postponed timers are sorted in, so that the order "
		"stays the structure's",
	.complexity = { "the structure's; O(1) mostly after disarm",
			"O(1) later; the structure's earlier", "O(1)", "the structure's",
			"the structure's", "the structure's, and an insert a timeout" },
	.postpones = true,
	.create_over = lazy_create_over,
	.destroy = lazy_destroy,
	.reserve = lazy_reserve,
	.insert = lazy_insert,
	.reinsert = lazy_reinsert,
	.disarm = lazy_disarm,
	.remove = lazy_remove,
	.next = lazy_next,
	.expire = lazy_expire,
	.for_each = lazy_for_each,
	.size = lazy_size,
	.footprint = lazy_footprint,
	.check = lazy_check,
};
