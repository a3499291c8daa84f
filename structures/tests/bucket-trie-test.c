/*
 * bucket-trie-test.c - bucket-trie from inside: the room for young timers, and what one operation
 * moves
 *
 * The terms are those of bucket-trie.c. A timer is young while its entry is in a window and not yet
 * filed in the trie. A dead entry belongs to a removed timer. A herd is a leaf with only one
 * deadline that expire is returning.
 *
 * The conformance suite checks the contract. This test compiles the structure with little room, so
 * that rare cases are frequent. Windows for young timers open when timers are removed before they
 * fire. They close when timers fire, or when entries need the memory. No timer may be lost: `check`
 * is called after each phase.
 */
#define FIRST_CAPACITY	  64
#define timer_bucket_trie timer_bucket_trie_small
#include "structures/bucket-trie.c"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <sys/mman.h>

#include <cmocka.h>

#include "structures/tests/draw.h"
#include "structures/tests/run_group.h"

#define MOST 20000

struct churn {
	struct timer_set *set;
	struct bucket_trie *trie;
	struct timer *timers;
	size_t count;
	uint64_t now, random;
};

static uint64_t draw(struct churn *churn, uint64_t below)
{
	return draw_from(&churn->random, below);
}

static void open_churn(struct churn *churn, size_t count)
{
	*churn = (struct churn){ .count = count, .random = 1 };
	churn->timers = calloc(count, sizeof(*churn->timers));
	assert_non_null(churn->timers);
	assert_int_equal(bucket_trie_create(&churn->set, NULL, 0), 0);
	churn->trie = trie_of(churn->set);
	assert_int_equal(bucket_trie_reserve(churn->set, count), 0);
}

static void check_churn(const struct churn *churn)
{
	const char *broken = bucket_trie_check(churn->set);

	if (broken)
		fail_msg("%s", broken);
}

static void close_churn(struct churn *churn)
{
	check_churn(churn);
	bucket_trie_destroy(churn->set);
	free(churn->timers);
}

/* Arms all idle timers. Their deadlines are one to three intervals from now. */
static void fill(struct churn *churn, uint64_t interval)
{
	for (size_t i = 0; i < churn->count; i++)
		if (state_of(&churn->timers[i]) == IDLE)
			bucket_trie_insert(churn->set, &churn->timers[i],
					   churn->now + interval + draw(churn, 2 * interval), 0);
}

/* Advances the clock by `time` and expires. Returns how many timers fired. */
static size_t fire(struct churn *churn, uint64_t time)
{
	struct timer *batch[64];
	uint64_t last = 0;
	size_t fired = 0, count;

	churn->now += time;
	do {
		count = bucket_trie_expire(churn->set, churn->now, batch, 64);
		for (size_t i = 0; i < count; i++) {
			assert_true(batch[i]->deadline >= last && batch[i]->deadline <= churn->now);
			last = batch[i]->deadline;
		}
		fired += count;
	} while (count == 64);
	return fired;
}

/* Calls fire, and arms the timers that fired again. */
static size_t pass(struct churn *churn, uint64_t time, uint64_t interval)
{
	size_t fired = fire(churn, time);

	fill(churn, interval);
	return fired;
}

/* Removes timers before they fire, and arms them again. */
static void die_young(struct churn *churn, size_t times, uint64_t interval)
{
	for (size_t i = 0; i < times; i++) {
		struct timer *timer = &churn->timers[draw(churn, churn->count)];

		bucket_trie_remove(churn->set, timer);
		memset(timer, 0, sizeof(*timer));
		bucket_trie_insert(churn->set, timer, churn->now + interval, 0);
	}
}

/*
 * If all timers are removed young, then in the end all are young, few are filed, and few dead
 * entries are left.
 */
static void windows_open(void **state)
{
	struct churn churn;

	(void)state;
	open_churn(&churn, MOST);
	fill(&churn, 1000000);
	assert_int_equal(churn.trie->young_room, WINDOW);
	die_young(&churn, 12 * MOST, 1000000000);
	assert_true(churn.trie->young_room >= MOST);
	assert_true(churn.trie->entries < MOST / 50);
	check_churn(&churn);
	die_young(&churn, MOST, 1000000000);
	assert_true(churn.trie->dead < MOST / 50);
	close_churn(&churn);
}

/*
 * If timers fire, windows cost more for due timers than they save. In the end one window is left.
 */
