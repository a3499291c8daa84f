/*
 * base-free-test - what event_base_free leaves intact
 *
 * The events of a freed base can move to another base, the kernel objects of a parent process still
 * work, and files are closed when the program closes their descriptors.
 */
#include <poll.h>

#include <event2/event_struct.h>

#include "loop/tests/child.h"
#include "loop/tests/journal.h"
#include "loop/tests/over_backends.h"

static const struct timeval at_once = { 0, 1000 }, an_hour = { 3600, 0 };

static const struct backend *backend;
static int calls;

static void count(evutil_socket_t fd, short what, void *arg)
{
	(void)fd, (void)what, (void)arg;
	calls++;
}

/* ----------------------------------------------------------------------- moving to another base */

enum { EVENTS = 100 };

static void break_the_loop(evutil_socket_t fd, short what, void *arg)
{
	(void)fd, (void)what;
	event_base_loopbreak(arg);
}

/*
 * Events that are active when their base is freed must not keep room in this base or in their next
 * base.
 */
static void test_active_events_of_a_freed_base(void **state)
{
	static struct event events[EVENTS];
	struct event_base *first = virtual_base(0), *second = virtual_base(0);

	(void)state;
	for (int i = 0; i < EVENTS; i++) {
		event_assign(&events[i], first, -1, EV_PERSIST, break_the_loop, first);
		assert_int_equal(event_add(&events[i], &at_once), 0);
	}
	event_base_loop(first, EVLOOP_ONCE);
	event_base_free(first);
	for (int i = 0; i < EVENTS; i++) {
		assert_int_equal(event_base_set(second, &events[i]), 0);
		assert_int_equal(event_add(&events[i], &an_hour), 0);
		loop_test_check(second);
	}
	for (int i = 0; i < EVENTS; i++)
		event_del(&events[i]);
	end_base(second);
}

/*
 * Moves an event of a common timeout to a base that has no queue with that number, or another
 * queue. The period must stay the same.
 */
static void period_goes_to_another_base(bool has_a_queue)
{
	const struct timeval five = { 5, 0 }, ten = { 10, 0 };
	struct event_base *first = virtual_base(0), *second = virtual_base(0);
	const struct timeval *queue = event_base_init_common_timeout(first, &five);
	struct event event;
	uint64_t begun = 0, now = 0;

	if (has_a_queue)
		event_base_init_common_timeout(second, &ten);
	event_assign(&event, first, -1, EV_PERSIST, count, NULL);
	assert_int_equal(event_add(&event, queue), 0);
	event_del(&event);
	assert_int_equal(event_base_set(second, &event), 0);
	event_base_free(first);
	calls = 0;
	event_active(&event, EV_READ, 1);
	event_base_loop(second, EVLOOP_NONBLOCK);
	assert_int_equal(calls, 1);
	event_base_virtual_now(second, &begun);
	event_base_loop(second, EVLOOP_ONCE);
	event_base_virtual_now(second, &now);
	assert_int_equal(calls, 2);
	assert_int_equal(now - begun, 5000 * MILLISECOND);
	event_del(&event);
	end_base(second);
}

static void test_a_period_of_another_bases_queue(void **state)
{
	(void)state;
	period_goes_to_another_base(false);
	period_goes_to_another_base(true);
}

/* ------------------------------------------------------------------------ over each backend */

/* More than io_uring reports at once. */
enum { PIPES = 300 };

static struct event_base *base;

static void free_it(void)
{
	event_base_free(base);
}

/* The child of a fork may free the base. The parent's base must still work. */
static void test_a_child_frees_the_base(void **state)
{
	static struct event readers[PIPES];
	static int ends[PIPES][2];

	(void)state;
	base = loop_test_base(backend->name, NULL, 0);
	if (!base)
		LOOP_TEST_SKIP("%s: this machine lacks the backend\n", backend->name);
	for (int i = 0; i < PIPES; i++) {
		assert_int_equal(pipe(ends[i]), 0);
		event_assign(&readers[i], base, ends[i][0], EV_READ, count, NULL);
		assert_int_equal(event_add(&readers[i], NULL), 0);
	}
	event_base_loop(base, EVLOOP_NONBLOCK);
	assert_int_equal(end_of_child(free_it), 0);
	calls = 0;
	for (int i = 0; i < PIPES; i++)
		assert_int_equal(write(ends[i][1], "x", 1), 1);
	event_base_dispatch(base);
	assert_int_equal(calls, PIPES);
	event_base_free(base);
	for (int i = 0; i < PIPES; i++) {
		close(ends[i][0]);
		close(ends[i][1]);
	}
}

static bool is_closed_soon(int end)
{
	struct pollfd other = { .fd = end };

	return poll(&other, 1, 20000) == 1 && (other.revents & POLLERR);
}

/* The kernel must close the file without another iteration of the loop. */
static void test_what_is_closed_after_a_deletion(void **state)
{
	struct event *event;
	int ends[2];

	(void)state;
	base = loop_test_base(backend->name, NULL, 0);
	if (!base)
		LOOP_TEST_SKIP("%s: this machine lacks the backend\n", backend->name);
	assert_int_equal(pipe(ends), 0);
	event = event_new(base, ends[0], EV_READ | EV_PERSIST, count, NULL);
	assert_int_equal(event_add(event, NULL), 0);
	event_base_loop(base, EVLOOP_NONBLOCK);
	assert_int_equal(event_del(event), 0);
	close(ends[0]);
	assert_true(is_closed_soon(ends[1]));
	event_free(event);
	event_base_free(base);
	close(ends[1]);
}

static void test_what_is_closed_after_the_base(void **state)
{
	struct event event;
	int ends[2];

	(void)state;
	base = loop_test_base(backend->name, NULL, 0);
	if (!base)
		LOOP_TEST_SKIP("%s: this machine lacks the backend\n", backend->name);
	assert_int_equal(pipe(ends), 0);
	event_assign(&event, base, ends[0], EV_READ | EV_PERSIST, count, NULL);
	assert_int_equal(event_add(&event, NULL), 0);
	event_base_loop(base, EVLOOP_NONBLOCK);
	event_base_free(base);
	close(ends[0]);
	assert_true(is_closed_soon(ends[1]));
	close(ends[1]);
}

static const struct CMUnitTest between_bases[] = {
	cmocka_unit_test(test_active_events_of_a_freed_base),
	cmocka_unit_test(test_a_period_of_another_bases_queue),
};

static const struct CMUnitTest with_each_backend[] = {
	cmocka_unit_test(test_a_child_frees_the_base),
	cmocka_unit_test(test_what_is_closed_after_a_deletion),
	cmocka_unit_test(test_what_is_closed_after_the_base),
};

int main(void)
{
	struct backends_run sum = { 0 };

	sum.failed = cmocka_run_group_tests(between_bases, NULL, NULL);
	sum.run = (int)(sizeof(between_bases) / sizeof(*between_bases));
	for (size_t i = 0; backends[i]; i++) {
		backend = backends[i];
		run_where_they_apply(&sum, backend, false, with_each_backend,
				     sizeof(with_each_backend) / sizeof(*with_each_backend));
	}
	return end_backends_run(&sum);
}
