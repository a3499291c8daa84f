/*
 * notify.c - an eventfd, by which other threads wake the loop
 *
 * The loop watches the eventfd like any other descriptor, and another thread writes to the eventfd
 * to wake the loop. A write is a system call. So a thread does not write if the loop has not yet
 * read an earlier wake-up.
 */
#include "loop/notify.h"

#include <errno.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "loop/log.h"

void notify_init(struct notify *notify)
{
	*notify = (struct notify){ .descriptor = -1 };
}

int notify_open(struct notify *notify)
{
	notify->descriptor = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
	return notify->descriptor < 0 ? -errno : 0;
}

void notify_close(struct notify *notify)
{
	if (notify->descriptor >= 0)
		close(notify->descriptor);
	notify->descriptor = -1;
	notify->pending = false;
}

void notify_send(struct notify *notify)
{
	const uint64_t one = 1;

	if (notify->pending || notify->descriptor < 0)
		return;
	notify->pending = true;
	notify->sent++;
	if (write(notify->descriptor, &one, sizeof(one)) < 0 && errno != EAGAIN)
		log_warning_errno(errno, "cannot write to the eventfd");
}

void notify_read(int descriptor)
{
	uint64_t count;

	if (read(descriptor, &count, sizeof(count)) < 0 && errno != EAGAIN && errno != EINTR)
		log_warning_errno(errno, "cannot read the eventfd");
}