static void windows_close(void **state)
{
	struct churn churn;

	(void)state;
	open_churn(&churn, MOST);
	fill(&churn, 1000000);
	die_young(&churn, 12 * MOST, 1000000);
	assert_true(churn.trie->young_room >= MOST);
	for (unsigned i = 0; i < 1000; i++)
		pass(&churn, 10000, 1000000);
	check_churn(&churn);
	assert_int_equal(churn.trie->young_room, WINDOW);
	close_churn(&churn);
}

/* Many young timers are due at the same time. Their entries need the memory of their windows. */
static void windows_make_room(void **state)
{
	struct churn churn;

	(void)state;
	open_churn(&churn, MOST);
	fill(&churn, 1000000);
	die_young(&churn, 12 * MOST, 1000000000);
	assert_true(churn.trie->entries + churn.trie->young_room <= churn.trie->pools.limit);
	assert_int_equal(pass(&churn, 2000000000, 1000000000), MOST);
	check_churn(&churn);
	assert_int_equal(pass(&churn, 4000000000, 1000000000), MOST);
	close_churn(&churn);
}

/* Timers that are armed for TIMER_NEVER are not young, and their entries need that memory, too. */
static void never_needs_room(void **state)
{
	struct churn churn;

	(void)state;
	open_churn(&churn, MOST);
	fill(&churn, 1000000);
	die_young(&churn, 12 * MOST, 1000000000);
	for (size_t i = 0; i < MOST; i++)
		bucket_trie_reinsert(churn.set, &churn.timers[i], TIMER_NEVER, 0);
	for (size_t i = 0; i < MOST; i++) {
		bucket_trie_remove(churn.set, &churn.timers[i]);
		bucket_trie_insert(churn.set, &churn.timers[i], TIMER_NEVER, 0);
	}
	assert_true(churn.trie->entries >= MOST);
	check_churn(&churn);
	assert_int_equal(pass(&churn, UINT64_C(1) << 40, 1), 0);
	close_churn(&churn);
}

/* Mixes all of this, in sets of any size. Checks only the result of `check`. */
static void by_turns(void **state)
{
	(void)state;
	for (size_t count = 3; count < 3000; count = count * 3 / 2 + 1) {
		struct churn churn;

		open_churn(&churn, count);
		for (unsigned turn = 0; turn < 60; turn++) {
			uint64_t interval = UINT64_C(1) << draw(&churn, 34);

			fill(&churn, interval);
			die_young(&churn, draw(&churn, 8 * count), interval);
			check_churn(&churn);
			pass(&churn, draw(&churn, 2 * interval + 2), interval);
			check_churn(&churn);
		}
		close_churn(&churn);
	}
}

static size_t resident(const void *pages, size_t bytes)
{
	size_t count = (bytes + PAGE - 1) / PAGE, found = 0;
	unsigned char *is_resident = malloc(count);

	assert_non_null(is_resident);
	assert_int_equal(mincore((void *)pages, bytes, is_resident), 0);
	for (size_t i = 0; i < count; i++)
		found += is_resident[i] & 1;
	free(is_resident);
	return found * PAGE;
}

/* Returns the bytes of the set without its entries. All of these bytes were allocated. */
static size_t other_bytes(const struct churn *churn)
{
	const struct bucket_trie *trie = churn->trie;
	size_t bytes = sizeof(*trie);

	for (size_t i = 0; i < ARRAYS; i++)
		bytes += array_bytes(&arrays[i], trie->pools.capacity);
	for (const struct segment *segment = trie->segments; segment; segment = segment->next)
		bytes += sizeof(*segment) + segment->nodes * sizeof(struct node);
	return bytes;
}

/*
 * Compares the footprint with the pages that have memory. It may differ by one step of chunks that
 * are requested together, and by a page for each block.
 */
static void assert_footprint(const struct churn *churn)
{
	size_t claimed = bucket_trie_footprint(churn->set) - other_bytes(churn);
	size_t found = 0, mapped = 0;
	size_t slack = READY_MOST * CHUNK * sizeof(struct entry);

	for (const struct segment *segment = churn->trie->segments; segment;
	     segment = segment->next) {
		size_t bytes = segment_bytes(segment);

		found += block_is_mapped(bytes) ? resident(segment->entry, bytes) : bytes;
		mapped += block_is_mapped(bytes);
		slack += PAGE;
	}
	assert_true(mapped);
	assert_in_range(claimed, found > slack ? found - slack : 0, found + slack);
}

