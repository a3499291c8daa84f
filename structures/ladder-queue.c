/*
 * ladder-queue - unsorted far ahead, in buckets nearer, and sorted only at the front
 *
 * IDEA. Nothing is sorted before it has to be. Timers far ahead are in Top, an unsorted list. When
 * no other timers are left, a transfer distributes Top into the first rung of a ladder: as many
 * buckets as timers, of equal width, from the least deadline to the greatest. The first bucket that
 * is not empty is sorted and becomes Bottom, from which timers fire. A bucket of more than 50
 * timers is not sorted, but distributed into 50 finer buckets, the next rung:
 *
 *	          now                                     last deadline at the transfer
 *	 Top      |                                              | anything, no order
 *	 rung 1   |              | |*| |**|*|  |*|***| |*|*|**|*||
 *	 rung 2   |      |*| |**|*|
 *	 Bottom   |* < * |
 *
 * A new timer goes into Top if it is later than all timers of the last transfer. Otherwise it goes
 * into the coarsest rung that has not passed its deadline. If all rungs have passed it, the timer
 * goes to its place in Bottom. If that place is too far from both ends of Bottom, Bottom is first
 * made into a rung.
 *
 * So the width of the buckets follows from the density of the timers that are due next. Dense
 * regions are cut finer, and a timer far ahead costs at most a few more rungs.
 *
 * COST.   insert     O(1) amortised: at most 8 comparisons and a division, or 50 steps in Bottom
 *                    (any number of steps when all 8 rungs are in use)
 *         reinsert   as insert; a store if the timer stays in Top or in its bucket
 *         remove     O(1)
 *         next       O(1) amortised: fills Bottom if it is empty
 *         expire     O(1) amortised: a timer passes 1 or 2 rungs, 8 at most
 *         memory     16 bytes per timer, up to 32 after growing; 6 KiB
 *
 * GIVES BACK. Nothing before destroy: the array of buckets stays as large as the most that was
 * reserved for.
 *
 * WINS. It is exact and in order of deadline without a logarithm. It beats heaps of pointers where
 * all timers fire and deadlines come in no order. Postponing a timer far ahead is a store, because
 * the timer stays in Top.
 *
 * LOSES. In the worst operation: a transfer touches every timer in Top, and because Top is a list,
 * each miss waits for the miss before. To heaps with cached keys, with a million timers, because
 * every move misses the cache for the timer, for its bucket and for a neighbour. Where timers are
 * stopped after a transfer, because the transfer has then moved them for nothing.
 *
 * SOURCE. Tang, Goh and Thng, ACM TOMACS 15 (2005): THRES is 50, there are at most 8 rungs, and all
 * rungs but the first have THRES buckets.
 *
 * DEPARTURES. The paper has no way to stop an event. Here lists are doubly linked, and each timer
 * stores its place. Once timers have been stopped, Top's least and greatest deadlines are only
 * bounds. The paper makes a rung of Bottom when an insert finds more than THRES timers in it. Here
 * that happens only when the insert does not find its place within THRES / 2 steps from either end.
 * Otherwise, thousands of equal deadlines would become a rung and then Bottom again, for every
 * timer that is armed to fire before them. Widths are whole ns, rounded up. When the set is empty,
 * it begins again with Top. Timers armed for TIMER_NEVER are in a separate list. reserve allocates
 * the buckets.
 */
#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "common/timer_list.h"

#define THRES	   50
#define MOST_RUNGS 8

/*
 * The first rung has as many buckets as timers, so its buckets are last in the array, where reserve
 * can add more. Each other rung has THRES buckets.
 */
#define FIRST_RUNGS_BUCKETS ((MOST_RUNGS - 1) * THRES)

/* The place of a timer, in link.word[2]. In a rung, link.word[3] is the bucket's number. */
#define PLACE_IDLE     0
#define PLACE_DISARMED 1
#define PLACE_NEVER    2
#define PLACE_TOP      3
#define PLACE_BOTTOM   4
#define PLACE_RUNG     5 /* rung r is PLACE_RUNG + r */

struct bucket {
	struct timer *first;
	size_t count;
};

