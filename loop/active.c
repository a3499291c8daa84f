/*
 * active.c - queues of active callbacks, by priority
 *
 * An iteration runs the callbacks of the first queue that is not empty and then polls again. So an
 * urgent callback waits for the work of one queue at most. Within a queue, callbacks run in the
 * order in which they became active. This includes callbacks that join the queue while it runs.
 */
#include "loop/base.h"
#include "loop/timeout_inline.h"

#include <errno.h>
#include <limits.h>

void callback_queue_init(struct callback_queue *queue)
{
	queue->first = NULL;
	queue->last = &queue->first;
}

static void append(struct callback_queue *queue, struct event_callback *callback)
{
	callback->evcb_active_next.tqe_next = NULL;
	callback->evcb_active_next.tqe_prev = queue->last;
	*queue->last = callback;
	queue->last = &callback->evcb_active_next.tqe_next;
}

static void take_out(struct callback_queue *queue, struct event_callback *callback)
{
	struct event_callback *next = callback->evcb_active_next.tqe_next;

	if (next)
		next->evcb_active_next.tqe_prev = callback->evcb_active_next.tqe_prev;
	else
		queue->last = callback->evcb_active_next.tqe_prev;
	*callback->evcb_active_next.tqe_prev = next;
}

int active_init(struct event_base *base, int priorities)
{
	struct active_queues *active = &base->active;
	struct callback_queue *queues = memory_allocate_zeroed((size_t)priorities, sizeof(*queues));

	if (!queues)
		return -ENOMEM;
	memory_free(active->queues);
	active->queues = queues;
	active->priorities = priorities;
	active->running_priority = -1;
	for (int i = 0; i < priorities; i++)
		callback_queue_init(&queues[i]);
	return 0;
}

void active_free(struct event_base *base)
{
	memory_free(base->active.queues);
	base->active.queues = NULL;
}

/*
 * enter does what all insertions into a queue have in common, leave what all removals have. As in
 * libevent, a place in an active queue counts as an added event. The count of active events
 * includes the loop's own, unlike the count of added events.
 */
static void enter(struct event_base *base, struct event_callback *callback, short flag)
{
	callback->evcb_flags |= flag;
	count_up(&base->added, callback);
	count_one(&base->active_events);
	base->active.count++;
}

static void leave(struct event_base *base, struct event_callback *callback, short flag)
{
	callback->evcb_flags &= (short)~flag;
	count_down(&base->added, callback);
	base->active_events.now--;
	base->active.count--;
}

void active_insert(struct event_base *base, struct event_callback *callback)
{
	/* The priority may be from a time when the base had more priorities. */
	if (callback->evcb_pri >= base->active.priorities)
		callback->evcb_pri = (uint8_t)(base->active.priorities - 1);
	enter(base, callback, EVLIST_ACTIVE);
	append(&base->active.queues[callback->evcb_pri], callback);
}

void active_insert_timer(struct event_base *base, struct event *event)
{
	struct event_callback *callback = &event->ev_evcallback;

	base->statistics.timers_expired++;
	timer_put_down(event);
	event->ev_res = EV_TIMEOUT;
	callback->evcb_flags |= EVLIST_ACTIVE; /* counted in `added` already */
	count_one(&base->active_events);
	base->active.count++;
	if (callback->evcb_pri >= base->active.priorities)
		callback->evcb_pri = (uint8_t)(base->active.priorities - 1);
	append(&base->active.queues[callback->evcb_pri], callback);
}

void active_remove(struct event_base *base, struct event_callback *callback)
{
	leave(base, callback, EVLIST_ACTIVE);
	take_out(&base->active.queues[callback->evcb_pri], callback);
}

void active_insert_later(struct event_base *base, struct event_callback *callback)
{
	enter(base, callback, EVLIST_ACTIVE_LATER);
	append(&base->active.later, callback);
}

void active_remove_later(struct event_base *base, struct event_callback *callback)
{
	leave(base, callback, EVLIST_ACTIVE_LATER);
	take_out(&base->active.later, callback);
}

void active_take_later(struct event_base *base)
{
	struct event_callback *callback;

	while ((callback = base->active.later.first)) {
		active_remove_later(base, callback);
		active_insert(base, callback);
	}
}

bool callback_activate(struct event_base *base, struct event_callback *callback)
{
	if (callback->evcb_flags & (EVLIST_FINALIZING | EVLIST_ACTIVE))
		return false;
	if (callback->evcb_flags & EVLIST_ACTIVE_LATER)
		active_remove_later(base, callback);
	active_insert(base, callback);
	notify_loop(base);
	return true;
}

