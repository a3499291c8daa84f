/*
 * inspect.c - functions of event.h that count, visit, list, activate and check a base's events
 */
#include "loop/activate.h"
#include "loop/base.h"

/* ------------------------------------------------------------------------------- counting */

/* Stores the counts that the EVENT_BASE_COUNT_ bits name in `list`, and NULL. Returns `list`. */
static struct event_count *const *counts_of(struct event_base *base, struct event_count **list,
					    unsigned which)
{
	size_t used = 0;

	if (which & EVENT_BASE_COUNT_ACTIVE)
		list[used++] = &base->active_events;
	if (which & EVENT_BASE_COUNT_VIRTUAL)
		list[used++] = &base->virtual_events;
	if (which & EVENT_BASE_COUNT_ADDED)
		list[used++] = &base->added;
	list[used] = NULL;
	return list;
}

int event_base_get_num_events(struct event_base *base, unsigned int which)
{
	struct event_count *list[4];
	int sum = 0;

	if (!base)
		return 0;
	base_lock(base);
	for (struct event_count *const *count = counts_of(base, list, which); *count; count++)
		sum += (*count)->now;
	base_unlock(base);
	return sum;
}

int event_base_get_max_events(struct event_base *base, unsigned int which, int clear)
{
	struct event_count *list[4];
	int sum = 0;

	if (!base)
		return 0;
	base_lock(base);
	for (struct event_count *const *count = counts_of(base, list, which); *count; count++) {
		sum += (*count)->most;
		if (clear)
			(*count)->most = 0;
	}
	base_unlock(base);
	return sum;
}

void event_base_get_statistics(const struct event_base *base,
			       struct event_base_statistics *statistics)
{
	*statistics = (struct event_base_statistics){ 0 };
	if (!base)
		return;
	base_lock((struct event_base *)base);
	*statistics = base->statistics;
	statistics->wake_ups_sent = base->notify.sent;
	base_unlock((struct event_base *)base);
}

size_t event_base_get_timer_footprint(struct event_base *base)
{
	size_t bytes;

	if (!base)
		return 0;
	base_lock(base);
	bytes = base->timers.structure->footprint(base->timers.set);
	base_unlock(base);
	return bytes;
}

/* ------------------------------------------------------------------------------- visiting */

struct visit {
	const struct event_base *base;
	event_base_foreach_event_cb function;
	void *arg;
	int result;
};

static int visit_event(struct event *event, void *data)
{
	struct visit *visit = data;

	visit->result = visit->function(visit->base, event, visit->arg);
	return visit->result;
}

/* Skips events in a map, because io_map_for_each or signal_map_for_each has visited them. */
static void visit_timer(struct timer *timer, void *data)
{
	struct visit *visit = data;
	struct event *event = event_of_timer(timer);

	if (!visit->result && !(event->ev_evcallback.evcb_flags & EVLIST_INSERTED))
		visit_event(event, visit);
}

static int visit_queued(struct event *event, void *data)
{
	return event->ev_evcallback.evcb_flags & EVLIST_INSERTED ? 0 : visit_event(event, data);
}

/* Visits the active events that are neither in a map nor armed. Returns as visit_event. */
static int visit_active(const struct event_base *base, struct visit *visit)
{
	const short others = EVLIST_INIT | EVLIST_INSERTED | EVLIST_TIMEOUT;

	for (int i = 0; i < base->active.priorities; i++) {
		struct event_callback *callback = TAILQ_FIRST(&base->active.queues[i]);

		for (; callback; callback = TAILQ_NEXT(callback, evcb_active_next)) {
			if ((callback->evcb_flags & others) == EVLIST_INIT &&
			    visit_event(event_of_callback(callback), visit))
				return visit->result;
		}
	}
	return 0;
}

static int visit_all(struct event_base *base, struct visit *visit)
{
	if (io_map_for_each(&base->io, visit_event, visit) ||
	    signal_map_for_each(&base->signals, visit_event, visit))
		return visit->result;
	base->timers.structure->for_each(base->timers.set, visit_timer, visit);
	if (visit->result || common_for_each(&base->common, visit_queued, visit))
		return visit->result;
	return visit_active(base, visit);
}

int event_base_foreach_event(struct event_base *base, event_base_foreach_event_cb function,
			     void *arg)
{
	struct visit visit = { base, function, arg, 0 };
	int result;

	if (!base || !function)
		return -1;
	base_lock(base);
	result = visit_all(base, &visit);
	base_unlock(base);
	return result;
}

/* -------------------------------------------------------------------------------- listing */

static const char *signal_or_descriptor(const struct event *event)
{
	return event_asked(event) & EV_SIGNAL ? "sig" : "fd "; /* the spelling of libevent */
}

