/*
 * skiplist - a sorted list with express lanes
 *
 * IDEA. sorted-list with a shorter walk. A quarter of the timers, chosen at random, are also in a
 * second list that skips the others. A quarter of these are also in a third list, and so on. Each
 * list is a lane. A search begins in the sparsest lane, and goes down one lane whenever the next
 * timer would be too late.
 *
 *	lane 2  ----------------> [30] ------------------------->
 *	lane 1  -----> [12] ----> [30] ----------> [71] -------->
 *	lane 0  [10]-> [12] [25]  [30] [44] [58]   [71] [90] --->
 *
 * Lanes only go forward, so taking a timer out requires a search for the timers before it.
 *
 * COST.   insert     O(log n) expected
 *         reinsert   O(log n) expected: two searches
 *         remove     O(log n) expected: a search; O(d) more for d timers of the same deadline
 *         next       O(1)
 *         expire     O(1) per timer
 *         memory     none for 63 of 64 timers; 64 bytes for each other timer
 *
 * GIVES BACK. Nothing before destroy: the pool of towers stays as large as the most that was
 * reserved for.
 *
 * WINS. Where timers are armed and fire: firing is as cheap as in a list. A skip list can be walked
 * without locks while it changes, which is why DPDK chose it, but this benchmark does not measure
 * that.
 *
 * LOSES. To every heap when n is large: with a million timers, a search touches some 15 timers, and
 * each stop is a search.
 *
 * SOURCE. Pugh, CACM 1990; DPDK's rte_timer.c: ten lanes, a quarter of each lane in the next one,
 * singly linked.
 *
 * DEPARTURES. DPDK has ten pointers in each timer. Here three are in the timer's link, and a timer
 * in more lanes has a tower from a pool. A tower has the pointers for the other lanes. When the
 * pool is empty, which only bad luck can cause, the timer stays in the low lanes. DPDK draws lanes
 * from rte_rand; here each set has its own generator.
 */
#include <assert.h>
#include <errno.h>
#include <stdlib.h>

#include "timer.h"

#define LANES	  10 /* DPDK's MAX_SKIPLIST_DEPTH */
#define LANES_LOW 3  /* the lanes whose pointers are in the timer */

/* One timer in 64 is expected to go beyond the low lanes. The pool has towers for twice as many. */
#define TIMERS_A_TOWER 32
#define FIRST_TOWERS   8

/*
 * link.word[3] is the number of a timer's lanes or, above DISARMED, the address of its tower. An
 * idle timer is all zero.
 */
#define IDLE	 0
#define DISARMED (LANES_LOW + 1)

struct tower {
	uint64_t lanes;			       /* lanes of the timer */
	struct timer *next[LANES - LANES_LOW]; /* next[0] also links the pool */
};

struct skiplist {
	struct timer *first[LANES];
	uint64_t random;
	size_t size;
	struct tower *free;    /* linked by next[0] */
	struct tower **blocks; /* allocations of towers */
	size_t block_count, towers;
};

static struct skiplist *list_of(const struct timer_set *set)
{
	return (struct skiplist *)set;
}

static bool is_armed(const struct timer *timer)
{
	return timer->link.word[3] != IDLE && timer->link.word[3] != DISARMED;
}

static struct tower *tower_of(const struct timer *timer)
{
	return timer->link.word[3] > DISARMED ? timer->link.pointer[3] : NULL;
}

static unsigned lanes_of(const struct timer *timer)
{
	const struct tower *tower = tower_of(timer);

	return (unsigned)(tower ? tower->lanes : timer->link.word[3]);
}

/* Returns the link of a lane behind a timer; for NULL, the first link of the lane. */
static struct timer **next_of(struct skiplist *list, struct timer *timer, unsigned lane)
{
	if (!timer)
		return &list->first[lane];
	if (lane < LANES_LOW)
		return (struct timer **)&timer->link.pointer[lane];
	return &tower_of(timer)->next[lane - LANES_LOW];
}

/* Returns 1 with probability 3/4, 2 with 3/16, and so on, by xorshift64 (Marsaglia 2003). */
static unsigned draw_lanes(struct skiplist *list)
{
	uint64_t bits = list->random;
	unsigned lanes;

	bits ^= bits << 13;
	bits ^= bits >> 7;
	bits ^= bits << 17;
	list->random = bits;
	lanes = 1 + (unsigned)__builtin_ctzll(bits | UINT64_C(1) << 2 * (LANES - 1)) / 2;
	return lanes > LANES_LOW && !list->free ? LANES_LOW : lanes;
}