void event_active_locked(struct event *event, int what, short ncalls)
{
	struct event_base *base = event->ev_base;
	struct event_callback *callback = &event->ev_evcallback;

	if (callback->evcb_flags & EVLIST_FINALIZING)
		return;
	timeout_keep_room(base, event);
	if (callback->evcb_flags & (EVLIST_ACTIVE | EVLIST_ACTIVE_LATER))
		what |= event_result(event);
	event_set_result(event, (short)what);
	if (callback->evcb_flags & EVLIST_ACTIVE)
		return;
	/* The event is more urgent than the running callback: the next iteration starts at once. */
	if (callback->evcb_pri < base->active.running_priority)
		base->continued = true;
	if (event_asked(event) & EV_SIGNAL)
		callback->evcb_ncalls = ncalls;
	callback_activate(base, callback);
	debug_note(event);
}

/*
 * If another thread's loop is calling a signal event, event_active waits until the call has
 * returned, as in libevent. Only event_active waits. The wait releases the lock, and the callback
 * may free its event, so event_active_locked, which runs while lists of events are walked, must not
 * wait.
 */
static void wait_for_signal_calls(struct event *event)
{
	const short settled = EVLIST_FINALIZING | EVLIST_ACTIVE;

	if (!(event->ev_evcallback.evcb_flags & settled) && (event_asked(event) & EV_SIGNAL))
		callback_wait(event->ev_base, &event->ev_evcallback);
}

void event_active(struct event *event, int what, short ncalls)
{
	if (!event->ev_base) {
		log_warning("event_active: the event has no base");
		return;
	}
	base_lock(event->ev_base);
	debug_check_assigned(event, "event_active");
	wait_for_signal_calls(event);
	event_active_locked(event, what, ncalls);
	base_unlock(event->ev_base);
}

/* An event that does not persist stops being pending before its callback runs. */
static void take_for_calling(struct event_base *base, struct event_callback *callback)
{
	struct event *event = event_of_callback(callback);
	const short pending = EVLIST_INSERTED | EVLIST_TIMEOUT;

	active_remove(base, callback);
	if ((callback->evcb_flags & pending) && !(event_asked(event) & EV_PERSIST) &&
	    !(callback->evcb_flags & EVLIST_FINALIZING))
		event_del_locked(event, DELETE_NOBLOCK);
	debug_note(event);
}

bool callback_runs_elsewhere(const struct event_base *base, const struct event_callback *callback)
{
	return base->running_callback == callback && base->callback_done &&
	       base->thread != thread_identity();
}

/*
 * A wait on a condition may end spuriously, and the callback may run again before a waiter gets the
 * lock. So the number of the call tells whether the call that the waiter saw has returned.
 */
void callback_wait(struct event_base *base, const struct event_callback *callback)
{
	unsigned long call = base->calls;

	while (callback_runs_elsewhere(base, callback) && base->calls == call) {
		base->callback_waiters++;
		condition_wait(base->callback_done, base->lock);
	}
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

/* Whether the callbacks have used up their time. The check also refreshes the loop's time cache. */
static bool time_is_up(struct event_base *base, uint64_t until)
{
	if (until == UINT64_MAX)
		return false;
	time_cache_fill(base);
	return time_cached(base) >= until;
}

/*
 * Runs at most `most` callbacks, and none after the time `until`, except the first. Returns how
 * many ran, without the loop's own, or -1 after event_base_loopbreak.
 */
static int run_queue(struct event_base *base, struct callback_queue *queue, int most,
		     uint64_t until)
{
	struct event_callback *callback;
	int count = 0;

	while ((callback = queue->first)) {
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

/* The iteration ends with the first queue that runs a callback other than the loop's own. */
int active_process(struct event_base *base)
{
	struct active_queues *active = &base->active;
	uint64_t until = UINT64_MAX;
	int count = 0;

	if (active->longest != UINT64_MAX) {
		time_cache_fill(base);
		until = time_after(time_cached(base), active->longest);
	}
	for (int i = 0; i < active->priorities && !count; i++) {
		bool limited = i >= active->limited_from;

		if (!active->queues[i].first)
			continue;
		active->running_priority = i;
		count = run_queue(base, &active->queues[i], limited ? active->most : INT_MAX,
				  limited ? until : UINT64_MAX);
	}
	active->running_priority = -1;
	return count;
}

static const char *check_queue(const struct callback_queue *queue, int flag, int priority,
			       size_t *count)
{
	struct event_callback *const *link = &queue->first;

	for (; *link; link = &(*link)->evcb_active_next.tqe_next) {
		if ((*link)->evcb_active_next.tqe_prev != link)
			return "an active queue's links are broken";
		if (!((*link)->evcb_flags & flag))
			return "a callback stands in an active queue and does not say so";
		if (priority >= 0 && (*link)->evcb_pri != priority)
			return "a callback stands in another priority's queue";
		++*count;
	}
	return queue->last == link ? NULL : "an active queue's end is lost";
}

const char *active_check(const struct event_base *base)
{
	const struct active_queues *active = &base->active;
	size_t count = 0;
	const char *broken = check_queue(&active->later, EVLIST_ACTIVE_LATER, -1, &count);

	for (int i = 0; i < active->priorities && !broken; i++)
		broken = check_queue(&active->queues[i], EVLIST_ACTIVE, i, &count);
	if (!broken && count != active->count)
		broken = "active callbacks are miscounted";
	return broken;
}