/* A rung has buckets of equal width from `start` to before `end`. The last may be narrower. */
struct rung {
	uint64_t start, end;
	uint64_t width;
	uint64_t current; /* the time at which bucket `next` starts; the paper's RCur */
	size_t next;	  /* buckets before this one have been opened */
	size_t buckets;
	size_t base;  /* number of the rung's first bucket in the array */
	size_t count; /* timers in the rung */
};

struct ladder_queue {
	uint64_t top_start; /* timers with this deadline or a later one go into Top */
	struct timer *top;
	size_t top_count;
	uint64_t top_least, top_greatest; /* all deadlines in Top are from least to greatest */
	unsigned rungs;			  /* rungs in use; the last one is the finest */
	struct rung rung[MOST_RUNGS];
	struct timer_queue bottom; /* in order of deadline */
	struct timer *never;
	size_t size;
	size_t capacity; /* timers for which reserve has made room */
	struct bucket *bucket;
};

static struct ladder_queue *ladder_of(const struct timer_set *set)
{
	return (struct ladder_queue *)set;
}

static bool is_armed(const struct timer *timer)
{
	return timer->link.word[2] >= PLACE_NEVER;
}

static uint64_t least(uint64_t a, uint64_t b)
{
	return a < b ? a : b;
}

static uint64_t greatest(uint64_t a, uint64_t b)
{
	return a > b ? a : b;
}

/* --- Top */

static void top_bounds(struct ladder_queue *ladder, uint64_t key)
{
	ladder->top_least = least(ladder->top_least, key);
	ladder->top_greatest = greatest(ladder->top_greatest, key);
}

static void top_push(struct ladder_queue *ladder, struct timer *timer)
{
	timer->link.word[2] = PLACE_TOP;
	timer_list_push(&ladder->top, timer);
	ladder->top_count++;
	top_bounds(ladder, timer->key);
}

static void top_clear(struct ladder_queue *ladder)
{
	ladder->top = NULL;
	ladder->top_count = 0;
	ladder->top_least = UINT64_MAX;
	ladder->top_greatest = 0;
}

/* --- rungs */

/* Adds a rung of at most `most` buckets, for deadlines from `start` to before `end`. */
static void rung_make(struct ladder_queue *ladder, uint64_t start, uint64_t end, size_t most)
{
	unsigned number = ladder->rungs++;
	struct rung *rung = &ladder->rung[number];
	uint64_t last = end - 1 - start, width = last / most + 1;

	*rung = (struct rung){ .start = start, .end = end, .width = width, .current = start };
	rung->buckets = last / width + 1;
	rung->base = number ? (number - 1) * THRES : FIRST_RUNGS_BUCKETS;
	memset(&ladder->bucket[rung->base], 0, rung->buckets * sizeof(struct bucket));
}

/* Puts a timer into a rung that has not passed its deadline. */
static void rung_push(struct ladder_queue *ladder, unsigned number, struct timer *timer)
{
	struct rung *rung = &ladder->rung[number];
	size_t place = rung->base + (timer->key - rung->start) / rung->width;

	timer->link.word[2] = PLACE_RUNG + number;
	timer->link.word[3] = place;
	timer_list_push(&ladder->bucket[place].first, timer);
	ladder->bucket[place].count++;
	rung->count++;
}

/* Distributes a list of timers into the last rung. */
static void rung_distribute(struct ladder_queue *ladder, struct timer *timer)
{
	while (timer) {
		struct timer *next = timer->link.next;

		if (next)
			__builtin_prefetch(next->link.next, 1);
		rung_push(ladder, ladder->rungs - 1, timer);
		timer = next;
	}
}

/* Moves the rung to its next bucket with timers, and returns it. The rung must have one. */
static struct bucket *rung_first(const struct ladder_queue *ladder, struct rung *rung)
{
	const struct bucket *bucket = &ladder->bucket[rung->base + rung->next];
	size_t skipped = 0;

	while (!bucket[skipped].count)
		skipped++;
	rung->next += skipped;
	rung->current += skipped * rung->width;
	return &ladder->bucket[rung->base + rung->next];
}

/* Moves the rung past its next bucket. */
static void rung_pass(struct ladder_queue *ladder, struct rung *rung)
{
	rung->count -= ladder->bucket[rung->base + rung->next].count;
	rung->next++;
	rung->current = rung->next < rung->buckets ? rung->current + rung->width : rung->end;
}

/* --- Bottom */