static int dump_pending(const struct event_base *base, const struct event *event, void *arg)
{
	short flags = event->ev_evcallback.evcb_flags;
	FILE *output = arg;

	if (!(flags & (EVLIST_INSERTED | EVLIST_TIMEOUT)))
		return 0;
	fprintf(output, "  %p [%s %ld]%s%s%s%s%s%s%s", (const void *)event,
		signal_or_descriptor(event), (long)event->ev_fd,
		event_asked(event) & EV_READ ? " Read" : "",
		event_asked(event) & EV_WRITE ? " Write" : "",
		event_asked(event) & EV_CLOSED ? " EOF" : "",
		event_asked(event) & EV_SIGNAL ? " Signal" : "",
		event_asked(event) & EV_PERSIST ? " Persist" : "",
		event_asked(event) & EV_ET ? " ET" : "",
		flags & EVLIST_INTERNAL ? " Internal" : "");
	if (flags & EVLIST_TIMEOUT) {
		/* The list is for people, so the deadline is a time of the wall clock. */
		struct timeval at =
			time_to_wall((struct loop_time *)&base->time, event->ev_timer.deadline);

		fprintf(output, " Timeout=%ld.%06ld", (long)at.tv_sec, (long)at.tv_usec);
	}
	fputc('\n', output);
	return 0;
}

static int dump_active(const struct event_base *base, const struct event *event, void *arg)
{
	short flags = event->ev_evcallback.evcb_flags;
	FILE *output = arg;

	(void)base;
	if (!(flags & EVLIST_ACTIVE))
		return 0;
	fprintf(output, "  %p [%s %ld, priority=%d]%s%s%s%s%s active%s\n", (const void *)event,
		signal_or_descriptor(event), (long)event->ev_fd, event->ev_evcallback.evcb_pri,
		event_result(event) & EV_READ ? " Read" : "",
		event_result(event) & EV_WRITE ? " Write" : "",
		event_result(event) & EV_CLOSED ? " EOF" : "",
		event_result(event) & EV_SIGNAL ? " Signal" : "",
		event_result(event) & EV_TIMEOUT ? " Timeout" : "",
		flags & EVLIST_INTERNAL ? " [Internal]" : "");
	return 0;
}

void event_base_dump_events(struct event_base *base, FILE *output)
{
	if (!base)
		return;
	fputs("Inserted events:\n", output);
	event_base_foreach_event(base, dump_pending, output);
	fputs("Active events:\n", output);
	event_base_foreach_event(base, dump_active, output);
}

/* ----------------------------------------------------------------------------- triggering */

/* EV_TIMEOUT activates the events of the descriptor that have a timeout. */
void event_base_active_by_fd(struct event_base *base, evutil_socket_t fd, short events)
{
	if (!base)
		return;
	base_lock(base);
	activate_descriptor(base, fd, events & (EV_READ | EV_WRITE | EV_CLOSED));
	if (events & EV_TIMEOUT) {
		struct event *event = io_map_events(&base->io, fd);

		for (; event; event = LIST_NEXT(event, ev_io_next)) {
			if (event->ev_evcallback.evcb_flags & EVLIST_TIMEOUT)
				event_active_locked(event, EV_TIMEOUT, 1);
		}
	}
	base_unlock(base);
}

void event_base_active_by_signal(struct event_base *base, int signal)
{
	if (!base)
		return;
	base_lock(base);
	activate_signal(base, signal, 1);
	base_unlock(base);
}

struct event *event_base_get_running_event(struct event_base *base)
{
	struct event *event = NULL;

	if (!base)
		return NULL;
	base_lock(base);
	if (base->running && base->thread == thread_identity() && base->running_callback &&
	    (base->running_callback->evcb_flags & EVLIST_INIT))
		event = event_of_callback(base->running_callback);
	base_unlock(base);
	return event;
}

/* ------------------------------------------------------------------------------- checking */

struct recount {
	int added, active;
};

static int count_event(const struct event_base *base, const struct event *event, void *arg)
{
	short flags = event->ev_evcallback.evcb_flags;
	struct recount *recount = arg;

	(void)base;
	if (flags & EVLIST_INTERNAL)
		return 0;
	recount->active += !!(flags & EVLIST_ACTIVE);
	recount->added += !!(flags & EVLIST_TIMEOUT) + !!(flags & EVLIST_INSERTED) +
			  !!(flags & EVLIST_ACTIVE);
	/*
	 * A pending event with a negative descriptor and no timeout is in no map. `added` counts
	 * it, but nothing visits it. So check_locked accepts a recount that is too small.
	 */
	return 0;
}

static const char *check_locked(struct event_base *base)
{
	struct recount recount = { 0 };
	const char *broken = timers_check(&base->timers);

	if (!broken)
		broken = common_check(&base->common, base->running_callback);
	if (!broken)
		broken = active_check(&base->active);
	if (!broken)
		broken = io_map_check(&base->io);
	if (!broken)
		broken = signal_map_check(&base->signals);
	if (broken)
		return broken;
	event_base_foreach_event(base, count_event, &recount);
	if (recount.added > base->added.now)
		return "more events are pending than are counted as added";
	if (recount.active > base->active_events.now ||
	    base->active.count != (size_t)base->active_events.now)
		return "the count of active events is wrong";
	if (base->added.now < 0)
		return "a count is below zero";
	return NULL;
}

const char *event_base_check(struct event_base *base)
{
	const char *broken;

	if (!base)
		return "there is no base";
	base_lock(base);
	broken = check_locked(base);
	base_unlock(base);
	return broken;
}
