/*
 * loop-passes-test - the passes `lateness` and `echo`, on an imitated loop
 *
 * The loop does not sleep. It fires timers in order and at once, long before their deadlines. So
 * the records of the passes do not depend on the machine. As an echo server, the loop serves the
 * first messages of each turn.
 */
#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#include "bench/cell.h"
#include "bench/clock.h"
#include "bench/replay/event_replay.h"
#include "bench/tests/hand-trace.h"

#define EVENTS	   64
#define EV_CALL	   0x01
#define EV_READ	   0x02
#define EV_PERSIST 0x10
#define MESSAGES   40 /* messages served in each turn */

/* An event. The caller's memory of the event holds its index. */
static struct made {
	int fd;
	short events;
	void (*callback)(int fd, short what, void *arg);
	void *arg;
	bool armed, timed;
	uint64_t due; /* us */
} made[EVENTS];
static int count, breaks, fails, served[EVENTS], turns_with, turns_without, bases;
static uint64_t now; /* us */
static bool expires;
static struct timeval queues[4]; /* common timeouts, as the library returns them */
static int queue_count, queued_adds;

static struct made *made_of(struct event *event)
{
	return &made[*(int *)(void *)event];
}

static int assign(struct event *event, struct event_base *base, int fd, short events,
		  void (*callback)(int fd, short what, void *arg), void *arg)
{
	(void)base;
	if (fails)
		return -1;
	assert_int_equal(events, fd < 0 ? 0 : EV_READ | EV_PERSIST);
	/* an event that is assigned again keeps its index */
	for (int i = 0; fd >= 0 && i < count; i++)
		if (made[i].arg == arg && made[i].callback == callback) {
			made[i] = (struct made){ fd, events, callback, arg, false, false, 0 };
			return 0;
		}
	assert_true(count < EVENTS);
	*(int *)(void *)event = count;
	made[count++] = (struct made){ fd, events, callback, arg, false, false, 0 };
	return 0;
}

static int add(struct event *event, const struct timeval *timeout)
{
	struct made *one = made_of(event);

	one->armed = true;
	one->timed = timeout != NULL;
	queued_adds += timeout >= queues && timeout < queues + 4;
	if (timeout)
		one->due = now + (uint64_t)timeout->tv_sec * 1000000 + (uint64_t)timeout->tv_usec;
	return 0;
}

/* Returns the same pointer for the same duration, like libevent. */
static const struct timeval *common_timeout(struct event_base *base, const struct timeval *duration)
{
	(void)base;
	for (int i = 0; i < queue_count; i++)
		if (timercmp(&queues[i], duration, ==))
			return &queues[i];
	if (fails || queue_count == 4)
		return NULL;
	queues[queue_count] = *duration;
	return &queues[queue_count++];
}

static int del(struct event *event)
{
	made_of(event)->armed = false;
	return 0;
}

static int loopbreak(struct event_base *base)
{
	(void)base;
	breaks++;
	return 0;
}

/* Fires timers in the order of their deadlines, and sets the time to each deadline. */
static int loop_of_timers(struct event_base *base, int flags)
{
	(void)base, (void)flags;
	for (breaks = 0; !breaks;) {
		struct made *first = NULL;

		for (int i = 0; i < count; i++)
			if (made[i].armed && (!first || made[i].due < first->due))
				first = &made[i];
		if (!first)
			break;
		first->armed = false;
		now = first->due > now ? first->due : now;
		first->callback(-1, EV_CALL, first->arg);
	}
	return 0;
}

/* Sleeps once. The kernel counts the sleep. */
static int loop_that_sleeps(struct event_base *base, int flags)
{
	(void)base, (void)flags;
	nanosleep(&(struct timespec){ 0, 1000000 }, NULL);
	return 0;
}

/*
 * The argument of shutdown, with which the loop breaks the first connection at its first message.
 */
static int broken;

static int loop_of_a_broken_socket(struct event_base *base, int flags)
{
	struct pollfd ready = { .fd = made[0].fd, .events = POLLIN };

	(void)base, (void)flags;
	breaks = 0;
	assert_int_equal(poll(&ready, 1, 60000), 1);
	shutdown(made[0].fd, broken);
	for (int i = 0; !breaks && i < MESSAGES; i++)
		made[0].callback(made[0].fd, EV_READ, made[0].arg);
	assert_int_equal(breaks, 1);
	return 0;
}

