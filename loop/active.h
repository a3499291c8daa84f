/*
 * active.h - queues of active callbacks, by priority
 *
 * Within a queue, callbacks run in the order in which they became active. The functions here know
 * no base. activation.h also counts the events of the base. The links are those of <sys/queue.h>.
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
	int running_priority; /* the priority whose callbacks are running; -1: none */
	size_t count;	      /* callbacks in all queues */

	/* Limits of one pass, from priority limited_from on. UINT64_MAX and INT_MAX: no limit. */
	uint64_t longest;
	int most;
	int limited_from;
};

/*
 * Makes empty queues for this number of priorities, in place of those before, which must be empty.
 * Returns 0, or -ENOMEM with nothing changed.
 */
int active_init(struct active_queues *active, int priorities);
void active_free(struct active_queues *active);

/* The first callback of the most urgent queue that has one. NULL: all queues are empty. */
struct event_callback *active_first(const struct active_queues *active);

/* NULL, or a text that names the broken invariant. */
const char *active_check(const struct active_queues *active);

/* Insert a callback into the queue of its priority, or remove it; set or clear EVLIST_ACTIVE. */
static inline void active_insert(struct active_queues *active, struct event_callback *callback)
{
	/* The priority may be from a time when the base had more priorities. */
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
