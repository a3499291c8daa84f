/*
 * base_time.c - the functions of event.h that return or refresh a base's time
 */
#include "loop/base.h"

int event_base_gettimeofday_cached(struct event_base *base, struct timeval *now)
{
	if (!base)
		base = current_base;
	if (!base)
		return gettimeofday(now, NULL);
	base_lock(base);
	*now = base->time.is_cached ? time_to_wall(&base->time, base->time.cached)
				    : time_to_timeval(base->time.clock->wall(&base->time));
	base_unlock(base);
	return 0;
}

int event_base_update_cache_time(struct event_base *base)
{
	if (!base)
		base = current_base;
	if (!base)
		return -1;
	base_lock(base);
	if (base->running)
		time_cache_fill(&base->time);
	base_unlock(base);
	return 0;
}

int event_gettime_monotonic(struct event_base *base, struct timeval *now)
{
	if (!base || !now)
		return -1;
	base_lock(base);
	*now = time_to_timeval(time_read(&base->time));
	base_unlock(base);
	return 0;
}