static struct timer *merge(struct timer *a, struct timer *b)
{
	struct timer *first, **end = &first;

	while (a && b) {
		struct timer **from = b->key < a->key ? &b : &a;

		*end = *from;
		end = &(*from)->link.next;
		*from = *end;
	}
	*end = a ? a : b;
	return first;
}

/* Takes `count` timers from the front of `rest` and returns them sorted, singly linked. */
static struct timer *sort(struct timer **rest, size_t count)
{
	struct timer *first = *rest;

	if (count == 1) {
		*rest = first->link.next;
		first->link.next = NULL;
		return first;
	}
	first = sort(rest, count / 2);
	return merge(first, sort(rest, count - count / 2));
}

/*
 * Moves a bucket, whose timers are due next, into the empty Bottom. If the width is 1 ns, all
 * timers of the bucket have the same deadline, so they need not be sorted.
 */
static void bottom_fill(struct ladder_queue *ladder, struct bucket *bucket, uint64_t width)
{
	struct timer *timer = bucket->first;

	if (width > 1)
		timer = sort(&timer, bucket->count);
	while (timer) {
		struct timer *next = timer->link.next;

		timer->link.word[2] = PLACE_BOTTOM;
		timer_queue_append(&ladder->bottom, timer);
		timer = next;
	}
}

/* Returns the deadline before which all timers of Bottom are due, and no other timer. */
static uint64_t bottom_end(const struct ladder_queue *ladder)
{
	return ladder->rungs ? ladder->rung[ladder->rungs - 1].current : ladder->top_start;
}

static void bottom_link(struct ladder_queue *ladder, struct timer *timer, struct timer *before,
			struct timer *after)
{
	timer->link.word[2] = PLACE_BOTTOM;
	timer->link.previous = before;
	timer->link.next = after;
	*(before ? &before->link.next : &ladder->bottom.first) = timer;
	*(after ? &after->link.previous : &ladder->bottom.last) = timer;
}

/* Puts a timer in its place in Bottom. Returns false if both ends are more than `steps` away. */
static bool bottom_insert(struct ladder_queue *ladder, struct timer *timer, size_t steps)
{
	struct timer *after = ladder->bottom.first, *before = ladder->bottom.last;

	for (; steps; steps--) {
		if (!after || after->key > timer->key) {
			bottom_link(ladder, timer, after ? after->link.previous : before, after);
			return true;
		}
		if (before->key <= timer->key) {
			bottom_link(ladder, timer, before, before->link.next);
			return true;
		}
		after = after->link.next;
		before = before->link.previous;
	}
	return false;
}

/*
 * Puts a timer that is due before all rungs into Bottom. If the place is too far from both ends,
 * makes a rung of Bottom and puts the timer into the rung. With all rungs in use, the walk is
 * unlimited.
 */
static void bottom_push(struct ladder_queue *ladder, struct timer *timer)
{
	struct timer *all = ladder->bottom.first;

	if (bottom_insert(ladder, timer, ladder->rungs < MOST_RUNGS ? THRES / 2 : SIZE_MAX))
		return;
	rung_make(ladder, all->key, bottom_end(ladder), THRES);
	ladder->bottom = (struct timer_queue){ NULL, NULL };
	rung_distribute(ladder, all);
	rung_push(ladder, ladder->rungs - 1, timer);
}

/* --- between Top, rungs and Bottom */

/* Does a transfer: distributes Top into the first rung. It is called when only Top has timers. */
static void deal_top(struct ladder_queue *ladder)
{
	struct timer *timer = ladder->top;

	ladder->top_start = ladder->top_greatest + 1;
	rung_make(ladder, ladder->top_least, ladder->top_start, ladder->top_count);
	top_clear(ladder);
	rung_distribute(ladder, timer);
}

/*
 * Makes a finer rung from the last rung's next bucket. If the bucket has few timers or cannot be
 * cut, sorts it into Bottom.
 */
static void open_bucket(struct ladder_queue *ladder)
{
	struct rung *rung = &ladder->rung[ladder->rungs - 1];
	struct bucket *bucket = rung_first(ladder, rung);
	uint64_t start = rung->current;

	rung_pass(ladder, rung);
	if (bucket->count > THRES && ladder->rungs < MOST_RUNGS && rung->current - start > 1) {
		rung_make(ladder, start, rung->current, THRES);
		rung_distribute(ladder, bucket->first);
	} else {
		bottom_fill(ladder, bucket, rung->width);
	}
	*bucket = (struct bucket){ NULL, 0 };
}

