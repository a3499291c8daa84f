/* event-common-test - finds the common timeout of a duration */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "bench/replay/event_replay.h"

#define US UINT64_C(1000)

static unsigned asked; /* calls of give_queue */
static struct timeval queues[1024];

/* Returns a queue for every duration except one. */
static const struct timeval *give_queue(struct event_base *base, const struct timeval *duration)
{
	(void)base;
	if (duration->tv_usec == 999999)
		return NULL;
	queues[asked] = *duration;
	return &queues[asked++];
}

static const struct timeval *ask(struct event_common *common, uint64_t us, struct timeval *timeout)
{
	*timeout = (struct timeval){ .tv_usec = (suseconds_t)us };
	return event_common_timeout(common, us * US, timeout);
}

/*
 * Each duration must have its own queue, the same each time. Durations after the 256th have none.
 */
static void a_queue_for_each_duration(void **state)
{
	const struct event_api queues_only = { .common_timeout = give_queue };
	struct event_common common;
	struct timeval timeout;

	(void)state;
	asked = 0;
	assert_int_equal(event_common_open(&common, &queues_only, NULL), 0);
	for (int again = 0; again < 2; again++)
		for (uint64_t us = 1; us <= 300; us++) {
			const struct timeval *given = ask(&common, us, &timeout);

			if (us <= 256)
				assert_ptr_equal(given, &queues[us - 1]);
			else
				assert_ptr_equal(given, &timeout);
			assert_int_equal(given->tv_usec, us);
		}
	assert_int_equal(asked, 256);
	event_common_close(&common);
}

static void a_duration_that_gets_no_queue(void **state)
{
	const struct event_api queues_only = { .common_timeout = give_queue };
	struct event_common common;
	struct timeval timeout;

	(void)state;
	asked = 0;
	assert_int_equal(event_common_open(&common, &queues_only, NULL), 0);
	assert_ptr_equal(ask(&common, 999999, &timeout), &timeout);
	assert_ptr_equal(ask(&common, 5, &timeout), &queues[0]);
	assert_ptr_equal(ask(&common, 999999, &timeout), &timeout);
	assert_int_equal(asked, 1);
	event_common_close(&common);
}

/*
 * Durations must be spread over the table, so that a lookup does not search past all earlier
 * durations.
 */
static void durations_are_found_by_place(void **state)
{
	const struct event_api queues_only = { .common_timeout = give_queue };
	struct event_common common;
	struct timeval timeout;
	uint64_t together = 0, longest = 0;

	(void)state;
	asked = 0;
	assert_int_equal(event_common_open(&common, &queues_only, NULL), 0);
	for (uint64_t us = 1; us <= 256; us++)
		ask(&common, us, &timeout);
	for (size_t i = 0; i < 1024; i++) {
		together = common.places[i].interval ? together + 1 : 0;
		longest = together > longest ? together : longest;
	}
	assert_true(longest < 32);
	event_common_close(&common);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_queue_for_each_duration),
		cmocka_unit_test(a_duration_that_gets_no_queue),
		cmocka_unit_test(durations_are_found_by_place),
	};
	int failed = cmocka_run_group_tests(tests, NULL, NULL);

	printf("%d passed, %d failed\n", (int)(sizeof(tests) / sizeof(*tests)) - failed, failed);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
