/*
 * timeout-room-test - limits of an expiry, adds while memory is out, and the reserved room of
 * periods
 *
 * Allocations fail when a test requires it.
 */
#include "loop/base.h" /* first, because it declares the room of a base's timers */

#include <errno.h>
#include <unistd.h>

#include "loop/tests/over_structures.h"

static void test_expiry_in_portions(void **state)
{
	struct event_config *config = event_config_new();
	struct event_base_statistics statistics;
	struct event *events[10];

	(void)state;
	assert_int_equal(event_config_set_expiry_budget(config, 3), 0);
	assert_int_equal(event_config_require_method(config, "virtual"), 0);
	assert_int_equal(event_config_set_timer_structure(config, over.structure), 0);
	event_config_set_flag(config, EVENT_BASE_FLAG_IGNORE_ENV | over.reinsert);
	over.base = event_base_new_with_config(config);
	event_config_free(config);
	for (int i = 0; i < 10; i++) {
		events[i] = timer("a", 0);
		add(events[i], 1 + i);
	}
	burn(20);
	for (int i = 0; i < 3; i++) {
		run_for(1);
		assert_journal("a@20 a@20 a@20 ");
	}
	run();
	assert_journal("a@20 ");
	event_base_get_statistics(over.base, &statistics);
	assert_int_equal(statistics.waits, 4);
	for (int i = 0; i < 10; i++)
		event_free(events[i]);
	end();
}

static void test_nonblock_goes_on_until_nothing_is_active(void **state)
{
	struct event *self;

	(void)state;
	begin(0);
	self = timer_and_then("a", 0);
	add(self, 0);
	then.add[0] = self;
	then.timeouts[0] = 0;
	assert_int_equal(event_base_loop(over.base, EVLOOP_NONBLOCK), 1);
	assert_journal("a@0 a@0 ");
	add(self, 1);
	assert_int_equal(event_base_loop(over.base, EVLOOP_NONBLOCK), 0);
	assert_journal("");
	event_free(self);
	end();
}

/* The linker redirects the library's allocations to these functions (--wrap). */
static bool no_memory;

#define WRAP(function, parameters, arguments)                                                      \
	void *__real_##function parameters;                                                        \
	void *__wrap_##function parameters;                                                        \
	void *__wrap_##function parameters                                                         \
	{                                                                                          \
		return no_memory ? NULL : __real_##function arguments;                             \
	}

WRAP(malloc, (size_t size), (size))
WRAP(calloc, (size_t count, size_t size), (count, size))
WRAP(realloc, (void *memory, size_t size), (memory, size))
WRAP(aligned_alloc, (size_t alignment, size_t size), (alignment, size))

int __real_posix_memalign(void **memory, size_t alignment, size_t size);

int __wrap_posix_memalign(void **memory, size_t alignment, size_t size);

int __wrap_posix_memalign(void **memory, size_t alignment, size_t size)
{
	return no_memory ? ENOMEM : __real_posix_memalign(memory, alignment, size);
}

enum { PLENTY = 5000 };

/*
 * Adds timers while no memory for more room is available. Stores in *count how many were armed
 * before an add failed. The other events are only assigned. The caller frees the array.
 */
static struct event *add_until_there_is_no_room(int *count)
{
	struct event *events = calloc(PLENTY, sizeof(*events));

	for (int i = 0; i < PLENTY; i++)
		event_assign(&events[i], over.base, -1, 0, note, "");
	add(&events[0], 10);
	no_memory = true;
	for (*count = 1; *count < PLENTY; ++*count) {
		if (event_add(&events[*count], TIMEVAL(10)))
			break;
	}
	no_memory = false;
	return events;
}

/*
 * Checks that the failed add changed nothing. Returns false if no add failed, because the structure
 * needs no room for timers (a list, a wheel).
 */
static bool is_full(const struct event *events, int count)
{
	loop_test_check(over.base);
	assert_int_equal(event_base_get_num_events(over.base, EVENT_BASE_COUNT_ADDED), count);
	if (count == PLENTY)
		return false;
	assert_int_equal(event_pending(&events[count], EV_TIMEOUT, NULL), 0);
	return true;
}

