/*
 * lazy - a wrapper for any structure, in which postponing a timer only stores the new deadline
 *
 * IDEA. Most timers are timeouts that are postponed again and again, or stopped, and hardly ever
 * fire. When a timer is postponed, the wrapper writes the new deadline into the timer and does
 * nothing else: the wrapped structure still holds the timer by its old key. When the wrapped
 * structure returns a timer that is not yet due, the wrapper inserts it again, by its present
 * deadline. So a timer is inserted once for each timeout that passes, however often it was
 * postponed meanwhile. A deadline before the timer's key cannot wait, so the wrapper reinserts the
 * timer in the wrapped structure at once. disarm writes a mark into the timer. When the wrapped
 * structure returns a disarmed timer, the wrapper drops it.
 *
 *	key   deadline            when the wrapped structure returns the timer
 *	40    40                  it fires
 *	25    90                  it is inserted again, for 90
 *	31    33, and now is 35   it fires, after the timers that are due before 33
 *	17    disarmed            it is dropped and does not fire
 *
 * The wrapped structure owns key and link, so the wrapper can use only the deadline as a mark. A
 * disarmed timer in the wrapped structure has the deadline TIMER_NEVER. Timers that are armed for
 * TIMER_NEVER are not put into the wrapped structure, but into a list of the wrapper. The wrapper
 * uses the link of a timer that is not in the wrapped structure, and sets its key to UINT64_MAX. No
 * timer in the wrapped structure has that key.
 *
 *	             deadline        key          link
 *	idle         any             any          zero
 *	armed        < TIMER_NEVER   wrapped      wrapped          in the wrapped structure
 *	stopped      TIMER_NEVER     wrapped      wrapped          disarmed, in the wrapped one
 *	forgotten    TIMER_NEVER     UINT64_MAX   word[2] a mark   disarmed, dropped
 *	never        TIMER_NEVER     UINT64_MAX   in the list      armed for TIMER_NEVER
 *
 *	wrapped: the wrapped structure has set this field
 *
 * COST.   insert     as in the wrapped structure; after a disarm mostly a store
 *         reinsert   from the key on: a comparison and a store; before the key: as in the wrapped
 *                    structure
 *         disarm     a store
 *         remove     as in the wrapped structure
 *         next       as in the wrapped structure; early if its first timer was postponed or
 *                    disarmed
 *         expire     as in the wrapped structure; and at most one insert per timeout
 *         memory     48 bytes; disarmed timers stay in the wrapped structure until their old
 *                    deadline, or until they are removed
 *
 * GIVES BACK. The wrapped structure gives back as much as it does without the wrapper. A disarmed
 * timer takes a place in the wrapped structure until it is dropped or removed.
 *
 * WINS. Where timers are postponed more often than their timeouts pass, most of all over structures
 * whose reinsert walks or touches other timers: heaps, trees, lists.
 *
 * LOSES. Where most timers fire, or deadlines become earlier: then the wrapper only adds
 * instructions to each operation. Where wake-ups count: a timer that was postponed or disarmed
 * costs a spurious wake-up at its old deadline. Where timers with long deadlines are disarmed and
 * not removed: they stay in the wrapped structure, and make its heap or its lists longer. Over
 * common-timeout: a postponed timer is inserted again with the interval 0, so it goes to the heap
 * of common-timeout and not to a queue.
 *
 * SOURCE. libev's manual, "Be smart about timeouts": the program notes the last activity, and the
 * timer's callback looks at it. HAProxy's task_queue: a task that wakes up too early is queued
 * again. tokio: a later reset only stores the deadline. Go 1.23 only stores the deadline in both
 * directions, see zombie-heap.
 *
 * DEPARTURES. It is a wrapper for any structure, and not a habit of programs. Postponed timers that
 * expire in one call are sorted by deadline among the other timers, so that the order is as good as
 * that of the wrapped structure.
 */
#include <assert.h>
#include <errno.h>
#include <stdlib.h>

#include "../common/timer_list.h"
#include "../timer.h"
#include "inner.h"

