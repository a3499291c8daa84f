/*
 * threads-loop-test - several threads use one base, under the thread sanitizer
 *
 * No test depends on speed. A loop that is not woken sleeps for an hour, and the test's time limit
 * ends it.
 */
#include <event2/thread.h>

#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <time.h>
#include <unistd.h>

#include "loop/tests/loop_test.h"

static const struct timeval an_hour = { 3600, 0 };

static atomic_int calls;

static void count(int fd, short what, void *arg)
{
	(void)fd, (void)what, (void)arg;
	atomic_fetch_add(&calls, 1);
}

static void count_and_break(int fd, short what, void *arg)
{
	count(fd, what, arg);
	event_base_loopbreak(arg);
}

static void sleep_ms(long ms)
{
	nanosleep(&(struct timespec){ ms / 1000, ms % 1000 * 1000000 }, NULL);
}

/* A loop in its own thread. It sleeps for an hour unless another thread wakes it. */
struct sleeper {
	struct event_base *base;
	struct event *alarm;
	pthread_t thread;
	int result;
};

static void *run_loop(void *arg)
{
	struct sleeper *sleeper = arg;

	sleeper->result = event_base_loop(sleeper->base, 0);
	return NULL;
}

static void fall_asleep(struct sleeper *sleeper)
{
	atomic_store(&calls, 0);
	sleeper->base = loop_test_base("epoll", NULL, 0);
	assert_non_null(sleeper->base);
	sleeper->alarm = event_new(sleeper->base, -1, 0, count, NULL);
	event_add(sleeper->alarm, &an_hour);
	assert_int_equal(pthread_create(&sleeper->thread, NULL, run_loop, sleeper), 0);
	sleep_ms(20); /* usually enough to fall asleep; if not, the test is only easier to pass */
}

static void wake_up(struct sleeper *sleeper, int result)
{
	pthread_join(sleeper->thread, NULL);
	assert_int_equal(sleeper->result, result);
	loop_test_check(sleeper->base);
	event_free(sleeper->alarm);
	event_base_free(sleeper->base);
}

static uint64_t wake_ups_sent(const struct event_base *base)
{
	struct event_base_statistics statistics;

	event_base_get_statistics(base, &statistics);
	return statistics.wake_ups_sent;
}

static void test_an_earlier_timer_wakes_the_loop(void **state)
{
	const struct timeval soon = loop_test_timeval(MILLISECOND);
	struct sleeper sleeper;
	struct event *event;

	(void)state;
	fall_asleep(&sleeper);
	event = event_new(sleeper.base, -1, 0, count_and_break, sleeper.base);
	event_add(event, &soon);
	pthread_join(sleeper.thread, NULL);
	assert_int_equal(sleeper.result, 0);
	assert_int_equal(atomic_load(&calls), 1);
	event_free(event);
	event_free(sleeper.alarm);
	event_base_free(sleeper.base);
}

static void test_a_later_timer_does_not(void **state)
{
	const struct timeval later = { 7200, 0 };
	struct sleeper sleeper;
	struct event *event;
	uint64_t before;

	(void)state;
	fall_asleep(&sleeper);
	event = event_new(sleeper.base, -1, 0, count, NULL);
	before = wake_ups_sent(sleeper.base);
	event_add(event, &later);
	event_add(event, &(struct timeval){ 8000, 0 });
	event_add(sleeper.alarm, &(struct timeval){ 3700, 0 }); /* moves the earliest to later */
	event_del(event);
	assert_int_equal(wake_ups_sent(sleeper.base), before);
	event_free(event);
	event_base_loopbreak(sleeper.base);
	wake_up(&sleeper, 0);
}

static void test_break_exit_and_active_wake_the_loop(void **state)
{
	struct sleeper sleeper;
	struct event *event;

	(void)state;
	fall_asleep(&sleeper);
	event_base_loopbreak(sleeper.base);
	wake_up(&sleeper, 0);

	fall_asleep(&sleeper);
	event_base_loopexit(sleeper.base, NULL);
	wake_up(&sleeper, 0);

	fall_asleep(&sleeper);
	event = event_new(sleeper.base, -1, 0, count_and_break, sleeper.base);
	event_active(event, EV_READ, 0);
	pthread_join(sleeper.thread, NULL);
	assert_int_equal(atomic_load(&calls), 1);
	event_free(event);
	event_free(sleeper.alarm);
	event_base_free(sleeper.base);
}

static void test_deleting_the_last_event_ends_the_loop(void **state)
{
	struct sleeper sleeper;

	(void)state;
	fall_asleep(&sleeper);
	event_del(sleeper.alarm);
	wake_up(&sleeper, 1);
}

