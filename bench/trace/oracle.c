/*
 * oracle.c - an indexed 8-ary heap that keeps its keys in an array of their own
 *
 * The keys of eight siblings fill one cache line, so a level costs one cache miss. The ids are in a
 * second array, which is read only for the child that moves. The root is at index 7, so that each
 * group of siblings begins at a multiple of 8:
 *
 *	children of p: 8 (p - 6) ... 8 (p - 6) + 7        parent of p: p / 8 + 6
 *
 * Unused entries in the last group of siblings have the key UINT64_MAX. So the search for the least
 * sibling need not know how many siblings there are.
 */
#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "oracle.h"

#define ARITY 8
#define ROOT  7

/*
 * The states of an id that is not in the heap, stored in places[]. Both are below ROOT, so they
 * cannot be confused with an index in the heap.
 */
#define IDLE	 0
#define DISARMED 1

#define CACHE_LINE 64
#define HUGE_PAGE  (UINT64_C(2) << 20)

static uint64_t round_up(uint64_t bytes, uint64_t unit)
{
	return (bytes + unit - 1) / unit * unit;
}

/*
 * Asks for huge pages for large arrays. Access to them is random, so with small pages each cache
 * miss would bring a TLB miss too. The page size affects only the speed.
 */
static void *allocate(uint64_t bytes)
{
	uint64_t unit = bytes >= HUGE_PAGE ? HUGE_PAGE : CACHE_LINE;
	void *memory = aligned_alloc(unit, round_up(bytes, unit));

	if (memory && unit == HUGE_PAGE)
		(void)madvise(memory, round_up(bytes, unit), MADV_HUGEPAGE);
	return memory;
}

static uint64_t places_for(uint64_t ids)
{
	return round_up(ROOT + ids + 1, ARITY);
}

uint64_t oracle_memory(uint64_t ids)
{
	return places_for(ids) * (sizeof(uint64_t) + sizeof(uint32_t)) + ids * sizeof(uint32_t);
}

int oracle_open(struct oracle *oracle, uint64_t ids)
{
	uint64_t places = places_for(ids);

	if (ids > ORACLE_MOST_IDS)
		return -EOVERFLOW;
	*oracle = (struct oracle){ .ids = ids, .end = ROOT };
	oracle->keys = allocate(places * sizeof(*oracle->keys));
	oracle->owners = allocate(places * sizeof(*oracle->owners));
	oracle->places = allocate((ids + 1) * sizeof(*oracle->places));
	if (!oracle->keys || !oracle->owners || !oracle->places) {
		oracle_close(oracle);
		return -ENOMEM;
	}
	memset(oracle->places, 0, (ids + 1) * sizeof(*oracle->places));
	oracle->keys[ROOT] = UINT64_MAX;
	return 0;
}

void oracle_close(struct oracle *oracle)
{
	free(oracle->keys);
	free(oracle->owners);
	free(oracle->places);
	*oracle = (struct oracle){ .end = ROOT };
}

static void put(struct oracle *oracle, uint32_t place, uint64_t key, uint32_t id)
{
	oracle->keys[place] = key;
	oracle->owners[place] = id;
	oracle->places[id] = place;
}

static uint32_t parent(uint32_t place)
{
	return place / ARITY + ROOT - 1;
}

/*
 * The processor cannot predict which child is the least, so this expression is written to compile
 * to a conditional move.
 */
static uint32_t lesser(const uint64_t *keys, uint32_t a, uint32_t b)
{
	return keys[b] < keys[a] ? b : a;
}

static uint32_t least_of_family(const uint64_t *keys, uint32_t first)
{
	uint32_t a = lesser(keys, first, first + 1);
	uint32_t b = lesser(keys, first + 2, first + 3);
	uint32_t c = lesser(keys, first + 4, first + 5);
	uint32_t d = lesser(keys, first + 6, first + 7);

	return lesser(keys, lesser(keys, a, b), lesser(keys, c, d));
}

/* Moves the hole at `place` towards the root until the key fits there, and fills the hole. */
static void sift_up(struct oracle *oracle, uint32_t place, uint64_t key, uint32_t id)
{
	while (place > ROOT && oracle->keys[parent(place)] > key) {
		put(oracle, place, oracle->keys[parent(place)], oracle->owners[parent(place)]);
		place = parent(place);
	}
	put(oracle, place, key, id);
}

/* Moves the hole at `place` towards the leaves until the key fits there, and fills the hole. */
static void sift_down(struct oracle *oracle, uint32_t place, uint64_t key, uint32_t id)
{
	for (;;) {
		uint64_t first = (uint64_t)ARITY * (place - (ROOT - 1));
		uint32_t least;

		if (first >= oracle->end)
			break;
		least = least_of_family(oracle->keys, (uint32_t)first);
		if (oracle->keys[least] >= key)
			break;
		put(oracle, place, oracle->keys[least], oracle->owners[least]);
		place = least;
	}
	put(oracle, place, key, id);
}

static void sift(struct oracle *oracle, uint32_t place, uint64_t key, uint32_t id)
{
	if (place > ROOT && oracle->keys[parent(place)] > key)
		sift_up(oracle, place, key, id);
	else
		sift_down(oracle, place, key, id);
}

/* Removes the entry at `place`. The last leaf fills the hole and sifts up or down from there. */
static void take_out(struct oracle *oracle, uint32_t place)
{
	uint32_t last = --oracle->end;
	uint64_t key = oracle->keys[last];

	oracle->keys[last] = UINT64_MAX;
	if (place != last)
		sift(oracle, place, key, oracle->owners[last]);
}

void oracle_arm(struct oracle *oracle, uint64_t id, uint64_t deadline)
{
	uint32_t place;

	assert(id < oracle->ids);
	place = oracle->places[id];
	if (place >= ROOT) {
		sift(oracle, place, deadline, (uint32_t)id);
		return;
	}
	place = oracle->end++;
	if (place % ARITY == 0)
		for (uint32_t i = 0; i < ARITY; i++)
			oracle->keys[place + i] = UINT64_MAX;
	sift_up(oracle, place, deadline, (uint32_t)id);
}

void oracle_disarm(struct oracle *oracle, uint64_t id)
{
	assert(oracle_armed(oracle, id));
	take_out(oracle, oracle->places[id]);
	oracle->places[id] = DISARMED;
}

void oracle_remove(struct oracle *oracle, uint64_t id)
{
	if (oracle_armed(oracle, id))
		take_out(oracle, oracle->places[id]);
	oracle->places[id] = IDLE;
}

bool oracle_fire(struct oracle *oracle, uint64_t now, uint64_t *id, uint64_t *deadline)
{
	if (oracle->end == ROOT || oracle->keys[ROOT] > now || oracle->keys[ROOT] == UINT64_MAX)
		return false;
	*id = oracle->owners[ROOT];
	*deadline = oracle->keys[ROOT];
	take_out(oracle, ROOT);
	oracle->places[*id] = IDLE;
	return true;
}

bool oracle_armed(const struct oracle *oracle, uint64_t id)
{
	return oracle->places[id] >= ROOT;
}

bool oracle_disarmed(const struct oracle *oracle, uint64_t id)
{
	return oracle->places[id] == DISARMED;
}

uint64_t oracle_deadline(const struct oracle *oracle, uint64_t id)
{
	return oracle->keys[oracle->places[id]];
}

uint64_t oracle_earliest(const struct oracle *oracle)
{
	return oracle->end == ROOT ? UINT64_MAX : oracle->keys[ROOT];
}

uint64_t oracle_size(const struct oracle *oracle)
{
	return oracle->end - ROOT;
}