static bool sends_at_once(int fd)
{
	int set = 0;
	socklen_t size = sizeof(set);

	return !getsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &set, &size) && set;
}

/* Serves MESSAGES messages, from any connections. */
static int loop_of_sockets(struct event_base *base, int flags)
{
	int timed = 0;

	(void)base, (void)flags;
	for (int i = 0; i < count; i++)
		timed += made[i].timed;
	assert_true(timed == 0 || timed == count);
	turns_with += timed > 0;
	turns_without += timed == 0;
	if (expires)
		made[0].callback(made[0].fd, EV_CALL, made[0].arg);
	for (int messages = 0; messages < MESSAGES;) {
		struct pollfd ready[EVENTS];

		for (int i = 0; i < count; i++) {
			assert_true(sends_at_once(made[i].fd));
			ready[i] = (struct pollfd){ .fd = made[i].fd, .events = POLLIN };
		}
		assert_true(poll(ready, (nfds_t)count, 60000) > 0);
		for (int i = 0; i < count && messages < MESSAGES; i++) {
			if (!ready[i].revents)
				continue;
			made[i].callback(made[i].fd, EV_READ, made[i].arg);
			served[i]++;
			messages++;
		}
	}
	return 0;
}

static int make_base(const struct subject *subject, struct event_base **base)
{
	(void)subject;
	if (fails > 1)
		return -EMFILE;
	*base = (struct event_base *)(void *)made;
	bases++;
	return 0;
}

static void free_base(struct event_base *base)
{
	(void)base;
	bases--;
}

static uint64_t waits(const struct event_base *base)
{
	(void)base;
	return 77;
}

static struct event_api api = {
	.assign = assign,
	.add = add,
	.del = del,
	.loopbreak = loopbreak,
	.base_free = free_base,
	.common_timeout = common_timeout,
};
static struct event_setting setting = { .api = &api, .make = make_base };

static void give_setting(const struct subject *subject, struct event_setting *given)
{
	(void)subject;
	*given = setting;
}

static const struct subject_family family = { .name = "made", .loop = give_setting };
static const struct subject_family no_loop = { .name = "none" };

static struct hand_trace hand;
static struct cell cell;
static json_t *record;
static char error[CELL_ERROR_SIZE];

static int open_descriptors(void)
{
	int open = 0;

	for (int i = 0; i < 256; i++)
		open += fcntl(i, F_GETFD) >= 0;
	return open;
}

/* Runs the pass and checks that it leaves no descriptor open. Returns the pass's result. */
static int measure(const char *pass, int (*loop)(struct event_base *base, int flags))
{
	int before = open_descriptors(), result;

	api.loop = loop;
	count = turns_with = turns_without = 0;
	queue_count = queued_adds = 0;
	now = 0;
	memset(served, 0, sizeof(served));
	cell = (struct cell){ .trace = hand.trace, .settings = { .repeats = 1, .stride = 64 } };
	cell.subject.family = &family;
	strcpy(cell.subject.name, "made");
	json_decref(record);
	record = json_object();
	result = pass_find(pass)->measure(&cell, record, error);
	assert_int_equal(open_descriptors(), before);
	return result;
}

static double number(const char *key)
{
	if (!json_is_number(json_object_get(record, key)))
		fail_msg("the record has no number %s", key);
	return json_number_value(json_object_get(record, key));
}

static void assert_status(const char *wanted)
{
	assert_string_equal(json_string_value(json_object_get(record, "status")), wanted);
}

/* ------------------------------------------------------------------------------- lateness */

#define S UINT64_C(1000000000)

/*
 * Writes timers of 1000 s, 2000 s and so on in a measured phase, and a timer before it that does
 * not count.
 */