static void take_tower(struct skiplist *list, struct timer *timer, unsigned lanes)
{
	struct tower *tower = list->free;

	timer->link.word[3] = lanes;
	if (lanes <= LANES_LOW)
		return;
	list->free = (struct tower *)(void *)tower->next[0];
	tower->lanes = lanes;
	timer->link.pointer[3] = tower;
}

/* Returns the timer's tower to the pool, and sets the timer's state to `mark`. */
static void return_tower(struct skiplist *list, struct timer *timer, uint64_t mark)
{
	struct tower *tower = tower_of(timer);

	if (tower) {
		tower->next[0] = (struct timer *)(void *)list->free;
		list->free = tower;
	}
	timer->link = (union timer_link){ .word = { [3] = mark } };
}

/*
 * Finds the last timer of each lane that is before `key`; if with_equals, the last that is not
 * after it.
 */
static void search(struct skiplist *list, uint64_t key, bool with_equals,
		   struct timer *before[LANES])
{
	struct timer *timer = NULL;

	for (unsigned lane = LANES; lane-- > 0;) {
		struct timer *next;

		while ((next = *next_of(list, timer, lane)) &&
		       (next->key < key || (with_equals && next->key == key)))
			timer = next;
		before[lane] = timer;
	}
}

static void put_in(struct skiplist *list, struct timer *timer, uint64_t deadline)
{
	struct timer *before[LANES];
	unsigned lanes = draw_lanes(list);

	timer->deadline = timer->key = deadline;
	search(list, deadline, true, before);
	take_tower(list, timer, lanes);
	for (unsigned lane = 0; lane < lanes; lane++) {
		struct timer **link = next_of(list, before[lane], lane);

		*next_of(list, timer, lane) = *link;
		*link = timer;
	}
}

/* In each of the timer's lanes, walks from the last earlier timer past equal ones to the timer. */
static void take_out(struct skiplist *list, struct timer *timer)
{
	struct timer *before[LANES];
	unsigned lanes = lanes_of(timer);

	search(list, timer->key, false, before);
	for (unsigned lane = 0; lane < lanes; lane++) {
		struct timer **link = next_of(list, before[lane], lane);

		while (*link != timer)
			link = next_of(list, *link, lane);
		*link = *next_of(list, timer, lane);
	}
}

static int skiplist_create(struct timer_set **set, const void *options, uint64_t now)
{
	struct skiplist *list = calloc(1, sizeof(*list));

	(void)options;
	(void)now;
	if (!list)
		return -ENOMEM;
	list->random = 0x9e3779b97f4a7c15; /* any number but 0 */
	*set = (struct timer_set *)list;
	return 0;
}

static void skiplist_destroy(struct timer_set *set)
{
	struct skiplist *list = list_of(set);

	for (size_t i = 0; i < list->block_count; i++)
		free(list->blocks[i]);
	free(list->blocks);
	free(set);
}

static int add_towers(struct skiplist *list, size_t count)
{
	struct tower *block = calloc(count, sizeof(*block)), **blocks;

	if (!block)
		return -ENOMEM;
	blocks = realloc(list->blocks, (list->block_count + 1) * sizeof(*blocks));
	if (!blocks) {
		free(block);
		return -ENOMEM;
	}
	list->blocks = blocks;
	list->blocks[list->block_count++] = block;
	list->towers += count;
	for (size_t i = 0; i < count; i++) {
		block[i].next[0] = (struct timer *)(void *)list->free;
		list->free = &block[i];
	}
	return 0;
}

static int skiplist_reserve(struct timer_set *set, size_t n)
{
	struct skiplist *list = list_of(set);
	size_t towers = n / TIMERS_A_TOWER + FIRST_TOWERS;

	if (towers <= list->towers)
		return 0;
	if (towers < 2 * list->towers)
		towers = 2 * list->towers;
	return add_towers(list, towers - list->towers);
}

static void skiplist_insert(struct timer_set *set, struct timer *timer, uint64_t deadline,
			    uint64_t interval)
{
	struct skiplist *list = list_of(set);

	(void)interval;
	assert(!is_armed(timer) && "insert: the timer is armed");
	put_in(list, timer, deadline);
	list->size++;
}

static void skiplist_reinsert(struct timer_set *set, struct timer *timer, uint64_t deadline,
			      uint64_t interval)
{
	struct skiplist *list = list_of(set);

	(void)interval;
	assert(is_armed(timer) && "reinsert: the timer is not armed");
	take_out(list, timer);
	return_tower(list, timer, IDLE);
	put_in(list, timer, deadline);
}

