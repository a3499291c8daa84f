/*
 * dispatch.c - running the active callbacks, by priority
 *
 * An iteration runs the callbacks of the first queue that is not empty, and the loop then polls
 * again. So an urgent callback waits for the callbacks of one queue at most. The callbacks of a
 * queue run in the order in which they became active. This includes callbacks that become active
 * while the queue runs.
 */
#include "loop/dispatch.h"

#include <limits.h>

#include "loop/activation.h"
#include "loop/closure.h"
#include "loop/debug.h"
#include "loop/event_internal.h"

/*
 * Removes a callback from its active queue before the call. Also deletes its event, if the event
 * does not persist.
 */
static void take_for_calling(struct event_base *base, struct event_callback *callback)
{
	struct event *event = event_of_callback(callback);
	const short pending = EVLIST_INSERTED | EVLIST_TIMEOUT;

	activation_leave(base, callback);
	if ((callback->evcb_flags & pending) && !(event_asked(event) & EV_PERSIST) &&
	    !(callback->evcb_flags & EVLIST_FINALIZING))
		event_del_locked(event, DELETE_NOBLOCK);
	debug_note(event);
}

static void call(struct event_base *base, struct event_callback *callback)
{
	base->running_callback = callback;
	base->calls++;
	base->callback_waiters = 0;
	closure_call(base, callback);
	base->running_callback = NULL;
	if (base->callback_waiters) {
		base->callback_waiters = 0;
		condition_broadcast(base->callback_done);
	}
}

/* Returns whether the time `until` has come. Also refreshes the time cache, if there is a limit. */
static bool time_is_up(struct event_base *base, uint64_t until)
{
	if (until == UINT64_MAX)
		return false;
	time_cache_fill(&base->time);
	return time_cached(&base->time) >= until;
}

/*
 * Runs at most `most` callbacks of the program. Starts none after the time `until`, except the
 * first. Returns how many callbacks of the program ran, or -1 after event_base_loopbreak.
 */
static int run_queue(struct event_base *base, struct callback_queue *queue, int most,
		     uint64_t until)
{
	struct event_callback *callback;
	int count = 0;

	while ((callback = TAILQ_FIRST(queue))) {
		bool counts = !(callback->evcb_flags & EVLIST_INTERNAL);

		take_for_calling(base, callback);
		call(base, callback);
		count += counts;
		if (base->broken)
			return -1;
		if (count >= most || base->continued || (count && time_is_up(base, until)))
			break;
	}
	return count;
}

int dispatch_active(struct event_base *base)
{
	struct active_queues *active = &base->active;
	uint64_t until = UINT64_MAX;
	int count = 0;

	if (active->longest != UINT64_MAX) {
		time_cache_fill(&base->time);
		until = time_after(time_cached(&base->time), active->longest);
	}
	for (int i = 0; i < active->priorities && !count; i++) {
		bool limited = i >= active->limited_from;

		if (TAILQ_EMPTY(&active->queues[i]))
			continue;
		active->running_priority = i;
		count = run_queue(base, &active->queues[i], limited ? active->most : INT_MAX,
				  limited ? until : UINT64_MAX);
	}
	active->running_priority = -1;
	return count;
}