static void test_a_descriptor_added_from_elsewhere(void **state)
{
	struct sleeper sleeper;
	struct event *event;
	int ends[2];

	(void)state;
	assert_int_equal(pipe(ends), 0);
	fall_asleep(&sleeper);
	event = event_new(sleeper.base, ends[0], EV_READ, count_and_break, sleeper.base);
	event_add(event, NULL);
	assert_int_equal(write(ends[1], "x", 1), 1);
	pthread_join(sleeper.thread, NULL);
	assert_int_equal(atomic_load(&calls), 1);
	event_free(event);
	event_free(sleeper.alarm);
	event_base_free(sleeper.base);
	close(ends[0]);
	close(ends[1]);
}

struct addition {
	struct event *event;
};

static void *add_and_end(void *arg)
{
	struct addition *addition = arg;

	event_add(addition->event, NULL);
	return NULL;
}

/* A request to the kernel must outlive the thread that made it. */
static void add_from_a_thread_that_ends(const char *method)
{
	struct sleeper sleeper = { .base = loop_test_base(method, "quad-heap", 0) };
	struct addition addition;
	pthread_t thread;
	int ends[2];

	if (!sleeper.base)
		return; /* the backends' tests report it */
	atomic_store(&calls, 0);
	assert_int_equal(pipe(ends), 0);
	sleeper.alarm = event_new(sleeper.base, -1, 0, count, NULL);
	event_add(sleeper.alarm, &an_hour);
	assert_int_equal(pthread_create(&sleeper.thread, NULL, run_loop, &sleeper), 0);
	sleep_ms(20);
	addition.event = event_new(sleeper.base, ends[0], EV_READ, count_and_break, sleeper.base);
	assert_int_equal(pthread_create(&thread, NULL, add_and_end, &addition), 0);
	pthread_join(thread, NULL);
	sleep_ms(20); /* usually the kernel has removed the thread after that time */
	assert_int_equal(write(ends[1], "x", 1), 1);
	pthread_join(sleeper.thread, NULL);
	assert_int_equal(atomic_load(&calls), 1);
	event_free(addition.event);
	event_free(sleeper.alarm);
	event_base_free(sleeper.base);
	close(ends[0]);
	close(ends[1]);
}

static void test_a_descriptor_added_by_a_thread_that_ends(void **state)
{
	static const char *const methods[] = { "epoll", "poll", "select", "io_uring" };

	(void)state;
	for (size_t i = 0; i < sizeof(methods) / sizeof(*methods); i++)
		add_from_a_thread_that_ends(methods[i]);
}

/* ---------------------------------------------------------------------- simulated time */

static void *advance_often(void *arg)
{
	for (int i = 0; i < 1000; i++)
		event_base_virtual_advance(arg, MILLISECOND);
	return NULL;
}

static void test_simulated_time_is_read_by_another_thread(void **state)
{
	struct event_base *base = loop_test_base("virtual", NULL, 0);
	uint64_t begun = 0, now = 0, before;
	pthread_t thread;

	(void)state;
	event_base_virtual_now(base, &begun);
	assert_int_equal(pthread_create(&thread, NULL, advance_often, base), 0);
	do {
		before = now;
		assert_int_equal(event_base_virtual_now(base, &now), 0);
		assert_true(now >= before);
	} while (now - begun < 1000 * MILLISECOND);
	pthread_join(thread, NULL);
	event_base_free(base);
}

/* ------------------------------------------------------------- nothing keeps a closed file open */

/*
 * A thread that writes to a pipe. It holds the lock during each write. While `end` is -1, it writes
 * nothing.
 */
struct writer {
	pthread_mutex_t lock;
	int end;
	bool stopped;
};

static void *write_all_the_time(void *arg)
{
	struct writer *writer = arg;
	bool stopped;

	do {
		pthread_mutex_lock(&writer->lock);
		if (writer->end >= 0 && write(writer->end, "x", 1) < 0) {
			/* The pipe is full. */
		}
		stopped = writer->stopped;
		pthread_mutex_unlock(&writer->lock);
	} while (!stopped);
	return NULL;
}

static void let_it_write_to(struct writer *writer, int end)
{
	pthread_mutex_lock(&writer->lock);
	writer->end = end;
	pthread_mutex_unlock(&writer->lock);
}

/*
 * Returns whether the last descriptor of a pipe's reading end is closed. The writing end then
 * reports an error.
 */
static bool is_closed_soon(int end)
{
	struct pollfd other = { .fd = end };

	return poll(&other, 1, 20000) == 1 && (other.revents & POLLERR);
}

static void delete_while_it_is_reported(struct event_base *base, struct writer *writer)
{
	struct event *event;
	int ends[2];

	assert_int_equal(pipe2(ends, O_NONBLOCK), 0);
	event = event_new(base, ends[0], EV_READ | EV_ET | EV_PERSIST, count, NULL);
	let_it_write_to(writer, ends[1]);
	assert_int_equal(event_add(event, NULL), 0);
	event_free(event);
	let_it_write_to(writer, -1);
	close(ends[0]);
	assert_true(is_closed_soon(ends[1]));
	close(ends[1]);
}

