/*
 * base_free.c - frees a base, after deleting all events from it
 */
#include "loop/base_free.h"

#include "loop/activation.h"
#include "loop/base.h"
#include "loop/closure.h"
#include "loop/common_events.h"
#include "loop/event_internal.h"
#include "loop/expiry.h"
#include "loop/log.h"
#include "loop/memory.h"
#include "loop/once.h"
#include "loop/own_events.h"
#include "loop/timeout.h"
#include "loop/watchers.h"

/* Timers that will be deleted. Deletion waits until for_each ends, which allows no change. */
struct collection {
	struct timer **timers;
	size_t count, room;
};

static void collect(struct timer *timer, void *data)
{
	struct collection *collection = data;

	if (collection->count < collection->room)
		collection->timers[collection->count++] = timer;
}

static void delete_collected(struct event_base *base, struct collection *collection)
{
	base->timers.structure->for_each(base->timers.set, collect, collection);
	for (size_t i = 0; i < collection->count; i++)
		event_del_locked(event_of_timer(collection->timers[i]), DELETE_EVEN_IF_FINALIZING);
	collection->count = 0;
}

/*
 * Deletes all timers of the set. Walks the set once if there is memory for a pointer to each timer.
 * Otherwise walks the set once for each EXPIRE_BATCH timers.
 */
static void delete_timers(struct event_base *base)
{
	struct timer *few[EXPIRE_BATCH];
	size_t size = base->timers.structure->size(base->timers.set);
	struct timer **all = memory_allocate((size + 1) * sizeof(*all));
	struct collection collection = { all ? all : few, 0, all ? size : EXPIRE_BATCH };

	while (base->timers.structure->size(base->timers.set))
		delete_collected(base, &collection);
	memory_free(all);
}

static void delete_descriptor_events(struct event_base *base)
{
	for (int fd = io_map_next(&base->io, 0); fd >= 0; fd = io_map_next(&base->io, fd + 1)) {
		struct event *event = io_map_events(&base->io, fd), *next;

		for (; event; event = next) {
			next = LIST_NEXT(event, ev_io_next);
			if (!(event->ev_evcallback.evcb_flags & EVLIST_INTERNAL))
				event_del_locked(event, DELETE_EVEN_IF_FINALIZING);
		}
	}
}

static void delete_signal_events(struct event_base *base)
{
	struct event *event;

	for (int i = 1; i < NSIG; i++) {
		while ((event = signal_map_events(&base->signals, i)))
			event_del_locked(event, DELETE_EVEN_IF_FINALIZING);
	}
}

static void delete_events(struct event_base *base)
{
	delete_timers(base);
	common_events_delete(base);
	delete_descriptor_events(base);
	delete_signal_events(base);
}

/*
 * Removes all callbacks from the active queues. If `finalize` is true, calls the finalizers. Never
 * calls the callbacks of events. A finalizer may activate another finalizer of any priority, so
 * each step searches from the first queue on.
 */
static void drop_active(struct event_base *base, bool finalize)
{
	struct event_callback *callback;

	while ((callback = active_first(&base->active))) {
		bool finalizing = callback->evcb_flags & EVLIST_FINALIZING;

		activation_leave(base, callback);
		timeout_drop_room(base, event_of_callback(callback));
		if (finalizing && finalize)
			closure_call(base, callback);
	}
}

void base_destroy(struct event_base *base)
{
	own_events_free(base);
	watchers_free(base);
	common_events_free(base);
	timers_free(&base->timers);
	io_map_free(&base->io);
	if (base->io.backend)
		base->io.backend->destroy(base->io.backend_state);
	active_free(&base->active);
	condition_free(base->callback_done);
	lock_free(base->lock);
	memory_free(base);
}

static void base_free(struct event_base *base, bool finalize)
{
	if (!base) {
		base = current_base;
		if (!base) {
			log_warning(
				"event_base_free: no base is given, and there is no current base");
			return;
		}
	}
	if (base == current_base)
		current_base = NULL;
	base_lock(base);
	drop_active(base, finalize);
	base->io.silent = true; /* the backend need not learn of deletions: it is destroyed next */
	delete_events(base);
	once_free_all(base);
	base_unlock(base);
	base_destroy(base);
}

void event_base_free(struct event_base *base)
{
	base_free(base, true);
}

void event_base_free_nofinalize(struct event_base *base)
{
	base_free(base, false);
}
