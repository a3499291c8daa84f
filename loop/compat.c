/*
 * compat.c - libevent 1's functions for the current base, and functions for the whole process
 */
#include "loop/base.h"
#include "loop/debug.h"
#include "loop/log.h"

#include <event2/event_compat.h>

struct event_base *event_init(void)
{
	struct event_base *base = event_base_new();

	if (base)
		current_base = base;
	else
		log_fatal(1, "event_init: no base can be made");
	return base;
}

int event_dispatch(void)
{
	return event_base_loop(current_base, 0);
}

int event_loop(int flags)
{
	return event_base_loop(current_base, flags);
}

int event_loopexit(const struct timeval *after)
{
	return event_base_loopexit(current_base, after);
}

int event_loopbreak(void)
{
	return event_base_loopbreak(current_base);
}

int event_once(evutil_socket_t fd, short events, void (*callback)(evutil_socket_t, short, void *),
	       void *arg, const struct timeval *timeout)
{
	return event_base_once(current_base, fd, events, callback, arg, timeout);
}

const char *event_get_method(void)
{
	return event_base_get_method(current_base);
}

int event_priority_init(int priorities)
{
	return event_base_priority_init(current_base, priorities);
}

void event_set(struct event *event, evutil_socket_t fd, short events,
	       void (*callback)(evutil_socket_t, short, void *), void *arg)
{
	if (event_assign(event, current_base, fd, events, callback, arg))
		log_fatal(1, "event_set: the event cannot be assigned");
}

const char *event_get_version(void)
{
	return EVENT__VERSION;
}

ev_uint32_t event_get_version_number(void)
{
	return EVENT__NUMERIC_VERSION;
}

void libevent_global_shutdown(void)
{
	debug_shutdown();
}
