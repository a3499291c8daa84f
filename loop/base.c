/*
 * base.c - taking a base's lock, setting its priorities, returning what the base was made with
 */
#include "loop/base.h"

struct event_base *current_base;

void base_lock(struct event_base *base)
{
	base_enter(base);
}

void base_unlock(struct event_base *base)
{
	base_leave(base);
}

int event_base_priority_init(struct event_base *base, int priorities)
{
	int result = -1;

	if (!base)
		return -1;
	base_lock(base);
	/* A callback must not change the priorities either, because the loop runs a queue then. */
	if (!base->active.count && base->active.running_priority < 0 && priorities >= 1 &&
	    priorities < EVENT_MAX_PRIORITIES)
		result = active_init(&base->active, priorities) ? -1 : 0;
	base_unlock(base);
	return result;
}

int event_base_get_npriorities(struct event_base *base)
{
	int priorities;

	if (!base)
		base = current_base;
	if (!base)
		return -1;
	base_lock(base);
	priorities = base->active.priorities;
	base_unlock(base);
	return priorities;
}

const char *event_base_get_method(const struct event_base *base)
{
	return base ? base->io.backend->name : NULL;
}

int event_base_get_features(const struct event_base *base)
{
	return base ? base->io.backend->features : 0;
}

const char *event_base_get_timer_structure(const struct event_base *base)
{
	return base ? base->timers.name : NULL;
}