/*
 * Closes a descriptor that the kernel may be reporting. A backend that removes it must not keep the
 * file open, because otherwise the other end never sees the close.
 */
static void close_what_is_being_reported(const char *method)
{
	struct sleeper sleeper = { .base = loop_test_base(method, "quad-heap", 0) };
	struct writer writer = { .lock = PTHREAD_MUTEX_INITIALIZER, .end = -1 };
	pthread_t thread;

	if (!sleeper.base || !(event_base_get_features(sleeper.base) & EV_FEATURE_ET)) {
		if (sleeper.base)
			event_base_free(sleeper.base);
		return;
	}
	sleeper.alarm = event_new(sleeper.base, -1, 0, count, NULL);
	event_add(sleeper.alarm, &an_hour);
	assert_int_equal(pthread_create(&sleeper.thread, NULL, run_loop, &sleeper), 0);
	assert_int_equal(pthread_create(&thread, NULL, write_all_the_time, &writer), 0);
	for (int i = 0; i < 600; i++)
		delete_while_it_is_reported(sleeper.base, &writer);
	pthread_mutex_lock(&writer.lock);
	writer.stopped = true;
	pthread_mutex_unlock(&writer.lock);
	pthread_join(thread, NULL);
	event_base_loopbreak(sleeper.base);
	wake_up(&sleeper, 0);
}

static void test_a_descriptor_closed_while_it_is_reported(void **state)
{
	(void)state;
	close_what_is_being_reported("epoll");
	close_what_is_being_reported("io_uring");
}

/* -------------------------------------------------------- deleting an event whose callback runs */

static atomic_int entered, left;

static void take_a_while(int fd, short what, void *arg)
{
	(void)fd, (void)what, (void)arg;
	atomic_store(&entered, 1);
	sleep_ms(30);
	atomic_store(&left, 1);
}

static struct event *running_event(struct sleeper *sleeper, short events)
{
	struct event *event;

	atomic_store(&entered, 0);
	atomic_store(&left, 0);
	fall_asleep(sleeper);
	event = event_new(sleeper->base, -1, events, take_a_while, NULL);
	event_active(event, EV_TIMEOUT, 0);
	while (!atomic_load(&entered))
		sleep_ms(1);
	return event;
}

static void test_deleting_waits_for_the_callback(void **state)
{
	struct sleeper sleeper;
	struct event *event = running_event(&sleeper, 0);

	(void)state;
	event_del(event);
	assert_int_equal(atomic_load(&left), 1);
	event_free(event);

	event_base_loopbreak(sleeper.base);
	wake_up(&sleeper, 0);
	event = running_event(&sleeper, EV_FINALIZE);
	event_del_block(event);
	assert_int_equal(atomic_load(&left), 1);
	event_free(event);
	event_base_loopbreak(sleeper.base);
	wake_up(&sleeper, 0);
}

static void test_not_waiting_for_the_callback(void **state)
{
	struct sleeper sleeper;
	struct event *event = running_event(&sleeper, 0);

	(void)state;
	/*
	 * On a busy machine the callback may have returned already. The test checks that nothing
	 * hangs.
	 */
	event_del_noblock(event);
	event_del_block(event);
	assert_int_equal(atomic_load(&left), 1);
	event_free(event);
	event_base_loopbreak(sleeper.base);
	wake_up(&sleeper, 0);
}

static void finalized(struct event *event, void *arg)
{
	(void)event;
	assert_int_equal(atomic_load(&left), 1); /* never before the callback has returned */
	event_base_loopbreak(arg);
}

static void test_finalizing_what_is_running(void **state)
{
	struct sleeper sleeper;
	struct event *event;

	(void)state;
	atomic_store(&entered, 0);
	atomic_store(&left, 0);
	fall_asleep(&sleeper);
	event = event_new(sleeper.base, -1, EV_FINALIZE, take_a_while, sleeper.base);
	event_active(event, EV_TIMEOUT, 0);
	while (!atomic_load(&entered))
		sleep_ms(1);
	event_free_finalize(0, event, finalized);
	wake_up(&sleeper, 0);
}

/* ----------------------------------------------------------------------------- all at once */

#define THREADS	   3
#define EVENTS	   50
#define OPERATIONS 4000

struct worker {
	struct event_base *base;
	const struct timeval *common;
	uint64_t random;
	pthread_t thread;
};

/* Marsaglia's xorshift64. */
static uint64_t next_random(uint64_t *random)
{
	*random ^= *random << 13;
	*random ^= *random >> 7;
	*random ^= *random << 17;
	return *random;
}