/* Fills Bottom if it is empty. Returns the first timer; NULL if no timer is left. */
static struct timer *fill(struct ladder_queue *ladder)
{
	while (!ladder->bottom.first) {
		while (ladder->rungs && !ladder->rung[ladder->rungs - 1].count)
			ladder->rungs--;
		if (ladder->rungs) {
			open_bucket(ladder);
		} else if (ladder->top) {
			deal_top(ladder);
		} else {
			ladder->top_start = 0;
			return NULL;
		}
	}
	return ladder->bottom.first;
}

static void arm(struct ladder_queue *ladder, struct timer *timer, uint64_t deadline)
{
	unsigned number = 0;

	timer->deadline = timer->key = deadline;
	if (deadline == TIMER_NEVER) {
		timer->link.word[2] = PLACE_NEVER;
		timer_list_push(&ladder->never, timer);
	} else if (deadline >= ladder->top_start) {
		top_push(ladder, timer);
	} else {
		while (number < ladder->rungs && deadline < ladder->rung[number].current)
			number++;
		if (number < ladder->rungs)
			rung_push(ladder, number, timer);
		else
			bottom_push(ladder, timer);
	}
}

static void take_out(struct ladder_queue *ladder, struct timer *timer)
{
	uint64_t place = timer->link.word[2];

	if (place == PLACE_NEVER) {
		timer_list_take_out(&ladder->never, timer);
	} else if (place == PLACE_BOTTOM) {
		timer_queue_take_out(&ladder->bottom, timer);
	} else if (place == PLACE_TOP) {
		timer_list_take_out(&ladder->top, timer);
		if (!--ladder->top_count)
			top_clear(ladder);
	} else {
		struct bucket *bucket = &ladder->bucket[timer->link.word[3]];

		timer_list_take_out(&bucket->first, timer);
		bucket->count--;
		ladder->rung[place - PLACE_RUNG].count--;
	}
}

/* Returns whether a timer in a rung would go into the same bucket with that key. */
static bool stays(const struct ladder_queue *ladder, const struct timer *timer, uint64_t key)
{
	const struct rung *rung = &ladder->rung[timer->link.word[2] - PLACE_RUNG];
	uint64_t start = rung->start + (timer->link.word[3] - rung->base) * rung->width;

	return key >= start && key - start < rung->width && key < rung->end;
}

/* --- the operations */

static size_t bytes_for(size_t capacity)
{
	return (FIRST_RUNGS_BUCKETS + capacity) * sizeof(struct bucket);
}

static int ladder_queue_reserve(struct timer_set *set, size_t n)
{
	struct ladder_queue *ladder = ladder_of(set);
	size_t capacity = ladder->capacity ? ladder->capacity : THRES;
	struct bucket *bucket;

	if (n <= ladder->capacity)
		return 0;
	if (n >= SIZE_MAX / sizeof(*bucket) / 4)
		return -ENOMEM;
	while (capacity < n)
		capacity *= 2;
	bucket = realloc(ladder->bucket, bytes_for(capacity));
	if (!bucket)
		return -ENOMEM;
	ladder->bucket = bucket;
	ladder->capacity = capacity;
	return 0;
}

static int ladder_queue_create(struct timer_set **set, const void *options, uint64_t now)
{
	struct ladder_queue *ladder = calloc(1, sizeof(*ladder));

	(void)options;
	(void)now;
	if (!ladder)
		return -ENOMEM;
	top_clear(ladder);
	*set = (struct timer_set *)ladder;
	return 0;
}

static void ladder_queue_destroy(struct timer_set *set)
{
	free(ladder_of(set)->bucket);
	free(set);
}

static void ladder_queue_insert(struct timer_set *set, struct timer *timer, uint64_t deadline,
				uint64_t interval)
{
	struct ladder_queue *ladder = ladder_of(set);

	(void)interval;
	assert(!is_armed(timer) && "insert: the timer is armed");
	assert(ladder->size < ladder->capacity && "insert: more timers than reserved");
	arm(ladder, timer, deadline);
	ladder->size++;
}

