/*
 * monotonic.c - a clock for programs that does not go back (the loop itself uses clock.c)
 */
#include <event2/util.h>

#include "loop/memory.h"

struct evutil_monotonic_timer {
	clockid_t clock;
	int fallback;	       /* true if gettimeofday is used, which may go back */
	struct timeval latest; /* the latest result; later results are not below it */
};

struct evutil_monotonic_timer *evutil_monotonic_timer_new(void)
{
	struct evutil_monotonic_timer *timer = memory_allocate_zeroed(1, sizeof(*timer));

	if (timer)
		evutil_configure_monotonic_time(timer, 0);
	return timer;
}

void evutil_monotonic_timer_free(struct evutil_monotonic_timer *timer)
{
	memory_free(timer);
}

int evutil_configure_monotonic_time(struct evutil_monotonic_timer *timer, int flags)
{
	timer->fallback = flags & EV_MONOT_FALLBACK;
	timer->clock = flags & EV_MONOT_PRECISE ? CLOCK_MONOTONIC : CLOCK_MONOTONIC_COARSE;
	timer->latest = (struct timeval){ 0, 0 };
	return 0;
}

int evutil_gettime_monotonic(struct evutil_monotonic_timer *timer, struct timeval *now)
{
	struct timespec time;

	if (timer->fallback) {
		if (gettimeofday(now, NULL))
			return -1;
	} else {
		if (clock_gettime(timer->clock, &time))
			return -1;
		now->tv_sec = time.tv_sec;
		now->tv_usec = time.tv_nsec / 1000;
	}
	if (evutil_timercmp(now, &timer->latest, <))
		*now = timer->latest;
	timer->latest = *now;
	return 0;
}
