/*
 * timeout-random-test - random programs of timeouts
 */
#include <event2/event_struct.h>

#include "loop/tests/over_structures.h"

enum { RANDOM_EVENTS = 60, RANDOM_STEPS = 4000 };

struct random_event {
	struct event event;
	uint64_t added, deadline; /* ns; deadline is 0 if the event is not pending */
	uint64_t called;
};

static struct random_event random_events[RANDOM_EVENTS];
static uint64_t random_state, random_fired;

/* splitmix64 (Steele, Lea, Flood 2014) */
static uint64_t draw(uint64_t below)
{
	uint64_t x = random_state += 0x9e3779b97f4a7c15;

	x = (x ^ x >> 30) * 0xbf58476d1ce4e5b9;
	x = (x ^ x >> 27) * 0x94d049bb133111eb;
	return (x ^ x >> 31) % below;
}

static uint64_t allowed_lateness(const struct random_event *event)
{
	const struct timer_accuracy accuracy = accuracy_of(over.structure);
	double late = accuracy.fraction * (double)(event->deadline - event->added);

	return (accuracy.when == TIMER_EXACT ? 0 : accuracy.tick) + (uint64_t)late;
}

/*
 * Checks that the timeout is never early, and late by no more than the structure declares plus the
 * time that callbacks took.
 */
static void see_expiry(evutil_socket_t fd, short what, void *arg)
{
	struct random_event *event = arg;
	const uint64_t latest = event->deadline > over.began ? event->deadline : over.began;

	(void)fd;
	assert_int_equal(what, EV_TIMEOUT);
	assert_true(event->deadline != 0);
	assert_true(now() >= event->deadline);
	assert_true(now() <= latest + allowed_lateness(event) + over.burned);
	event->deadline = 0;
	random_fired++;
	if (!draw(8)) {
		uint64_t ms = draw(5);

		burn(ms);
		over.burned += ms * MILLISECOND;
	}
}

static void random_add(struct random_event *event)
{
	const uint64_t us = draw(4) ? draw(20000) : draw(3000000);
	struct timeval timeout = { (time_t)(us / 1000000), (suseconds_t)(us % 1000000) };

	event->added = now();
	event->deadline = now() + us * 1000;
	if (!draw(5)) {
		const struct timeval duration = { 0, (suseconds_t)(1 + draw(5)) * 7000 };

		timeout = *event_base_init_common_timeout(over.base, &duration);
		event->deadline = now() + (uint64_t)duration.tv_usec * 1000;
	}
	event->deadline += !event->deadline; /* 0 would mean that there is no deadline */
	assert_int_equal(event_add(&event->event, &timeout), 0);
}

static int random_loop(int flags)
{
	over.began = now();
	over.burned = 0;
	return event_base_loop(over.base, flags);
}

static void random_step(void)
{
	struct random_event *event = &random_events[draw(RANDOM_EVENTS)];

	switch (draw(8)) {
	case 0:
		event_del(&event->event);
		event->deadline = 0;
		break;
	case 1:
		random_loop(EVLOOP_ONCE | (draw(2) ? EVLOOP_NONBLOCK : 0));
		break;
	default:
		random_add(event);
	}
	assert_int_equal(event_pending(&event->event, EV_TIMEOUT, NULL),
			 event->deadline ? EV_TIMEOUT : 0);
}

static void test_random_programs(void **state)
{
	(void)state;
	random_state = test_seed();
	random_fired = 0;
	begin(0);
	assert_int_equal(event_base_virtual_advance(over.base, 1), 0);
	for (int i = 0; i < RANDOM_EVENTS; i++) {
		random_events[i] = (struct random_event){ 0 };
		event_assign(&random_events[i].event, over.base, -1, 0, see_expiry,
			     &random_events[i]);
	}
	for (int i = 0; i < RANDOM_STEPS; i++)
		random_step();
	assert_int_equal(random_loop(0), 1);
	for (int i = 0; i < RANDOM_EVENTS; i++)
		assert_int_equal(random_events[i].deadline, 0); /* none was lost */
	assert_true(random_fired > RANDOM_STEPS / 20);
	end();
}

#define TEST(name) cmocka_unit_test_setup(name, journal_start)

static const struct CMUnitTest any[] = {
	TEST(test_random_programs),
};

int main(void)
{
	struct structure_tests tests = { TESTS_OF(any) };

	return run_over_structures(&tests);
}
