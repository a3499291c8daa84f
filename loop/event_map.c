/*
 * event_map.c - adds an event to the map of its descriptor or its signal, and counts it in its base
 */
#include "loop/event_map.h"

#include <errno.h>

#include "loop/activate.h"
#include "loop/assign.h"
#include "loop/debug.h"
#include "loop/memory.h"
#include "loop/wake.h"

bool event_map_may_trim(const struct event_base *base)
{
	bool by_the_loop =
		base->running && base->thread == thread_identity() && !base->running_callback;

	return !by_the_loop && !(base->flags & EVENT_BASE_FLAG_LIBEVENT_2_1);
}

/* Marks and counts an event that a map has got. Wakes the loop, which must wait for it, too. */
static void inserted(struct event_base *base, struct event *event)
{
	event->ev_evcallback.evcb_flags |= EVLIST_INSERTED;
	count_up(&base->added, &event->ev_evcallback);
	wake_loop(base);
}

/* The callback of the event that reads the pipe. Activates the events of the signals it reads. */
static void read_signals(evutil_socket_t fd, short what, void *arg)
{
	struct event_base *base = arg;
	int counts[NSIG] = { 0 };

	(void)what;
	signal_map_read(fd, counts);
	base_lock(base);
	for (int i = 1; i < NSIG; i++) {
		if (counts[i])
			activate_signal(base, i, counts[i]);
	}
	base_unlock(base);
}

/* Makes the event that reads the pipe of the signals, and adds it to the map of descriptors. */
static int watch_signals(struct event_base *base)
{
	struct event *reader = own_event_new(base, base->signals.pipe[0], read_signals);

	if (!reader)
		return -ENOMEM;
	if (io_map_add(&base->io, reader, event_map_may_trim(base))) {
		debug_forget(reader);
		memory_free(reader);
		return -EIO;
	}
	inserted(base, reader);
	debug_note(reader);
	base->signal_reader = reader;
	return 0;
}

int event_map_open_signals(struct event_base *base)
{
	int result;

	if (base->signal_reader)
		return 0;
	result = signal_map_open(&base->signals);
	if (result)
		return result;
	result = watch_signals(base);
	if (result)
		signal_map_close(&base->signals);
	return result;
}

static int add_signal(struct event_base *base, struct event *event)
{
	int result = signal_exists(event->ev_fd) ? event_map_open_signals(base) : -EINVAL;

	return result ? result : signal_map_add(&base->signals, event);
}

int event_map_add(struct event_base *base, struct event *event)
{
	int result = event_asked(event) & EV_SIGNAL
			     ? add_signal(base, event)
			     : io_map_add(&base->io, event, event_map_may_trim(base));

	if (!result)
		inserted(base, event);
	return result;
}

void event_map_remove(struct event_base *base, struct event *event)
{
	if (event_asked(event) & EV_SIGNAL)
		signal_map_remove(&base->signals, event);
	else
		io_map_remove(&base->io, event, event_map_may_trim(base));
	event->ev_evcallback.evcb_flags &= ~EVLIST_INSERTED;
	count_down(&base->added, &event->ev_evcallback);
	wake_loop(base);
}
