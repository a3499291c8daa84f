/*
 * debug.c - debug mode, which detects wrong uses of events
 *
 * A program that assigns a pending event corrupts the timer structure, or makes the loop spin for
 * ever. The event's memory does not show this mistake. Garbage may look like an event, and the
 * program may have cleared a pending event. So debug mode does not trust the event's own flags. It
 * keeps the address of each assigned event, and whether the event is pending or active, in a search
 * tree of the C library.
 */
#include "loop/debug.h"

#include "loop/event_members.h"

#include <fcntl.h>
#include <pthread.h>
#include <search.h>
#include <stdlib.h>

#include "loop/log.h"

struct known {
	const struct event *event;
	bool standing; /* pending or active */
};

bool debug_mode;
atomic_bool debug_too_late;
static void *assigned; /* the root of the tree, for tsearch; its nodes are struct known */
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

static int compare(const void *a, const void *b)
{
	const struct event *one = ((const struct known *)a)->event;
	const struct event *other = ((const struct known *)b)->event;

	return (one > other) - (one < other);
}

/* Returns the node of an event, or NULL. The caller holds the lock. */
static struct known *find(const struct event *event)
{
	const struct known wanted = { .event = event };
	struct known **node = tfind(&wanted, &assigned, compare);

	return node ? *node : NULL;
}

/* Returns the node of an event, or NULL if memory runs out. The caller holds the lock. */
static struct known *find_or_make(const struct event *event)
{
	struct known *known = find(event);

	if (known)
		return known;
	known = malloc(sizeof(*known));
	if (!known)
		return NULL;
	*known = (struct known){ .event = event };
	if (!tsearch(known, &assigned, compare)) {
		free(known);
		return NULL;
	}
	return known;
}

void event_enable_debug_mode(void)
{
	if (debug_mode)
		log_fatal(LOG_MISUSE, "event_enable_debug_mode: called twice");
	if (atomic_load(&debug_too_late))
		log_fatal(LOG_MISUSE,
			  "event_enable_debug_mode: called after a base or an event was made");
	debug_mode = true;
}

void debug_assigned_(struct event *event)
{
	struct known *known;

	pthread_mutex_lock(&lock);
	known = find_or_make(event);
	if (known)
		known->standing = false;
	pthread_mutex_unlock(&lock);
	if (!known)
		log_fatal(1, "debug mode: no memory to remember an event");
}

void debug_forget_(struct event *event)
{
	struct known *known;

	pthread_mutex_lock(&lock);
	known = find(event);
	if (known)
		tdelete(known, &assigned, compare);
	pthread_mutex_unlock(&lock);
	free(known);
}

void debug_note_(const struct event *event)
{
	struct known *known;

	pthread_mutex_lock(&lock);
	known = find(event);
	if (known)
		known->standing = event->ev_evcallback.evcb_flags & EVLIST_STANDING;
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
	bool known;

	pthread_mutex_lock(&lock);
	known = find(event);
	pthread_mutex_unlock(&lock);
	if (!known)
		log_fatal(LOG_MISUSE, "%s: the event at %p was never assigned", function,
			  (const void *)event);
}

void debug_check_idle_(const struct event *event, const char *function)
{
	const struct known *known;
	bool standing;

	pthread_mutex_lock(&lock);
	known = find(event);
	standing = known && known->standing;
	pthread_mutex_unlock(&lock);
	if (standing)
		log_fatal(LOG_MISUSE, "%s: the event at %p is still pending or active", function,
			  (const void *)event);
}

void debug_check_descriptor_(const struct event *event, const char *function)
{
	int flags;

	if (event->ev_fd < 0 || (event_asked(event) & EV_SIGNAL))
		return;
	flags = fcntl(event->ev_fd, F_GETFL);
	if (flags >= 0 && !(flags & O_NONBLOCK))
		log_fatal(LOG_MISUSE, "%s: descriptor %d lacks O_NONBLOCK", function, event->ev_fd);
}

void debug_shutdown(void)
{
	pthread_mutex_lock(&lock);
	tdestroy(assigned, free);
	assigned = NULL;
	pthread_mutex_unlock(&lock);
	debug_mode = false;
	atomic_store(&debug_too_late, false);
}