static void operate(struct worker *worker, struct event **events)
{
	uint64_t random = next_random(&worker->random);
	struct event **event = &events[random / 16 % EVENTS];
	struct timeval timeout = loop_test_timeval(random / 1024 % 3000 * 1000);

	switch (random % 8) {
	case 0:
	case 1:
	case 2:
		assert_int_equal(event_add(*event, &timeout), 0);
		break;
	case 3:
		assert_int_equal(event_add(*event, worker->common), 0);
		break;
	case 4:
		event_active(*event, EV_READ, 0);
		break;
	case 5:
		event_del(*event);
		break;
	case 6:
		event_pending(*event, EV_TIMEOUT, &timeout);
		event_remove_timer(*event);
		break;
	default: /* a deleted event may be freed at once */
		event_free(*event);
		*event = event_new(worker->base, -1, random & 8 ? EV_PERSIST : 0, count, NULL);
		assert_non_null(*event);
		break;
	}
}

static void *work(void *arg)
{
	struct worker *worker = arg;
	struct event *events[EVENTS];

	for (int i = 0; i < EVENTS; i++)
		events[i] = event_new(worker->base, -1, 0, count, NULL);
	for (int i = 0; i < OPERATIONS; i++)
		operate(worker, events);
	for (int i = 0; i < EVENTS; i++)
		event_free(events[i]);
	return NULL;
}

static void stress(const char *method, const char *structure, int flags, uint64_t seed)
{
	struct worker workers[THREADS];
	struct sleeper sleeper = { .base = loop_test_base(method, structure, flags) };
	const struct timeval duration = loop_test_timeval(MILLISECOND);

	if (!sleeper.base)
		LOOP_TEST_SKIP("%s: this machine lacks the backend\n", method);
	sleeper.alarm = event_new(sleeper.base, -1, 0, count, NULL);
	event_add(sleeper.alarm, &an_hour);
	pthread_create(&sleeper.thread, NULL, run_loop, &sleeper);
	for (uint64_t i = 0; i < THREADS; i++) {
		workers[i] = (struct worker){
			.base = sleeper.base,
			.common = event_base_init_common_timeout(sleeper.base, &duration),
			.random = seed * 1000003 + i + 1,
		};
		pthread_create(&workers[i].thread, NULL, work, &workers[i]);
	}
	for (int i = 0; i < 20; i++) {
		loop_test_check(sleeper.base);
		sleep_ms(1);
	}
	for (int i = 0; i < THREADS; i++)
		pthread_join(workers[i].thread, NULL);
	event_base_loopbreak(sleeper.base);
	wake_up(&sleeper, 0);
}

static uint64_t seed;

static void test_all_at_once_epoll(void **state)
{
	(void)state;
	stress("epoll", "quad-heap", 0, seed);
	stress("epoll", "binary-heap", EVENT_BASE_FLAG_TIMER_REINSERT, seed + 1);
}

static void test_all_at_once_poll(void **state)
{
	(void)state;
	stress("poll", "common-timeout", EVENT_BASE_FLAG_TIMER_REINSERT, seed);
}

static void test_all_at_once_select(void **state)
{
	(void)state;
	stress("select", "hierarchical-wheel", 0, seed);
}

static void test_all_at_once_io_uring(void **state)
{
	(void)state;
	stress("io_uring", "quad-heap", EVENT_BASE_FLAG_TIMER_REINSERT, seed);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_an_earlier_timer_wakes_the_loop),
		cmocka_unit_test(test_a_later_timer_does_not),
		cmocka_unit_test(test_break_exit_and_active_wake_the_loop),
		cmocka_unit_test(test_deleting_the_last_event_ends_the_loop),
		cmocka_unit_test(test_a_descriptor_added_from_elsewhere),
		cmocka_unit_test(test_a_descriptor_added_by_a_thread_that_ends),
		cmocka_unit_test(test_simulated_time_is_read_by_another_thread),
		cmocka_unit_test(test_a_descriptor_closed_while_it_is_reported),
		cmocka_unit_test(test_deleting_waits_for_the_callback),
		cmocka_unit_test(test_not_waiting_for_the_callback),
		cmocka_unit_test(test_finalizing_what_is_running),
		cmocka_unit_test(test_all_at_once_epoll),
		cmocka_unit_test(test_all_at_once_poll),
		cmocka_unit_test(test_all_at_once_select),
		cmocka_unit_test(test_all_at_once_io_uring),
	};

	seed = test_seed();
	alarm(300); /* a loop that is not woken would sleep for an hour */
	evthread_enable_lock_debugging();
	assert_int_equal(evthread_use_pthreads(), 0);
	LOOP_TEST_RUN(tests);
}