static void ladder_queue_reinsert(struct timer_set *set, struct timer *timer, uint64_t deadline,
				  uint64_t interval)
{
	struct ladder_queue *ladder = ladder_of(set);
	uint64_t place = timer->link.word[2];

	(void)interval;
	assert(is_armed(timer) && "reinsert: the timer is not armed");
	if (place == PLACE_TOP && deadline >= ladder->top_start && deadline != TIMER_NEVER) {
		timer->deadline = timer->key = deadline;
		top_bounds(ladder, deadline);
	} else if (place >= PLACE_RUNG && stays(ladder, timer, deadline)) {
		timer->deadline = timer->key = deadline;
	} else {
		take_out(ladder, timer);
		arm(ladder, timer, deadline);
	}
}

static void ladder_queue_disarm(struct timer_set *set, struct timer *timer)
{
	struct ladder_queue *ladder = ladder_of(set);

	assert(is_armed(timer) && "disarm: the timer is not armed");
	take_out(ladder, timer);
	ladder->size--;
	timer->link.word[2] = PLACE_DISARMED;
}

static void ladder_queue_remove(struct timer_set *set, struct timer *timer)
{
	struct ladder_queue *ladder = ladder_of(set);

	assert(timer->link.word[2] != PLACE_IDLE && "remove: the timer is idle");
	if (is_armed(timer)) {
		take_out(ladder, timer);
		ladder->size--;
	}
	timer->link = (union timer_link){ .word = { 0 } };
}

static uint64_t ladder_queue_next(struct timer_set *set)
{
	const struct timer *first = fill(ladder_of(set));

	return first ? first->key : TIMER_NEVER;
}

static size_t ladder_queue_expire(struct timer_set *set, uint64_t now, struct timer **out,
				  size_t max)
{
	struct ladder_queue *ladder = ladder_of(set);
	struct timer *timer;
	size_t count = 0;

	while (count < max && (timer = fill(ladder)) && timer->key <= now) {
		timer_queue_take_out(&ladder->bottom, timer);
		timer->link = (union timer_link){ .word = { 0 } };
		out[count++] = timer;
	}
	ladder->size -= count;
	return count;
}

static void ladder_queue_for_each(const struct timer_set *set,
				  void (*visit)(struct timer *timer, void *data), void *data)
{
	const struct ladder_queue *ladder = ladder_of(set);

	timer_list_for_each(ladder->bottom.first, visit, data);
	timer_list_for_each(ladder->top, visit, data);
	timer_list_for_each(ladder->never, visit, data);
	for (const struct rung *rung = ladder->rung; rung < ladder->rung + ladder->rungs; rung++)
		for (size_t i = rung->next; i < rung->buckets; i++)
			timer_list_for_each(ladder->bucket[rung->base + i].first, visit, data);
}

static size_t ladder_queue_size(const struct timer_set *set)
{
	return ladder_of(set)->size;
}

static size_t ladder_queue_footprint(const struct timer_set *set)
{
	const struct ladder_queue *ladder = ladder_of(set);

	return sizeof(*ladder) + (ladder->bucket ? bytes_for(ladder->capacity) : 0);
}

/* --- the check */

/* Checks a list: links, the places of its timers, and that deadlines are from `start` to `last`. */
static const char *check_list(const struct timer *timer, uint64_t place, uint64_t start,
			      uint64_t last, size_t *count)
{
	const struct timer *previous = NULL;

	for (; timer; timer = timer->link.next) {
		if (timer->link.previous != previous)
			return "a list's links do not agree";
		if (timer->link.word[2] != place)
			return "a timer's stored place is not the list that it is in";
		if (timer->key > timer->deadline)
			return "a timer is filed after its deadline";
		if (timer->key < start || timer->key > last)
			return "a timer is in the wrong list for its deadline";
		if (place == PLACE_BOTTOM && previous && previous->key > timer->key)
			return "Bottom is not in order";
		previous = timer;
		++*count;
	}
	return NULL;
}