static void write_hours(void)
{
	hand_begin(&hand, 1000);
	hand_mark(&hand, "fill", false);
	hand_arm(&hand, TRACE_ARM, 0, 10 * S, 0);
	hand_advance(&hand, 20 * S);
	hand_mark(&hand, "all", true);
	for (uint32_t id = 1; id <= 9; id++)
		hand_arm(&hand, TRACE_ARM, id, 1000 * id * S, 0);
	hand_arm(&hand, TRACE_ARM_INTERVAL, 10, 500 * S, 20 * S);
	hand_arm(&hand, TRACE_ARM, 11, 600 * S, 0);
	hand_advance(&hand, 100 * S);
	hand_stop(&hand, TRACE_DISARM, 10);
	hand_stop(&hand, TRACE_REMOVE, 11);
	hand_advance(&hand, 9500 * S);
}

static void assert_about(const char *key, double wanted)
{
	if (fabs(number(key) - wanted) > 60e9)
		fail_msg("%s is %g, not about %g", key, number(key), wanted);
}

static void lateness_is_recorded(void **state)
{
	uint64_t begun = clock_ns(CLOCK_MONOTONIC);

	(void)state;
	write_hours();
	setting.waits = waits;
	assert_int_equal(measure("lateness", loop_of_timers), 0);
	assert_true(number("wall_ns") >= 0);
	assert_true(number("wall_ns") <= (double)(clock_ns(CLOCK_MONOTONIC) - begun));
	assert_status("ok");
	assert_true(number("fired") == 9);
	assert_true(number("expected") == 9);
	assert_true(number("early") == 9);
	assert_true(number("waits") == 77);
	assert_true(number("wake_ups_per_firing") == number("sleeps") / 9);
	assert_true(number("cpu_ns_per_firing") > 0);
	assert_true(number("cpu_ns_per_firing") * 9 <= number("wall_ns") * 2);
	/* All fire at once, so they are early by their timeouts. */
	assert_about("lateness_p50_ns", -5000e9);
	assert_about("lateness_p99_ns", -2000e9);
	assert_about("lateness_max_ns", -1000e9);
	assert_int_equal(bases, 0);
}

/*
 * With common timeouts, a timer that is armed for a duration from now must go to the duration's
 * queue.
 */
static void lateness_with_common_timeouts(void **state)
{
	(void)state;
	hand_begin(&hand, 1000);
	hand_mark(&hand, "all", true);
	hand_arm(&hand, TRACE_ARM, 0, 1000 * S, 0);
	hand_arm(&hand, TRACE_ARM_INTERVAL, 1, 1000 * S, 1000 * S);
	hand_arm(&hand, TRACE_ARM_ABSOLUTE, 2, 1000 * S, 0);
	hand_arm(&hand, TRACE_ARM_INTERVAL, 3, 1000 * S, 20 * S);
	hand_advance(&hand, 100 * S);
	hand_arm(&hand, TRACE_ARM, 0, 1100 * S, 0);
	hand_advance(&hand, 2000 * S);
	assert_int_equal(measure("lateness", loop_of_timers), 0);
	assert_int_equal(queue_count, 0);
	setting.common = true;
	assert_int_equal(measure("lateness", loop_of_timers), 0);
	setting.common = false;
	assert_status("ok");
	assert_int_equal(queue_count, 1);
	assert_int_equal(queues[0].tv_sec, 1000);
	assert_int_equal(queued_adds, 3);
	assert_true(number("fired") == 4);
}

static void lateness_without_firings(void **state)
{
	(void)state;
	hand_begin(&hand, 1000);
	hand_mark(&hand, "all", true);
	hand_arm(&hand, TRACE_ARM, 0, 1000 * S, 0);
	hand_advance(&hand, 20 * S);
	setting.waits = NULL;
	assert_int_equal(measure("lateness", loop_that_sleeps), 0);
	assert_status("nothing fired");
	assert_true(number("sleeps") >= 1);
	assert_true(number("fired") == 0);
	assert_null(json_object_get(record, "lateness_p50_ns"));
	assert_null(json_object_get(record, "waits"));
	assert_true(number("wake_ups_per_firing") == number("sleeps"));
}

/* ------------------------------------------------------------------------------------ echo */

/* Writes a trace in which connection 2 sends as often as all others together. */
static void write_speakers(void)
{
	hand_begin(&hand, 1000);
	hand.header.n = 4;
	hand_mark(&hand, "all", true);
	for (uint32_t i = 0; i < 24; i++)
		hand_arm(&hand, TRACE_ARM, i % 2 ? 2 : i / 2 % 4, 1000 * S, 0);
}