static void skiplist_disarm(struct timer_set *set, struct timer *timer)
{
	struct skiplist *list = list_of(set);

	assert(is_armed(timer) && "disarm: the timer is not armed");
	take_out(list, timer);
	return_tower(list, timer, DISARMED);
	list->size--;
}

static void skiplist_remove(struct timer_set *set, struct timer *timer)
{
	struct skiplist *list = list_of(set);

	assert(timer->link.word[3] != IDLE && "remove: the timer is idle");
	if (is_armed(timer)) {
		take_out(list, timer);
		list->size--;
	}
	return_tower(list, timer, IDLE);
}

static uint64_t skiplist_next(struct timer_set *set)
{
	const struct skiplist *list = list_of(set);

	return list->first[0] ? list->first[0]->key : TIMER_NEVER;
}

static size_t skiplist_expire(struct timer_set *set, uint64_t now, struct timer **out, size_t max)
{
	struct skiplist *list = list_of(set);
	size_t count = 0;

	while (count < max && list->first[0]) {
		struct timer *first = list->first[0];
		unsigned lanes = lanes_of(first);

		if (first->key > now || first->key == TIMER_NEVER)
			break;
		for (unsigned lane = 0; lane < lanes; lane++)
			list->first[lane] = *next_of(list, first, lane);
		return_tower(list, first, IDLE);
		out[count++] = first;
	}
	list->size -= count;
	return count;
}

static void skiplist_for_each(const struct timer_set *set,
			      void (*visit)(struct timer *timer, void *data), void *data)
{
	struct timer *timer = list_of(set)->first[0];

	for (; timer; timer = *next_of(list_of(set), timer, 0))
		visit(timer, data);
}

static size_t skiplist_size(const struct timer_set *set)
{
	return list_of(set)->size;
}

static size_t skiplist_footprint(const struct timer_set *set)
{
	const struct skiplist *list = list_of(set);

	return sizeof(*list) + list->block_count * sizeof(*list->blocks) +
	       list->towers * sizeof(struct tower);
}

static const char *check_lane(struct skiplist *list, unsigned lane, size_t *count)
{
	const struct timer *previous = NULL;

	*count = 0;
	for (struct timer *timer = list->first[lane]; timer; timer = *next_of(list, timer, lane)) {
		if (!is_armed(timer))
			return "a timer in the list is not armed";
		if (lanes_of(timer) <= lane)
			return "a timer is in a lane above its height";
		if (timer->key > timer->deadline)
			return "a timer is filed after its deadline";
		if (previous && previous->key > timer->key)
			return "a lane is not in order";
		previous = timer;
		++*count;
	}
	return NULL;
}

static const char *skiplist_check(const struct timer_set *set)
{
	struct skiplist *list = list_of(set);
	size_t count[LANES + 1] = { 0 }, lanes[LANES + 1] = { 0 }, towers = 0;

	for (unsigned lane = 0; lane < LANES; lane++) {
		const char *broken = check_lane(list, lane, &count[lane]);

		if (broken)
			return broken;
	}
	if (count[0] != list->size)
		return "the size is not the number of timers";
	for (struct timer *timer = list->first[0]; timer; timer = *next_of(list, timer, 0)) {
		for (unsigned lane = 0; lane < lanes_of(timer); lane++)
			lanes[lane]++;
		towers += tower_of(timer) != NULL;
	}
	for (unsigned lane = 0; lane < LANES; lane++)
		if (lanes[lane] != count[lane])
			return "a timer is missing from one of its lanes";
	for (const struct tower *tower = list->free; tower;
	     tower = (const struct tower *)(const void *)tower->next[0])
		towers++;
	return towers == list->towers ? NULL : "a tower is lost";
}

const struct timer_structure timer_skiplist = {
	.name = "skiplist",
	.summary = "sorted list with express lanes, chosen at random",
	.source = "DPDK (lib/timer, rte_timer.c); Pugh, CACM 1990",
	.departures = "lanes beyond the third are in a pool, not in every timer",
	.complexity = { "O(log n) expected", "O(log n) expected", "O(log n) expected",
			"O(log n) expected", "O(1)", "O(1) each" },
	.create = skiplist_create,
	.destroy = skiplist_destroy,
	.reserve = skiplist_reserve,
	.insert = skiplist_insert,
	.reinsert = skiplist_reinsert,
	.disarm = skiplist_disarm,
	.remove = skiplist_remove,
	.next = skiplist_next,
	.expire = skiplist_expire,
	.for_each = skiplist_for_each,
	.size = skiplist_size,
	.footprint = skiplist_footprint,
	.check = skiplist_check,
};