static const char *check_bucket(const struct ladder_queue *ladder, unsigned number, size_t i,
				size_t *sum)
{
	const struct rung *rung = &ladder->rung[number];
	const struct bucket *bucket = &ladder->bucket[rung->base + i];
	uint64_t start = rung->start + i * rung->width;
	uint64_t last = (i + 1 < rung->buckets ? start + rung->width : rung->end) - 1;
	const char *broken;
	size_t count = 0;

	if (i < rung->next && bucket->first)
		return "a bucket before its rung's current one is not empty";
	for (const struct timer *timer = bucket->first; timer; timer = timer->link.next)
		if (timer->link.word[3] != rung->base + i)
			return "a timer's stored bucket is not the bucket that it is in";
	if ((broken = check_list(bucket->first, PLACE_RUNG + number, start, last, &count)))
		return broken;
	*sum += count;
	return count == bucket->count ? NULL : "a bucket's count is not the number of its timers";
}

static const char *check_rung(const struct ladder_queue *ladder, unsigned number, size_t *sum)
{
	const struct rung *rung = &ladder->rung[number];
	uint64_t limit = number ? rung[-1].current : ladder->top_start;
	const char *broken = NULL;
	size_t count = 0;

	if (rung->start >= rung->end || rung->end > limit)
		return "a rung's end is not between its start and the start of the part above";
	if (rung->buckets != (rung->end - 1 - rung->start) / rung->width + 1 ||
	    rung->buckets > (number ? THRES : ladder->capacity))
		return "a rung has the wrong number of buckets";
	if (rung->current !=
	    (rung->next < rung->buckets ? rung->start + rung->next * rung->width : rung->end))
		return "a rung's stored start of its current bucket is wrong";
	for (size_t i = 0; i < rung->buckets && !broken; i++)
		broken = check_bucket(ladder, number, i, &count);
	*sum += count;
	return broken		      ? broken
	       : count == rung->count ? NULL
				      : "a rung's count is not the number of its timers";
}

static const char *check_top_and_bottom(const struct ladder_queue *ladder, size_t *sum)
{
	const struct timer *last = ladder->bottom.first;
	const char *broken;
	size_t count = 0;

	if (ladder->top && ladder->top_least < ladder->top_start)
		return "Top's least deadline is before the start of Top";
	if ((broken = check_list(ladder->top, PLACE_TOP, ladder->top_least, ladder->top_greatest,
				 &count)))
		return broken;
	if (count != ladder->top_count)
		return "Top's count is not the number of its timers";
	if (last && !bottom_end(ladder))
		return "Bottom has timers when all should be in Top";
	while (last && last->link.next)
		last = last->link.next;
	if (ladder->bottom.last != last)
		return "Bottom's last is not at its end";
	*sum += count;
	return check_list(ladder->bottom.first, PLACE_BOTTOM, 0, bottom_end(ladder) - 1, sum);
}

static const char *ladder_queue_check(const struct timer_set *set)
{
	const struct ladder_queue *ladder = ladder_of(set);
	const char *broken;
	size_t count = 0;

	for (unsigned number = 0; number < ladder->rungs; number++)
		if ((broken = check_rung(ladder, number, &count)))
			return broken;
	if ((broken = check_top_and_bottom(ladder, &count)) ||
	    (broken = check_list(ladder->never, PLACE_NEVER, TIMER_NEVER, TIMER_NEVER, &count)))
		return broken;
	return count == ladder->size ? NULL : "the size is not the number of timers";
}

/* --- the table */

const struct timer_structure timer_ladder_queue = {
	.name = "ladder-queue",
	.summary = "unsorted list, rungs of finer buckets, sorted list: sorts only the next timers",
	.source = "Tang, Goh and Thng, ACM TOMACS 15, 2005",
	.departures = "timers can be stopped; Bottom becomes a rung when a walk in it is too long",
	.complexity = { "O(1) amortised", "O(1) amortised", "O(1)", "O(1)", "O(1) amortised",
			"O(1) amortised each" },
	.create = ladder_queue_create,
	.destroy = ladder_queue_destroy,
	.reserve = ladder_queue_reserve,
	.insert = ladder_queue_insert,
	.reinsert = ladder_queue_reinsert,
	.disarm = ladder_queue_disarm,
	.remove = ladder_queue_remove,
	.next = ladder_queue_next,
	.expire = ladder_queue_expire,
	.for_each = ladder_queue_for_each,
	.size = ladder_queue_size,
	.footprint = ladder_queue_footprint,
	.check = ladder_queue_check,
};