static void echo_is_recorded(void **state)
{
	int all = 0;

	(void)state;
	write_speakers();
	expires = false;
	if (measure("echo", loop_of_sockets))
		fail_msg("%s", error);
	assert_status("ok");
	assert_true(number("messages") == 20000);
	assert_true(number("idle_expired") == 0);
	assert_true(number("cpu_ns_per_message") > 0);
	assert_true(number("cpu_ns_without_timers") > 0);
	assert_true(fabs(1 - number("cpu_ns_without_timers") / number("cpu_ns_per_message") -
			 number("timer_share")) < 1e-9);
	/* One turn as a warm-up, then seven turns of each kind. */
	assert_int_equal(turns_with, 7);
	assert_int_equal(turns_without, 8);
	assert_int_equal(count, 4);
	for (int i = 0; i < 4; i++)
		all += served[i];
	assert_int_equal(all, 15 * MESSAGES);
	/* Connection 2 sends 15 of 24 messages, and each of the others 3. 16 more are in flight. */
	assert_in_range(served[2], all * 15 / 24 - 16, all * 15 / 24 + 16);
	assert_in_range(served[0], all * 3 / 24 - 16, all * 3 / 24 + 16);
	assert_int_equal(bases, 0);
}

/* With common timeouts, the idle timeout must be a common timeout. */
static void echo_with_common_timeouts(void **state)
{
	(void)state;
	write_speakers();
	assert_int_equal(measure("echo", loop_of_sockets), 0);
	assert_int_equal(queued_adds, 0);
	setting.common = true;
	assert_int_equal(measure("echo", loop_of_sockets), 0);
	setting.common = false;
	assert_int_equal(queue_count, 1);
	assert_int_equal(queued_adds, 7 * 4);
}

static void echo_counts_what_has_expired(void **state)
{
	(void)state;
	write_speakers();
	expires = true;
	assert_int_equal(measure("echo", loop_of_sockets), 0);
	expires = false;
	assert_true(number("idle_expired") == 15);
}

static void echo_with_a_broken_connection(void **state)
{
	static const int directions[] = { SHUT_RD, SHUT_WR };

	(void)state;
	write_speakers();
	for (int i = 0; i < 2; i++) {
		broken = directions[i];
		assert_int_equal(measure("echo", loop_of_a_broken_socket), -EPIPE);
		assert_status(strerror(EPIPE));
		assert_null(json_object_get(record, "messages"));
		assert_int_equal(bases, 0);
	}
}

static void passes_that_cannot_be_measured(void **state)
{
	static const char *const names[] = { "lateness", "echo" };
	static const char *const words[] = { "quad-heap is not an event loop: it does not wait",
					     "quad-heap is not an event loop: it cannot serve" };

	(void)state;
	write_speakers();
	for (size_t i = 0; i < 2; i++) {
		fails = 2;
		assert_int_equal(measure(names[i], loop_of_timers), -EMFILE);
		assert_non_null(strstr(error, strerror(EMFILE)));
		fails = 1;
		assert_true(measure(names[i], loop_of_timers) < 0);
		assert_int_equal(bases, 0);
		fails = 0;
		cell.subject.family = &no_loop;
		strcpy(cell.subject.name, "quad-heap");
		assert_int_equal(pass_find(names[i])->measure(&cell, record, error), -ENOTSUP);
		assert_string_equal(error, words[i]);
	}
	setting.simulated_only = true;
	assert_int_equal(measure("lateness", loop_of_timers), -ENOTSUP);
	assert_string_equal(error, "made works only in simulated time");
	setting.simulated_only = false;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(lateness_is_recorded),
		cmocka_unit_test(lateness_with_common_timeouts),
		cmocka_unit_test(lateness_without_firings),
		cmocka_unit_test(echo_is_recorded),
		cmocka_unit_test(echo_with_common_timeouts),
		cmocka_unit_test(echo_counts_what_has_expired),
		cmocka_unit_test(echo_with_a_broken_connection),
		cmocka_unit_test(passes_that_cannot_be_measured),
	};
	int failed = cmocka_run_group_tests(tests, NULL, NULL);

	json_decref(record);
	printf("%d passed, %d failed\n", (int)(sizeof(tests) / sizeof(*tests)) - failed, failed);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
