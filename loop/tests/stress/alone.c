/*
 * alone.c - a round without threads: the loop's own thread operates, in the callback of an event
 */
#include "loop/tests/stress/stress.h"

static struct event *driver;
static uint64_t left;

static void drive(evutil_socket_t fd, short what, void *arg)
{
	const struct timeval soon = { 0, (suseconds_t)draw_below(3000) };
	int may_fail = self->may_fail;

	(void)fd, (void)what, (void)arg;
	self->may_fail = 0;
	for (uint64_t i = 1 + draw_below(8); i && left; i--, left--)
		operate();
	if (left)
		event_add(driver, &soon);
	else
		event_base_loopbreak(stress.base);
	self->may_fail = may_fail;
}

static int draw_flags(void)
{
	static const int flags[] = { 0, 0, EVLOOP_ONCE, EVLOOP_ONCE | EVLOOP_NONBLOCK };

	return flags[draw_below(sizeof(flags) / sizeof(*flags))];
}

/* Runs the loop until this many operations are done. */
void alone_operate(uint64_t operations)
{
	driver = event_new(stress.base, -1, 0, drive, NULL);
	event_priority_set(driver, 0);
	left = operations;
	event_active(driver, EV_TIMEOUT, 1);
	while (left) {
		int result;

		self->may_fail = stress.fail_in_loop ? stress.fail_one_of : 0;
		result = event_base_loop(stress.base, draw_flags());
		self->may_fail = 0;
		if (result < 0)
			fail(NULL, "event_base_loop has failed");
		if (result > 0)
			fail(NULL, "event_base_loop finds nothing to wait for");
		atomic_fetch_add(&stress.loops, 1);
	}
	event_free(driver);
}
