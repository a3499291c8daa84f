/*
 * wait_span.h - how long a backend lets the kernel wait, for tests that replace the system calls
 */
#ifndef WAIT_SPAN_H
#define WAIT_SPAN_H

#include <limits.h>
#include <time.h>

#include "loop/base.h"
#include "loop/tests/loop_test.h"

#define SECOND	    UINT64_C(1000000000)
#define NO_CALL	    (BACKEND_FOREVER - 1) /* the system call was not made */
#define IN_A_MINUTE (60 * SECOND)

static uint64_t noted;
static int noted_milliseconds;
static const struct event_base *watched; /* the base whose waits are counted, or NULL */
static int waits, waits_with_cached_time;

static int note(const struct timespec *span)
{
	if (watched) {
		waits++;
		waits_with_cached_time += watched->time.is_cached;
	}
	noted = BACKEND_FOREVER;
	if (span) {
		assert_in_range(span->tv_nsec, 0, SECOND - 1);
		noted = (uint64_t)span->tv_sec * SECOND + (uint64_t)span->tv_nsec;
	}
	return 0;
}

static void wait_for(struct event_base *base, uint64_t span)
{
	noted = NO_CALL;
	noted_milliseconds = INT_MIN;
	assert_int_equal(base->io.backend->wait(base, base->io.backend_state, span), 0);
}

static const uint64_t spans[] = {
	0,
	1,
	999999,
	SECOND - 1,
	SECOND,
	SECOND + 1,
	IN_A_MINUTE - 1,
	IN_A_MINUTE,
	UINT64_C(1) << 62,
	BACKEND_FOREVER,
};

/*
 * Waits for each span in a base with this backend, and compares what the kernel was asked for. Does
 * nothing if the machine lacks the backend.
 */
static void wait_for_each_span(const char *method)
{
	struct event_base *base = loop_test_base(method, NULL, 0);

	if (!base) /* the tests of the backends report it */
		return;
	for (size_t i = 0; i < sizeof(spans) / sizeof(*spans); i++) {
		wait_for(base, spans[i]);
		if (noted != spans[i])
			fail_msg("%s: %llu ns for %llu", method, (unsigned long long)noted,
				 (unsigned long long)spans[i]);
	}
	event_base_free(base);
}

static void nothing(evutil_socket_t fd, short what, void *arg)
{
	(void)fd, (void)what, (void)arg;
}

#endif