static void all_expire(int count)
{
	struct event_base_statistics statistics;

	loop_test_check(over.base);
	run();
	event_base_get_statistics(over.base, &statistics);
	assert_int_equal(statistics.timers_expired, count);
}

static void test_a_failed_add_changes_nothing(void **state)
{
	struct event *events, both;
	int count, ends[2];

	(void)state;
	begin(0);
	assert_int_equal(pipe(ends), 0);
	events = add_until_there_is_no_room(&count);
	event_assign(&both, over.base, ends[0], EV_READ | EV_PERSIST, note_when, "b");
	if (is_full(events, count)) {
		no_memory = true;
		assert_int_equal(event_add(&both, TIMEVAL(10)), -1);
		assert_int_equal(event_pending(&both, EV_READ | EV_TIMEOUT, NULL), 0);
		for (int i = 0; i < count; i++) /* a re-add needs no room */
			add(&events[i], 20);
		event_del(&events[0]);
		add(&events[count], 20);
		assert_int_equal(event_add(&events[0], TIMEVAL(20)), -1);
		no_memory = false;
	}
	all_expire(count);
	add(&both, 10);
	event_del(&both);
	end();
	free(events);
	close(ends[0]);
	close(ends[1]);
}

/*
 * Moves an event from a queue into a full structure. In libevent the event then claims to have a
 * timeout, but nothing expires.
 */
static void test_from_a_queue_into_a_full_structure(void **state)
{
	struct event *events, *queued;
	int count;

	(void)state;
	begin(0);
	queued = timer("q", 0);
	add_common(queued, common(0, 30000));
	events = add_until_there_is_no_room(&count);
	no_memory = true;
	assert_int_equal(event_add(queued, TIMEVAL(50)), count == PLENTY ? 0 : -1);
	no_memory = false;
	assert_int_equal(event_pending(queued, EV_TIMEOUT, NULL), EV_TIMEOUT);
	all_expire(count + 1);
	assert_journal(count == PLENTY ? "q@50 " : "q@30 ");
	event_free(queued);
	end();
	free(events);
}

/*
 * Adds to an empty queue while the structure is full. libevent loses this event, too. This loop
 * reserves the representative's room when the queue is made.
 */
static void test_a_queue_in_a_full_structure(void **state)
{
	const struct timeval *duration;
	struct event *events, *queued;
	int count;

	(void)state;
	begin(0);
	queued = timer("q", 0);
	duration = common(0, 30000);
	events = add_until_there_is_no_room(&count);
	no_memory = true;
	assert_int_equal(event_add(queued, duration), 0);
	no_memory = false;
	all_expire(count + 1);
	assert_journal("q@30 ");
	event_free(queued);
	end();
	free(events);
}

/* The events that a callback adds while memory is out, until one finds no room. */
static struct {
	struct event *events;
	int count;
} spare;

static void add_what_has_room(evutil_socket_t fd, short what, void *arg)
{
	note_when(fd, what, arg);
	while (spare.count < PLENTY && !event_add(&spare.events[spare.count], TIMEVAL(20)))
		spare.count++;
}

/*
 * A persistent event's timer leaves the structure when it expires, and is inserted again when the
 * event is called. In between, a callback takes all the room that is left. The period must still
 * continue.
 */
static void add_between_expiry_and_call(struct event *period, void (*activate)(struct event *event))
{
	struct event *first = event_new(over.base, -1, 0, add_what_has_room, "f");

	add(first, 5);
	spare.events = add_until_there_is_no_room(&spare.count);
	burn(6);
	no_memory = true;
	if (activate)
		activate(period);
	run_for(1);
	no_memory = false;
	assert_int_equal(event_pending(period, EV_TIMEOUT, NULL), EV_TIMEOUT);
	loop_test_check(over.base);
	event_free(first);
}

static void test_a_period_keeps_its_room(void **state)
{
	struct event *period;

	(void)state;
	begin(0);
	period = timer("p", EV_PERSIST);
	add(period, 6);
	add_between_expiry_and_call(period, NULL);
	assert_journal("f@6 p@6 ");
	event_free(period);
	end();
	free(spare.events);
}

static void make_readable_and_due(struct event *event)
{
	event_active(event, EV_READ, 1);
}