static void footprint_has_memory(void **state)
{
	struct churn churn;

	(void)state;
	open_churn(&churn, 10 * MOST);
	assert_footprint(&churn);
	fill(&churn, 1000000);
	assert_footprint(&churn);
	assert_true(bucket_trie_footprint(churn.set) > churn.count * sizeof(struct entry));
	die_young(&churn, MOST, 1000000000);
	assert_footprint(&churn);
	close_churn(&churn);
}

static size_t nodes_in_use(const struct bucket_trie *trie)
{
	size_t count = 0;

	for (const struct segment *segment = trie->segments; segment; segment = segment->next)
		count += segment->touched;
	for (const struct node *node = trie->free_node; node; node = node->next)
		count--;
	return count;
}

/*
 * All 64 leaves of a level get as many entries as they can hold, at the same time. No insert may
 * deal out two of them.
 */
static void leaves_burst_by_turns(void **state)
{
	const uint64_t span = span_of(4);
	struct churn churn;
	size_t first, before, most = 0;

	(void)state;
	open_churn(&churn, FANOUT * (BURST_AT + WINDOW) + FANOUT * WINDOW);
	first = before = nodes_in_use(churn.trie);
	for (size_t i = 0; i < churn.count; i++) {
		size_t after;

		bucket_trie_insert(churn.set, &churn.timers[i],
				   span_of(5) + i % FANOUT * span + draw(&churn, span), 0);
		after = nodes_in_use(churn.trie);
		most = after - before > most ? after - before : most;
		before = after;
	}
	assert_int_equal(most, 1);
	/* The leaves, and the leaf that they come from. */
	assert_int_equal(before - first, FANOUT + 1);
	close_churn(&churn);
}

static uint32_t oldest_chunk(const struct bucket_trie *trie, const struct bucket *leaf)
{
	uint32_t chunk = leaf->chunk;

	for (uint32_t left = (leaf->count - 1) / CHUNK; left--;)
		chunk = trie->pools.following[chunk];
	return chunk;
}

/*
 * Many entries of one deadline must stay where they are when others are added to their leaf. The
 * sweep then starts this leaf again.
 */
static void herd_is_not_dealt_out(void **state)
{
	const uint64_t deadline = span_of(5);
	const struct bucket *leaf;
	struct churn churn;
	unsigned level;
	uint32_t chunk;

	(void)state;
	open_churn(&churn, MOST + 2 * WINDOW);
	for (size_t i = 0; i < MOST; i++)
		bucket_trie_insert(churn.set, &churn.timers[i], deadline, 0);
	leaf = locate(churn.trie, deadline, &level);
	assert_int_equal(level, 5);
	assert_true(leaf->count >= BURST_AT);
	chunk = oldest_chunk(churn.trie, leaf);
	churn.trie->sweep_chunk = leaf->chunk;
	for (size_t i = MOST; i < churn.count; i++)
		bucket_trie_insert(churn.set, &churn.timers[i], deadline + i * span_of(2), 0);
	leaf = locate(churn.trie, deadline, &level);
	assert_int_equal(level, 4);
	assert_int_equal(oldest_chunk(churn.trie, leaf), chunk);
	assert_int_equal(churn.trie->sweep_chunk, NONE);
	close_churn(&churn);
}

/*
 * A herd of which some timers have fired goes back into the trie, and takes more timers of its
 * deadline.
 */
static void herd_goes_back(void **state)
{
	const uint64_t deadline = span_of(3);
	struct timer *batch[16];
	struct churn churn;
	size_t next = 100;

	(void)state;
	open_churn(&churn, MOST);
	for (size_t i = 0; i < next; i++)
		bucket_trie_insert(churn.set, &churn.timers[i], deadline, 0);
	churn.now = deadline;
	assert_int_equal(bucket_trie_expire(churn.set, deadline, batch, 10), 10);
	assert_int_equal(churn.trie->herd.count, 90);
	/* Too many timers become near. */
	while (churn.trie->herd.count)
		bucket_trie_insert(churn.set, &churn.timers[next++], draw(&churn, deadline), 0);
	check_churn(&churn);
	for (unsigned i = 0; i < 2 * WINDOW; i++)
		bucket_trie_insert(churn.set, &churn.timers[next++], deadline, 0);
	check_churn(&churn);
	next -= 10;
	for (size_t count; (count = bucket_trie_expire(churn.set, deadline, batch, 16));
	     next -= count)
		check_churn(&churn);
	assert_int_equal(next, 0);
	close_churn(&churn);
}

static void arm_for(struct churn *churn, size_t i, uint64_t interval)
{
	bucket_trie_insert(churn->set, &churn->timers[i], churn->now + interval, interval);
}

