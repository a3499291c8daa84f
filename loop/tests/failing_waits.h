/*
 * failing_waits.h - helpers for tests of failing system calls: leaks, warnings and waits
 */
#ifndef FAILING_WAITS_H
#define FAILING_WAITS_H

#include "loop/wake.h" /* first, because it declares the inside of a base */

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>

#include <event2/thread.h>
#include <event2/util.h>

#include "loop/tests/failing_calls.h"

/* --------------------------------------------------------------------------- warnings and leaks */

static int live; /* allocations of the loop that are not freed */

static void *count_malloc(size_t size)
{
	void *memory = malloc(size);

	live += !!memory;
	return memory;
}

static void *count_realloc(void *memory, size_t size)
{
	live += !memory;
	return realloc(memory, size);
}

static void count_free(void *memory)
{
	live -= !!memory;
	free(memory);
}

static int open_descriptors(void)
{
	int open = 0;

	for (int i = 0; i < 256; i++)
		open += fcntl(i, F_GETFD) >= 0;
	return open;
}

static int warnings;
static char last_warning[256];

static void note_warning(int severity, const char *message)
{
	assert_int_equal(severity, EVENT_LOG_WARN);
	warnings++;
	snprintf(last_warning, sizeof(last_warning), "%s", message);
}

/*
 * Checks that there was exactly one warning since the last check, and that it contains `part` and
 * the error's text. If `part` is NULL, checks that there was no warning.
 */
static void assert_warned(const char *part, int error)
{
	if (warnings != !!part)
		fail_msg("%d warnings, the last: %s", warnings, last_warning);
	if (part && (!strstr(last_warning, part) || !strstr(last_warning, strerror(error))))
		fail_msg("'%s' has no '%s', or no '%s'", last_warning, part, strerror(error));
	warnings = 0;
}

static int live_before, open_before;

static int begin(void **state)
{
	(void)state;
	event_set_mem_functions(count_malloc, count_realloc, count_free);
	event_set_log_callback(note_warning);
	warnings = 0;
	live_before = live;
	open_before = open_descriptors();
	return 0;
}

static int end(void **state)
{
	(void)state;
	clear_faults();
	if (live == live_before && open_descriptors() == open_before)
		return 0;
	print_message("left: %d allocations, %d descriptors\n", live - live_before,
		      open_descriptors() - open_before);
	return -1;
}

/* --------------------------------------------------------------------------------------- waits */

struct failing_wait {
	const char *method, *function;
	int error;
	bool ends; /* the error ends the loop */
};

static void read_byte(int fd, short what, void *calls)
{
	char byte;

	(void)what;
	assert_int_equal(__real_read(fd, &byte, 1), 1);
	++*(int *)calls;
}

/*
 * Makes the wait fail. This must end the loop, or count as a wait without reports. The next
 * event_base_loop must work.
 */
static void fail_to_wait(struct event_base *base, const struct failing_wait *wait, int flags)
{
	int result, calls = 0, ends[2];
	struct event *event;

	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, ends), 0);
	event = event_new(base, ends[0], EV_READ | EV_PERSIST, read_byte, &calls);
	assert_int_equal(event_add(event, NULL), 0);
	/* io_uring does not try to wait if it has something to report. */
	if (!wait->ends)
		assert_int_equal(write(ends[1], "x", 1), 1);
	fail_first(wait->function, wait->error, wait->error);
	result = event_base_loop(base, flags);
	assert_int_equal(result, wait->ends ? -1 : 0);
	assert_warned(wait->ends ? "cannot wait" : NULL, wait->error);
	if (!wait->ends && !(flags & EVLOOP_NONBLOCK))
		assert_int_equal(calls, 1); /* in a later wait that did not fail */
	clear_faults();
	if (!calls) {
		if (wait->ends)
			assert_int_equal(write(ends[1], "x", 1), 1);
		assert_int_equal(event_base_loop(base, EVLOOP_ONCE), 0);
		assert_int_equal(calls, 1);
	}
	loop_test_check(base);
	event_free(event);
	close(ends[0]);
	close(ends[1]);
}

/* Makes each wait fail in its own base, if the machine has the backend. */
static void fail_to_wait_in_turn(const struct failing_wait *waits, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		const int flags[] = { EVLOOP_ONCE, EVLOOP_NONBLOCK };

		for (size_t j = 0; j < 2; j++) {
			struct event_base *base = loop_test_base(waits[i].method, NULL, 0);

			warnings = 0;
			if (!base) /* the tests of the backends report it */
				continue;
			fail_to_wait(base, &waits[i], flags[j]);
			event_base_free(base);
		}
	}
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, begin, end)

#endif
