/*
 * own_events.c - the loop's own events, which watch the eventfd and the pipe of the signals
 */
#include "loop/own_events.h"

#include <errno.h>

#include <event2/thread.h>

#include "loop/assign.h"
#include "loop/base.h"
#include "loop/debug.h"
#include "loop/event_internal.h"
#include "loop/event_map.h"
#include "loop/memory.h"

static void free_event(struct event **event)
{
	if (!*event)
		return;
	event_del_locked(*event, DELETE_EVEN_IF_FINALIZING);
	debug_forget(*event);
	memory_free(*event);
	*event = NULL;
}

/* ------------------------------------------------------------------------------- wake-ups */

/* The callback of the event that watches the eventfd. */
static void woken(evutil_socket_t fd, short what, void *arg)
{
	struct event_base *base = arg;

	(void)what;
	notify_read(fd);
	base_lock(base);
	base->notify.pending = false;
	base_unlock(base);
}

static void close_notify(struct event_base *base)
{
	free_event(&base->notify_reader);
	notify_close(&base->notify);
}

int own_events_notify(struct event_base *base)
{
	int result;

	if (base->notify_reader)
		return 0;
	result = notify_open(&base->notify);
	if (result)
		return result;
	base->notify_reader = own_event_new(base, base->notify.descriptor, woken);
	if (!base->notify_reader)
		result = -ENOMEM;
	else if (event_add_locked(base->notify_reader, NULL))
		result = -EIO;
	if (result)
		close_notify(base);
	return result;
}

static int reinit_notify(struct event_base *base)
{
	if (!base->notify_reader)
		return 0;
	close_notify(base);
	return own_events_notify(base);
}

int evthread_make_base_notifiable(struct event_base *base)
{
	int result;

	if (!base)
		return -1;
	base_lock(base);
	result = own_events_notify(base);
	base_unlock(base);
	return result ? -1 : 0;
}

/* -------------------------------------------------------------------------------- signals */

static void close_signals(struct event_base *base)
{
	signal_map_disown(&base->signals);
	free_event(&base->signal_reader);
	signal_map_close(&base->signals);
}

/* Replaces the pipe. Otherwise the parent's loop would read the signals of the child. */
static int reinit_signals(struct event_base *base)
{
	int result;

	if (!base->signal_reader)
		return 0;
	close_signals(base);
	result = event_map_open_signals(base);
	if (!result)
		signal_map_take_over(&base->signals);
	return result;
}

/* ----------------------------------------------------------------------------------- both */

void own_events_free(struct event_base *base)
{
	close_notify(base);
	close_signals(base);
}

int own_events_reinit(struct event_base *base)
{
	int notify = reinit_notify(base), signals = reinit_signals(base);

	return notify ? notify : signals;
}
