/*
 * wake.c - wakes up a loop that sleeps in another thread
 *
 * A wake-up is a system call. So the loop is not woken by its own thread. An added timer wakes it
 * in two cases only: the loop would sleep past the timer's deadline, or the loop has slept past the
 * end of its wait already (the machine was suspended, or a clock jumped).
 */
#include "loop/wake.h"

static bool is_elsewhere(const struct event_base *base)
{
	return base->running && base->thread != thread_identity();
}

void wake_other(struct event_base *base)
{
	if (is_elsewhere(base))
		notify_send(&base->notify);
}

void wake_other_before(struct event_base *base, uint64_t deadline)
{
	if (!is_elsewhere(base) || !base->asleep_until)
		return;
	if (deadline < base->asleep_until || base->asleep_until <= time_read(&base->time))
		notify_send(&base->notify);
}
