/*
 * threads-debug-test - debug mode in several threads, under the thread sanitizer
 *
 * A base that only one thread uses needs no lock. All bases share debug mode's table of events,
 * which has a lock. The sanitizer finds uses of the table without that lock.
 */
#include <pthread.h>
#include <stdbool.h>

#include "loop/tests/loop_test.h"

#define THREADS 4
#define ROUNDS	20
#define EVENTS	50

static const struct timeval second = { 1, 0 };

static void ignore(evutil_socket_t fd, short what, void *arg)
{
	(void)fd, (void)what, (void)arg;
}

/* Enters events into the table, looks them up, and removes them, in every way. */
static void use_events(struct event_base *base)
{
	struct event *events[EVENTS], *other = event_new(base, -1, 0, ignore, NULL);

	for (int i = 0; i < EVENTS; i++) {
		events[i] = event_new(base, -1, 0, ignore, NULL);
		event_add(events[i], &second);
	}
	event_active(events[0], EV_TIMEOUT, 1);
	event_base_loop(base, EVLOOP_NONBLOCK);
	for (int i = 0; i < EVENTS; i++)
		event_free(events[i]);
	event_debug_unassign(other);
	event_assign(other, base, -1, 0, ignore, NULL);
	event_free(other);
}

static void *use_a_base(void *arg)
{
	struct event_base *base = loop_test_base("virtual", NULL, 0);

	for (int round = 0; round < ROUNDS; round++)
		use_events(base);
	*(bool *)arg = !event_base_check(base);
	event_base_free(base);
	return NULL;
}

static void test_bases_in_threads(void **state)
{
	pthread_t threads[THREADS];
	bool right[THREADS];

	(void)state;
	for (int i = 0; i < THREADS; i++)
		assert_int_equal(pthread_create(&threads[i], NULL, use_a_base, &right[i]), 0);
	for (int i = 0; i < THREADS; i++) {
		pthread_join(threads[i], NULL);
		assert_true(right[i]);
	}
}

/* A program calls libevent_global_shutdown last. */
static void test_shutdown(void **state)
{
	(void)state;
	libevent_global_shutdown();
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_bases_in_threads),
		cmocka_unit_test(test_shutdown),
	};

	event_enable_debug_mode();
	LOOP_TEST_RUN(tests);
}