/* Does the same with an event that is already active when its timeout expires. */
static void test_a_period_of_an_active_event_keeps_its_room(void **state)
{
	struct event *period;

	(void)state;
	begin(0);
	period = timer("p", EV_PERSIST);
	add(period, 6);
	add_between_expiry_and_call(period, make_readable_and_due);
	assert_journal("p@6 f@6 ");
	event_free(period);
	end();
	free(spare.events);
}

/*
 * A period that ends because memory runs out is logged, because no call can return the error. All
 * other periods must continue. Only an event that was deleted and is activated later has no
 * reserved room.
 */
static void test_a_period_without_room(void **state)
{
	struct event *events, *period;
	int count;

	(void)state;
	begin(0);
	period = timer("p", EV_PERSIST);
	add(period, 6);
	event_del(period);
	events = add_until_there_is_no_room(&count);
	no_memory = true;
	event_active(period, EV_READ, 1);
	run_for(1);
	no_memory = false;
	assert_journal("p@0 ");
	if (count < PLENTY)
		assert_warned("no memory");
	assert_int_equal(event_pending(period, EV_TIMEOUT, NULL), count < PLENTY ? 0 : EV_TIMEOUT);
	loop_test_check(over.base);
	event_free(period);
	end();
	free(events);
}

/* Reserved room is released with the event. An add before the call uses the reserved room. */
static void test_kept_room_is_given_up(void **state)
{
	struct event *period = NULL;

	(void)state;
	begin(0);
	for (int i = 0; i < 200; i++) {
		period = timer("p", EV_PERSIST);
		add(period, 6);
		event_del(period);
		event_active(period, EV_READ, 1);
		if (i % 2)
			add(period, 7);
		loop_test_check(over.base);
		event_free(period);
	}
	assert_int_equal(over.base->timers.kept, 0);
	run();
	assert_journal("");
	end();
}

/* The room shrinks when a quarter of it would suffice. libevent's heap never shrinks. */
static void test_room_is_given_up_after_a_peak(void **state)
{
	enum { PEAK = 1000 };
	static const struct {
		int flags, left;
	} rows[] = {
		{ 0, 10 },
		{ 0, 200 },
		{ EVENT_BASE_FLAG_LIBEVENT_2_1, 10 },
	};
	struct event *events = calloc(PEAK, sizeof(*events));
	size_t peak, before;

	(void)state;
	for (size_t row = 0; row < sizeof(rows) / sizeof(*rows); row++) {
		size_t wanted = 2 * (size_t)rows[row].left;

		begin(rows[row].flags);
		for (int i = 0; i < PEAK; i++) {
			event_assign(&events[i], over.base, -1, 0, note, "");
			add(&events[i], 100);
		}
		peak = over.base->timers.room;
		assert_true(peak >= PEAK);
		for (int i = rows[row].left; i < PEAK; i++)
			event_del(&events[i]);
		do {
			before = over.base->timers.room;
			event_base_loop(over.base, EVLOOP_NONBLOCK);
		} while (over.base->timers.room != before);
		if (wanted < TIMERS_ROOM)
			wanted = TIMERS_ROOM;
		if (rows[row].flags) {
			assert_int_equal(before, peak);
		} else {
			assert_true(before >= wanted && before < 2 * wanted);
		}
		for (int i = rows[row].left; i < PEAK; i++)
			add(&events[i], 100);
		all_expire(PEAK);
		end();
	}
	free(events);
}

#define TEST(name) cmocka_unit_test_setup(name, journal_start)

/* These tests also run for structures that may be late, or have no order within an iteration. */
static const struct CMUnitTest any[] = {
	TEST(test_a_failed_add_changes_nothing),
	TEST(test_room_is_given_up_after_a_peak),
};

static const struct CMUnitTest exact[] = {
	TEST(test_expiry_in_portions),
	TEST(test_nonblock_goes_on_until_nothing_is_active),
	TEST(test_from_a_queue_into_a_full_structure),
	TEST(test_a_queue_in_a_full_structure),
	TEST(test_a_period_keeps_its_room),
	TEST(test_a_period_of_an_active_event_keeps_its_room),
	TEST(test_a_period_without_room),
	TEST(test_kept_room_is_given_up),
};

int main(void)
{
	struct structure_tests tests = { TESTS_OF(any), TESTS_OF(exact) };

	return run_over_structures(&tests);
}
