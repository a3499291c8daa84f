/*
 * debug.c - debug mode: catching the use of events that were never assigned
 *
 * Assigning over an event that is pending is the classic way to corrupt a heap or to make a loop
 * spin for ever, and nothing about an event's bytes tells an old event from garbage. So debug mode
 * keeps the addresses of all that were assigned, in a tree of the C library's.
 */
#include "loop/base.h"

#include <pthread.h>
#include <search.h>

bool debug_mode;
static bool too_late;
static void *assigned; /* tsearch's root */
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

static int compare(const void *a, const void *b)
{
	return (a > b) - (a < b);
}

static bool is_known(const struct event *event)
{
	bool known;

	pthread_mutex_lock(&lock);
	known = tfind(event, &assigned, compare);
	pthread_mutex_unlock(&lock);
	return known;
}

void event_enable_debug_mode(void)
{
	if (debug_mode)
		log_fatal(0, "event_enable_debug_mode: called twice");
	if (too_late)
		log_fatal(0, "event_enable_debug_mode: called after a base or an event was made");
	debug_mode = true;
}

void debug_too_late(void)
{
	too_late = true;
}

void debug_assigned_(struct event *event)
{
	pthread_mutex_lock(&lock);
	if (!tsearch(event, &assigned, compare)) {
		pthread_mutex_unlock(&lock);
		log_fatal(0, "debug mode: no memory to remember an event");
	}
	pthread_mutex_unlock(&lock);
}

void debug_forget_(struct event *event)
{
	pthread_mutex_lock(&lock);
	tdelete(event, &assigned, compare);
	pthread_mutex_unlock(&lock);
}

void event_debug_unassign(struct event *event)
{
	debug_check_idle(event, "event_debug_unassign");
	debug_forget(event);
	event->ev_evcallback.evcb_flags &= ~EVLIST_INIT;
}

void debug_check_assigned_(const struct event *event, const char *function)
{
	if (!is_known(event))
		log_fatal(0, "%s: the event at %p was never assigned", function,
			  (const void *)event);
}

void debug_check_idle_(const struct event *event, const char *function)
{
	const short standing =
		EVLIST_TIMEOUT | EVLIST_INSERTED | EVLIST_ACTIVE | EVLIST_ACTIVE_LATER;

	if (is_known(event) && (event->ev_evcallback.evcb_flags & standing))
		log_fatal(0, "%s: the event at %p is still pending or active", function,
			  (const void *)event);
}

static void nothing(void *address)
{
	(void)address; /* the tree's nodes are its own, the events are not */
}

void debug_shutdown(void)
{
	pthread_mutex_lock(&lock);
	tdestroy(assigned, nothing);
	assigned = NULL;
	pthread_mutex_unlock(&lock);
	debug_mode = too_late = false;
}
