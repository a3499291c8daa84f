/*
 * wake.c - waking a loop that runs in another thread
 *
 * A wake-up is a system call. So the loop's own thread does not wake the loop. A timer that is
 * armed wakes the loop in two cases only. In the first, the loop would sleep past the timer's
 * deadline. In the second, the loop has slept past the time at which its wait should have ended,
 * because the machine was suspended or a clock jumped.
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
