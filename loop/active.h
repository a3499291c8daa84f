/*
 * active.h - queues of active callbacks, one for each priority
 *
 * The callbacks of a queue run in the order in which they became active. The functions of this file
 * do not get the base. activation.h and expiry.c insert and remove callbacks, and count the events
 * of the base. dispatch.c runs the queues. The caller holds the base's lock.
 */
#ifndef ACTIVE_H
#define ACTIVE_H

#include "loop/event_members.h"

#include <stddef.h>
#include <stdint.h>
#include <sys/queue.h>

TAILQ_HEAD(callback_queue, event_callback);

struct active_queues {
	struct callback_queue *queues; /* by priority */
	int priorities;
	int running_priority; /* the priority whose callbacks are running, or -1 */
	size_t count;	      /* callbacks in all queues */

	/* Limits of an iteration's callbacks (event_config_set_max_dispatch_interval). */
	uint64_t longest; /* ns; UINT64_MAX is no limit */
	int most;	  /* callbacks; INT_MAX is no limit */
	int limited_from; /* the limits apply to priorities from this one on */
};

/*
 * Makes an empty queue for each of this number of priorities. Frees the former queues, which must
 * be empty. Returns 0, or -ENOMEM with nothing changed.
 */
int active_init(struct active_queues *active, int priorities);
void active_free(struct active_queues *active);

/* Returns the first callback of the most urgent queue that is not empty, or NULL. O(priorities). */
struct event_callback *active_first(const struct active_queues *active);

/* Returns NULL, or a text that names the broken invariant. */
const char *active_check(const struct active_queues *active);

/* Insert a callback into the queue of its priority, or remove it. Set or clear EVLIST_ACTIVE. */
static inline void active_insert(struct active_queues *active, struct event_callback *callback)
{
	/* The event may have got its priority when the base had more priorities. */
	if (callback->evcb_pri >= active->priorities)
		callback->evcb_pri = (uint8_t)(active->priorities - 1);
	callback->evcb_flags |= EVLIST_ACTIVE;
	active->count++;
	TAILQ_INSERT_TAIL(&active->queues[callback->evcb_pri], callback, evcb_active_next);
}

static inline void active_remove(struct active_queues *active, struct event_callback *callback)
{
	callback->evcb_flags &= (short)~EVLIST_ACTIVE;
	active->count--;
	TAILQ_REMOVE(&active->queues[callback->evcb_pri], callback, evcb_active_next);
}

#endif
