/*
 * soak-test SECONDS - runs many events for a while: no event may be lost, and no memory may leak
 *
 * One loop has a hundred thousand events on as many descriptors as the limit allows, several events
 * per descriptor, and a million timers. Pairs of sockets pass bytes on. Each byte must arrive, and
 * each event that waits for it must be called. Timers are armed for the near and the far future,
 * and half of those that fire are re-armed. Each must fire once and not early, or be stopped at the
 * end. The sanitizer finds leaks. The timer structure's memory must not grow after the first
 * second.
 */
#include <sys/resource.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include <event2/event_struct.h>

#include "loop/tests/loop_test.h"

#define IO_EVENTS 100000
#define TIMERS	  1000000

struct soak {
	struct event_base *base;
	uint64_t random, end;
	uint64_t sent, received;     /* bytes */
	uint64_t expected, notified; /* calls of events for reading */
	uint64_t armed, fired, stopped, early;
};

struct line {
	struct soak *soak;
	int ends[2];
	int events;   /* number of events that wait at ends[0] */
	int notified; /* number of events that were called for this byte */
};

struct soak_timer {
	struct event event;
	struct soak *soak;
	uint64_t due;
};

static uint64_t now(void)
{
	struct timespec time;

	clock_gettime(CLOCK_MONOTONIC, &time);
	return (uint64_t)time.tv_sec * 1000000000 + (uint64_t)time.tv_nsec;
}

/* Marsaglia's xorshift64. */
static uint64_t next_random(struct soak *soak)
{
	soak->random ^= soak->random << 13;
	soak->random ^= soak->random >> 7;
	soak->random ^= soak->random << 17;
	return soak->random;
}

static void send_byte(struct line *line)
{
	line->notified = 0;
	assert_int_equal(write(line->ends[1], "x", 1), 1);
	line->soak->sent++;
	line->soak->expected += (uint64_t)line->events;
}

/* The last event of a line reads the byte and sends the next one, until the time is over. */
static void readable(int fd, short what, void *arg)
{
	struct line *line = arg;
	char byte;

	assert_int_equal(what, EV_READ);
	line->soak->notified++;
	if (++line->notified < line->events)
		return;
	assert_int_equal(read(fd, &byte, 1), 1);
	line->soak->received++;
	if (now() < line->soak->end)
		send_byte(line);
}

static void arm(struct soak_timer *timer)
{
	/* Usually within two seconds, sometimes in an hour, which is far beyond the end. */
	uint64_t random = next_random(timer->soak);
	uint64_t ns = random % 16 ? random / 16 % 2000000 * 1000 : 3600 * UINT64_C(1000000000);
	struct timeval timeout = loop_test_timeval(ns);

	timer->due = now() + ns;
	assert_int_equal(event_add(&timer->event, &timeout), 0);
	timer->soak->armed++;
}

static void timer_fired(int fd, short what, void *arg)
{
	struct soak_timer *timer = arg;
	struct soak *soak = timer->soak;

	(void)fd;
	assert_int_equal(what, EV_TIMEOUT);
	soak->fired++;
	soak->early += now() < timer->due;
	if (now() < soak->end && next_random(soak) % 2)
		arm(timer);
}

static uint64_t lines_allowed(void)
{
	struct rlimit limit;

	getrlimit(RLIMIT_NOFILE, &limit);
	limit.rlim_cur = limit.rlim_max;
	setrlimit(RLIMIT_NOFILE, &limit);
	return (limit.rlim_cur - 64) / 2 < IO_EVENTS / 2 ? (limit.rlim_cur - 64) / 2
							 : IO_EVENTS / 2;
}

static struct event **open_lines(struct soak *soak, struct line *lines, uint64_t count)
{
	struct event **events = calloc(IO_EVENTS, sizeof(*events));