static void free_timer(struct churn *churn, size_t i)
{
	bucket_trie_remove(churn->set, &churn->timers[i]);
	memset(&churn->timers[i], 0, sizeof(churn->timers[i]));
}

static void count_one(const struct entry *entry, void *data)
{
	(void)entry;
	++*(size_t *)data;
}

static size_t queued_timers(const struct churn *churn)
{
	size_t count = 0;

	for (uint64_t left = churn->trie->queues; left; left &= left - 1)
		walk_queue(churn->trie, &churn->trie->queue[__builtin_ctzll(left)], count_one,
			   &count);
	return count;
}

/*
 * A repeated interval has a queue, as long as its deadlines come in order. An unknown interval has
 * no queue.
 */
static void intervals_have_queues(void **state)
{
	struct churn churn;

	(void)state;
	open_churn(&churn, 100);
	for (size_t i = 0; i < 20; i++, churn.now++)
		arm_for(&churn, i, 1000);
	assert_int_equal(queued_timers(&churn), 19);
	for (size_t i = 20; i < 40; i++)
		bucket_trie_insert(churn.set, &churn.timers[i], 1000, 1000);
	assert_int_equal(queued_timers(&churn), 19);
	for (size_t i = 40; i < 60; i++)
		bucket_trie_insert(churn.set, &churn.timers[i], churn.now + 1000, 0);
	assert_int_equal(queued_timers(&churn), 19);
	bucket_trie_insert(churn.set, &churn.timers[60], TIMER_NEVER, 1000);
	assert_int_equal(queued_timers(&churn), 19);
	check_churn(&churn);
	assert_int_equal(fire(&churn, 10000), 60);
	assert_int_equal(queued_timers(&churn), 0);
	close_churn(&churn);
}

/*
 * If all timers of a queue are removed, the queue ends when its time has come, and its windows
 * become spare.
 */
static void queues_of_none_end(void **state)
{
	struct churn churn;

	(void)state;
	open_churn(&churn, 3 * WINDOW);
	for (size_t i = 0; i <= 2 * WINDOW; i++)
		arm_for(&churn, i, 1000);
	for (size_t i = 1; i <= 2 * WINDOW; i++)
		free_timer(&churn, i);
	assert_int_equal(queued_timers(&churn), 0);
	assert_true(churn.trie->queues != 0);
	check_churn(&churn);
	assert_int_equal(fire(&churn, 10000), 1);
	assert_int_equal(churn.trie->queues, 0);
	assert_int_equal(windows_from(churn.trie, churn.trie->spare), 2);
	arm_for(&churn, 1, 1000);
	assert_int_equal(windows_from(churn.trie, churn.trie->spare), 1);
	close_churn(&churn);
}

/* Entries that are filed next must use the memory of spare windows. */
static void memory_of_spares_is_used(void **state)
{
	const size_t most = 16 * WINDOW;
	struct churn churn;
	uint32_t touched;

	(void)state;
	open_churn(&churn, most);
	for (size_t i = 0; i < most; i++)
		arm_for(&churn, i, 1000);
	assert_int_equal(fire(&churn, 10000), most);
	assert_true(windows_from(churn.trie, churn.trie->spare) >= most / WINDOW);
	touched = churn.trie->chunks_touched;
	fill(&churn, 1000000);
	check_churn(&churn);
	assert_true(windows_from(churn.trie, churn.trie->spare) < 4);
	/* Each leaf may have one chunk that is not full. */
	assert_in_range(churn.trie->chunks_touched, touched, touched + 2 * FANOUT);
	close_churn(&churn);
}

/*
 * If many timers are removed, queues take no more timers. They take timers again when few are
 * removed.
 */
static void queues_rest_while_many_are_removed(void **state)
{
	struct churn churn;

	(void)state;
	open_churn(&churn, MOST);
	for (size_t i = 0; i < 2 * WINDOW; i++, churn.now++) {
		arm_for(&churn, i, 100000);
		if (i % 2)
			free_timer(&churn, i);
	}
	assert_int_equal(churn.trie->queues_rest, QUEUES_REST);
	for (size_t i = 2 * WINDOW; i < (QUEUES_REST + 6) * WINDOW; i++, churn.now++)
		arm_for(&churn, i, 100000);
	assert_int_equal(churn.trie->queues_rest, 0);
	assert_true(queued_timers(&churn) > 2 * WINDOW);
	close_churn(&churn);
}

