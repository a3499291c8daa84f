/*
 * notify.c - wakes up a loop that sleeps in another thread
 *
 * The loop watches an eventfd like any other descriptor, and the other thread writes to it. A write
 * is a system call. So nothing is written if the caller is the loop's own thread, or if the loop
 * has not yet read an earlier wake-up. An added timer causes a write in two cases only: the loop
 * would sleep past the timer's deadline, or the loop has slept past the end of its wait already
 * (the machine was suspended, or a clock jumped).
 */
#include "loop/base.h"

#include <errno.h>
#include <sys/eventfd.h>
#include <unistd.h>

static void woken(int fd, short what, void *arg)
{
	struct event_base *base = arg;
	uint64_t count;

	(void)what;
	if (read(fd, &count, sizeof(count)) < 0 && errno != EAGAIN && errno != EINTR)
		log_warning_errno(errno, "cannot read the eventfd");
	base_lock(base);
	base->notify.pending = false;
	base_unlock(base);
}

int notify_init(struct event_base *base)
{
	struct notify *notify = &base->notify;
	int result = -ENOMEM;

	if (notify->descriptor >= 0)
		return 0;
	notify->descriptor = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
	if (notify->descriptor < 0)
		return -errno;
	notify->event = event_new_internal(base, notify->descriptor, woken);
	if (notify->event && !event_add_locked(notify->event, NULL))
		return 0;
	if (notify->event)
		result = -EIO;
	notify_free(base);
	return result;
}

void notify_free(struct event_base *base)
{
	struct notify *notify = &base->notify;

	event_free_internal(notify->event);
	notify->event = NULL;
	if (notify->descriptor >= 0)
		close(notify->descriptor);
	notify->descriptor = -1;
	notify->pending = false;
}

int notify_reinit(struct event_base *base)
{
	if (base->notify.descriptor < 0)
		return 0;
	notify_free(base);
	return notify_init(base);
}

static void wake_up(struct event_base *base)
{
	const uint64_t one = 1;

	if (base->notify.pending || base->notify.descriptor < 0)
		return;
	base->notify.pending = true;
	base->notify.sent++;
	if (write(base->notify.descriptor, &one, sizeof(one)) < 0 && errno != EAGAIN)
		log_warning_errno(errno, "cannot write to the eventfd");
}

static bool is_elsewhere(const struct event_base *base)
{
	return base->running && base->thread != thread_identity();
}

void notify_other(struct event_base *base)
{
	if (is_elsewhere(base))
		wake_up(base);
}

void notify_other_of_deadline(struct event_base *base, uint64_t deadline)
{
	if (!is_elsewhere(base) || !base->asleep_until)
		return;
	if (deadline < base->asleep_until || base->asleep_until <= time_read(base))
		wake_up(base);
}

int evthread_make_base_notifiable(struct event_base *base)
{
	int result;

	if (!base)
		return -1;
	base_lock(base);
	result = notify_init(base);
	base_unlock(base);
	return result ? -1 : 0;
}