/*
 * The table of the wrapped structure. A unit that scripts/registry generates defines LAZY_INNER as
 * that table, so that the compiler can inline the calls. LAZY_INNERMOST is the table of the
 * innermost structure, which is not a wrapper.
 */
#ifdef LAZY_INNER
#define LAZY_WITHIN(lazy) (&LAZY_INNER)
#define LAZY_IN_ORDER	  (!LAZY_INNERMOST.accuracy) /* exact and in order, whatever the options */
#else
#define LAZY_WITHIN(lazy) ((lazy)->inner)
#define LAZY_IN_ORDER	  false
#endif

/* Marks in link.word[2] of a timer that is not in the wrapped structure. */
#define LAZY_MARK_NEVER	    1
#define LAZY_MARK_FORGOTTEN 2

/* The key of a timer that is not in the wrapped structure. */
#define LAZY_OUTSIDE UINT64_MAX

struct lazy {
	const struct timer_structure *inner;
	struct timer_set *within;
	size_t size;	     /* armed timers */
	uint64_t unit;	     /* ns in one unit of the wrapped structure's keys */
	bool unordered;	     /* the wrapped structure returns timers in any order */
	bool late;	     /* the wrapped structure may be late by a fraction of the interval */
	struct timer *never; /* the list of timers that are armed for TIMER_NEVER */
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

/* --- in and out of the wrapped structure */

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

/*
 * Arms a timer that is neither in the wrapped structure nor in the list for TIMER_NEVER. Its link
 * must be zero.
 */
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
 * Returns whether a timer in the wrapped structure may keep its key when it gets that deadline:
 * whether the deadline's key would be the same or later. Returns false if the key is 0, or if
 * (key - 1) units are more ns than 64 bits hold. Then the wrapped structure must move the timer.
 */
static inline bool lazy_may_stay(const struct lazy *lazy, const struct timer *timer,
				 uint64_t deadline)
{
	uint64_t before;

	return !__builtin_mul_overflow(timer->key - 1, lazy_unit(lazy), &before) &&
	       deadline > before;
}

/* Gives a timer in the wrapped structure another deadline, which is not TIMER_NEVER. */
static inline void lazy_move(struct lazy *lazy, struct timer *timer, uint64_t deadline,
			     uint64_t interval)
{
	if (lazy_may_stay(lazy, timer, deadline))
		timer->deadline = deadline;
	else
		LAZY_WITHIN(lazy)->reinsert(lazy->within, timer, deadline, interval);
}

/*
 * Arms a timer as insert and reinsert do, if the old or the new value of its deadline is
 * TIMER_NEVER. The old value is TIMER_NEVER also if the timer is disarmed.
 */
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

/* Every timer that is not idle may be in the wrapped structure. */
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

/* --- expiry */

/*
 * Inserts a timer again that the wrapped structure returned before its deadline, or drops it if it
 * is disarmed. The interval is 0, because other timers do not have the remaining time as their
 * interval. But a structure that is late by a fraction gets the remaining time as the interval: it
 * is then late by a fraction of the remaining time, which is not longer than the timer's interval.
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

/*
 * Returns whether a timer that the wrapped structure returned was postponed to after the time of
 * its key.
 */
static inline bool lazy_was_put_off(const struct lazy *lazy, const struct timer *timer)
{
	uint64_t came;

	return !__builtin_mul_overflow(timer->key, lazy_unit(lazy), &came) &&
	       came < timer->deadline;
}

/*
 * Removes from a batch the timers that are not due: inserts them again, or drops them. The batch is
 * what the wrapped structure returned. Sets *put_off if one of the due timers was postponed.
 * Returns the number of due timers.
 */
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
 * Inserts again each postponed timer that is due after all timers of the batch that were not
 * postponed, because the wrapped structure may still hold timers that are due before it. Returns
 * the number of timers that are left in the batch.
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

/* Sorts by deadline, in place. Uses Shell's sort, because a batch is mostly in order. */
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

/* --- inspection */

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
			"the structure's", "the structure's, and at most one insert per timeout" },
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