/* If there are many intervals, they have no queues, except for a few attempts. */
static void many_intervals_have_no_queues(void **state)
{
	struct churn churn;

	(void)state;
	open_churn(&churn, MOST);
	for (size_t i = 0; i < MOST; i++)
		arm_for(&churn, i, 1000000 + draw(&churn, 64));
	assert_true(queued_timers(&churn) < MOST / 8);
	close_churn(&churn);
}

/*
 * Young timers use the places of timers that were removed from a queue, without new memory. The
 * timers that stayed in the queue must fire.
 */
static void places_of_queues_are_used_again(void **state)
{
	const size_t most = 16 * WINDOW;
	struct churn churn;
	uint32_t room;

	(void)state;
	open_churn(&churn, most);
	for (size_t i = 0; i < most; i++)
		arm_for(&churn, i, 100000);
	room = churn.trie->room;
	for (size_t i = 0; i < most; i += 2) {
		free_timer(&churn, i);
		arm_for(&churn, i, 200000);
	}
	assert_int_equal(churn.trie->dead, 0);
	assert_in_range(churn.trie->room, room, room + 4 * WINDOW);
	assert_true(churn.trie->young_room > 4 * WINDOW);
	check_churn(&churn);
	assert_int_equal(fire(&churn, 150000), most / 2);
	assert_int_equal(fire(&churn, 250000), most / 2);
	close_churn(&churn);
}

/* If no room is left, queues free their windows, and their timers are filed. */
static void queues_make_room(void **state)
{
	const size_t most = 64 * WINDOW;
	struct churn churn;
	uint32_t limit;

	(void)state;
	open_churn(&churn, most);
	for (size_t i = 0; i < most / 2; i++)
		arm_for(&churn, i, 100000 + i % 5);
	assert_in_range(queued_timers(&churn), most / 2 - 10, most / 2);
	limit = churn.trie->pools.limit;
	/*
	 * Room for all timers, for the window that is left and what is kept free for it. No room
	 * for the ends of queues.
	 */
	churn.trie->pools.limit = (uint32_t)most + 3 * WINDOW;
	for (size_t i = most / 2; i < most; i++)
		bucket_trie_insert(churn.set, &churn.timers[i], 50000, 0);
	assert_true(queued_timers(&churn) < most / 2 - WINDOW);
	check_churn(&churn);
	churn.trie->pools.limit = limit;
	assert_int_equal(fire(&churn, 60000), most / 2);
	assert_int_equal(fire(&churn, 200000), most / 2);
	close_churn(&churn);
}

/* A timer that is postponed in a queue is filed, even if there is hardly room for it. */
static void put_off_while_crowded(void **state)
{
	const size_t most = 64 * WINDOW;
	struct churn churn;

	(void)state;
	open_churn(&churn, most);
	for (size_t i = 0; i < most; i++)
		arm_for(&churn, i, 100000);
	for (size_t i = 0; i < most; i++)
		bucket_trie_reinsert(churn.set, &churn.timers[i], 300000 + i, 0);
	/* The first window that is freed is the one that young timers use. */
	new_windows(churn.trie);
	churn.trie->pools.limit = churn.trie->room + WINDOW + 8;
	assert_int_equal(fire(&churn, 150000), 0);
	assert_int_equal(churn.trie->young_room, WINDOW);
	assert_int_equal(queued_timers(&churn), 0);
	assert_true(churn.trie->entries + WINDOW >= most);
	check_churn(&churn);
	assert_int_equal(fire(&churn, 200000 + most), most);
	close_churn(&churn);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(windows_open),
		cmocka_unit_test(windows_close),
		cmocka_unit_test(windows_make_room),
		cmocka_unit_test(never_needs_room),
		cmocka_unit_test(by_turns),
		cmocka_unit_test(footprint_has_memory),
		cmocka_unit_test(leaves_burst_by_turns),
		cmocka_unit_test(herd_is_not_dealt_out),
		cmocka_unit_test(herd_goes_back),
		cmocka_unit_test(intervals_have_queues),
		cmocka_unit_test(queues_of_none_end),
		cmocka_unit_test(memory_of_spares_is_used),
		cmocka_unit_test(queues_rest_while_many_are_removed),
		cmocka_unit_test(many_intervals_have_no_queues),
		cmocka_unit_test(places_of_queues_are_used_again),
		cmocka_unit_test(queues_make_room),
		cmocka_unit_test(put_off_while_crowded),
	};

	return RUN_GROUP(tests);
}