	assert_non_null(events);
	for (uint64_t i = 0; i < count; i++) {
		lines[i] = (struct line){ .soak = soak };
		assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, lines[i].ends),
				 0);
	}
	for (uint64_t i = 0; i < IO_EVENTS; i++) {
		struct line *line = &lines[i % count];

		events[i] =
			event_new(soak->base, line->ends[0], EV_READ | EV_PERSIST, readable, line);
		assert_int_equal(event_add(events[i], NULL), 0);
		line->events++;
	}
	for (uint64_t i = 0; i < count; i += 100) /* a few hundred lines are busy at a time */
		send_byte(&lines[i]);
	return events;
}

static struct soak_timer *open_timers(struct soak *soak)
{
	struct soak_timer *timers = calloc(TIMERS, sizeof(*timers));

	assert_non_null(timers);
	for (size_t i = 0; i < TIMERS; i++) {
		timers[i].soak = soak;
		event_assign(&timers[i].event, soak->base, -1, 0, timer_fired, &timers[i]);
		arm(&timers[i]);
	}
	return timers;
}

/* Stops and counts the timers that are still armed at the end. */
static void stop_timers(struct soak *soak, struct soak_timer *timers)
{
	for (size_t i = 0; i < TIMERS; i++) {
		if (event_pending(&timers[i].event, EV_TIMEOUT, NULL)) {
			event_del(&timers[i].event);
			soak->stopped++;
		}
	}
	free(timers);
}

static void close_lines(struct line *lines, uint64_t count, struct event **events)
{
	for (size_t i = 0; i < IO_EVENTS; i++)
		event_free(events[i]);
	free(events);
	for (uint64_t i = 0; i < count; i++) {
		close(lines[i].ends[0]);
		close(lines[i].ends[1]);
	}
}

/*
 * Runs until the time is over and every byte has arrived. Returns the timer structure's footprint
 * after the first second.
 */
static size_t run(struct soak *soak)
{
	size_t footprint = 0;

	while (now() < soak->end || soak->received < soak->sent) {
		event_base_loopexit(soak->base, &(struct timeval){ 1, 0 });
		assert_int_equal(event_base_dispatch(soak->base), 0);
		if (!footprint)
			footprint = event_base_get_timer_footprint(soak->base);
	}
	return footprint;
}

static uint64_t duration;

static void soak_with(const char *structure, int flags)
{
	struct soak soak = { .base = loop_test_base("epoll", structure, flags),
			     .random = 88172645 };
	uint64_t count = lines_allowed();
	struct line *lines = calloc(count, sizeof(*lines));
	struct event **events;
	struct soak_timer *timers;
	size_t footprint;

	assert_non_null(soak.base);
	assert_non_null(lines);
	soak.end = UINT64_MAX;
	events = open_lines(&soak, lines, count);
	timers = open_timers(&soak);
	soak.end = now() + duration;
	footprint = run(&soak);
	loop_test_check(soak.base);
	print_message("%s: %llu descriptors, %llu bytes, %llu timers armed, %llu fired\n",
		      structure, (unsigned long long)count * 2, (unsigned long long)soak.received,
		      (unsigned long long)soak.armed, (unsigned long long)soak.fired);
	assert_true(event_base_get_timer_footprint(soak.base) <= footprint);
	assert_int_equal(soak.received, soak.sent);
	assert_int_equal(soak.notified, soak.expected);
	assert_int_equal(soak.early, 0);
	stop_timers(&soak, timers);
	assert_int_equal(soak.fired + soak.stopped, soak.armed);
	close_lines(lines, count, events);
	assert_int_equal(event_base_get_num_events(soak.base, EVENT_BASE_COUNT_ADDED), 0);
	event_base_free(soak.base);
	free(lines);
}

static void test_quad_heap(void **state)
{
	(void)state;
	soak_with("quad-heap", 0);
}

static void test_hierarchical_wheel(void **state)
{
	(void)state;
	soak_with("hierarchical-wheel", EVENT_BASE_FLAG_TIMER_REINSERT);
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_quad_heap),
		cmocka_unit_test(test_hierarchical_wheel),
	};

	/* Two tests share the time. */
	duration = (argc > 1 ? strtoull(argv[1], NULL, 10) : 20) * UINT64_C(1000000000) / 2;
	LOOP_TEST_RUN(tests);
}
