/*
 * active.c - queues of active callbacks, one for each priority
 */
#include "loop/active.h"

#include <errno.h>

#include "loop/memory.h"

int active_init(struct active_queues *active, int priorities)
{
	struct callback_queue *queues = memory_allocate_zeroed((size_t)priorities, sizeof(*queues));

	if (!queues)
		return -ENOMEM;
	memory_free(active->queues);
	active->queues = queues;
	active->priorities = priorities;
	active->running_priority = -1;
	for (int i = 0; i < priorities; i++)
		TAILQ_INIT(&queues[i]);
	return 0;
}

void active_free(struct active_queues *active)
{
	memory_free(active->queues);
	active->queues = NULL;
}

struct event_callback *active_first(const struct active_queues *active)
{
	for (int i = 0; i < active->priorities; i++) {
		if (!TAILQ_EMPTY(&active->queues[i]))
			return TAILQ_FIRST(&active->queues[i]);
	}
	return NULL;
}

static const char *check_queue(const struct callback_queue *queue, int priority, size_t *count)
{
	struct event_callback *const *link = &queue->tqh_first;

	for (; *link; link = &(*link)->evcb_active_next.tqe_next) {
		if ((*link)->evcb_active_next.tqe_prev != link)
			return "an active queue's links are broken";
		if (!((*link)->evcb_flags & EVLIST_ACTIVE))
			return "a callback in an active queue lacks EVLIST_ACTIVE";
		if ((*link)->evcb_pri != priority)
			return "a callback is in the queue of another priority";
		++*count;
	}
	return queue->tqh_last == link ? NULL : "an active queue's end is lost";
}

const char *active_check(const struct active_queues *active)
{
	const char *broken = NULL;
	size_t count = 0;

	for (int i = 0; i < active->priorities && !broken; i++)
		broken = check_queue(&active->queues[i], i, &count);
	if (!broken && count != active->count)
		broken = "active callbacks are miscounted";
	return broken;
}
