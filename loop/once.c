/*
 * once.c - event_base_once, whose events belong to the base
 */
#include "loop/once.h"

#include "loop/activate.h"
#include "loop/base.h"
#include "loop/debug.h"
#include "loop/event_internal.h"
#include "loop/memory.h"

struct once_event {
	LIST_ENTRY(once_event) link;
	struct event event;
	event_callback_fn callback;
	void *arg;
};

static void once_free(struct once_event *once)
{
	debug_forget(&once->event);
	memory_free(once);
}

static void call_once(evutil_socket_t fd, short what, void *arg)
{
	struct once_event *once = arg;
	struct event_base *base = once->event.ev_base;

	once->callback(fd, what, once->arg);
	base_lock(base);
	LIST_REMOVE(once, link);
	base_unlock(base);
	once_free(once);
}

/*
 * Adds the event. If the event waits only for a timeout, and the timeout is NULL or 0, activates
 * the event instead. Returns 0 or -1.
 */
static int start(struct event_base *base, struct once_event *once, const struct timeval *timeout)
{
	bool only_timeout = !(event_asked(&once->event) & (EV_READ | EV_WRITE | EV_CLOSED));
	int result = 0;

	base_lock(base);
	/* An active queue keeps the order of the calls. The structure need not keep it. */
	if (only_timeout && (!timeout || !time_from_timeval(timeout)))
		event_active_locked(&once->event, EV_TIMEOUT, 1);
	else
		result = event_add_locked(&once->event, timeout);
	if (!result)
		LIST_INSERT_HEAD(&base->once, once, link);
	base_unlock(base);
	return result;
}

int event_base_once(struct event_base *base, evutil_socket_t fd, short events,
		    event_callback_fn callback, void *arg, const struct timeval *timeout)
{
	struct once_event *once;

	if (!base || (events & (EV_SIGNAL | EV_PERSIST)) ||
	    !(events & (EV_TIMEOUT | EV_READ | EV_WRITE | EV_CLOSED)))
		return -1;
	once = memory_allocate_zeroed(1, sizeof(*once));
	if (!once)
		return -1;
	once->callback = callback;
	once->arg = arg;
	if (event_assign(&once->event, base, fd,
			 events & (EV_TIMEOUT | EV_READ | EV_WRITE | EV_CLOSED), call_once, once) ||
	    start(base, once, timeout)) {
		once_free(once);
		return -1;
	}
	return 0;
}

void once_free_all(struct event_base *base)
{
	struct once_event *once;

	while ((once = LIST_FIRST(&base->once))) {
		LIST_REMOVE(once, link);
		once_free(once);
	}
}
