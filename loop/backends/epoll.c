/*
 * epoll - the kernel keeps the set of descriptors and reports the descriptors that are ready
 *
 * The cost of a wait depends on how many descriptors are ready, not on how many are watched. So the
 * loop prefers this backend. epoll has some traps:
 *
 * The set holds open files, not descriptor numbers. close() removes a file from the set only if no
 * other descriptor, in this process or in a child, refers to the same open file. So the set may
 * hold more or less than the loop believes. The kernel's answer decides. If the kernel does not
 * have a descriptor to change, this backend adds the descriptor. If the kernel already has a
 * descriptor to add, this backend changes the descriptor. Removing a descriptor that the kernel
 * does not have is not an error. This backend cannot handle one case: the program closed a
 * descriptor without event_del, and a copy of the descriptor is still open. epoll then reports the
 * file for ever, and nobody can remove the file, because its number is closed. A program must call
 * event_del before close.
 *
 * The set is an open file, too, which the child of a fork shares with its parent. The child must
 * not remove anything from the set. So destroying a backend only closes the set's descriptor.
 *
 * epoll reports errors and hang-ups even if nobody asked for them, and not always with EPOLLRDHUP.
 * Pipes do not have EPOLLRDHUP. If a descriptor has EV_CLOSED only, such a report would wake the
 * loop for ever without calling an event. So this backend reports it as EV_CLOSED, too. The set
 * marks such a descriptor by storing its complement, a negative number.
 *
 * Plain files are always ready. epoll refuses them with EPERM, and event_add then fails.
 *
 * epoll_wait counts milliseconds. epoll_pwait2, since Linux 5.11, counts nanoseconds. If the kernel
 * lacks epoll_pwait2, or an old seccomp filter answers EPERM, this backend uses epoll_wait from
 * then on and rounds the timeout up. A timer may then be late by a millisecond. The wait must not
 * end early, since the loop would then find nothing due and wait again.
 *
 * The kernel may return later than the timeout says, to wake up for several timers at once. The
 * delay is up to the thread's timer slack (50 us unless prctl has changed it) or up to a thousandth
 * of the timeout, at most 100 ms, whichever is more. The same is true of poll and select. Threads
 * with real-time scheduling have no slack.
 *
 * With a small array it takes many calls to report a thousand ready descriptors, and a large array
 * wastes memory. So the array has room for all watched descriptors, but for at least 32 and at most
 * 4096. If there is no memory to grow, the array keeps its size, and the next wait reports the
 * other descriptors.
 */
#include "loop/backend.h"

#include <errno.h>
#include <limits.h>
#include <sys/epoll.h>
#include <time.h>
#include <unistd.h>

#include <event2/event.h>

#include "loop/lock.h"
#include "loop/memory.h"
#include "loop/wait_buffer.h"
#include "structures/timer.h"

#define ROOM_AT_LEAST 32
#define ROOM_AT_MOST  4096

#define NS_PER_MS 1000000

struct epoll {
	int fd;
	bool in_milliseconds;	  /* epoll_pwait2 does not work, so epoll_wait is used */
	size_t watched;		  /* number of descriptors in the set */
	struct wait_buffer ready; /* of struct epoll_event */
};

static int epoll_backend_create(struct event_base *base, void **state)
{
	struct epoll *epoll = memory_allocate_zeroed(1, sizeof(*epoll));
	int error;

	(void)base;
	if (!epoll)
		return -ENOMEM;
	error = wait_buffer_reserve(&epoll->ready, ROOM_AT_LEAST * sizeof(struct epoll_event));
	if (!error) {
		epoll->fd = epoll_create1(EPOLL_CLOEXEC);
		error = epoll->fd < 0 ? -errno : 0;
	}
	if (error) {
		wait_buffer_free(&epoll->ready);
		memory_free(epoll);
		return error;
	}
	*state = epoll;
	return 0;
}

static void epoll_backend_destroy(void *state)
{
	struct epoll *epoll = state;

	close(epoll->fd);
	wait_buffer_free(&epoll->ready);
	memory_free(epoll);
}

/* --------------------------------------------------------------------------------- changes */

static int take_out(const struct epoll *epoll, int fd)
{
	struct epoll_event unused = { 0 }; /* kernels before 2.6.9 read it */

	if (!epoll_ctl(epoll->fd, EPOLL_CTL_DEL, fd, &unused))
		return 0;
	/* The open file or the number is closed, or the number now belongs to a plain file. */
	return errno == ENOENT || errno == EBADF || errno == EPERM ? 0 : -errno;
}

static int change_set(const struct epoll *epoll, const struct backend_change *change)
{
	int operation = change->before ? EPOLL_CTL_MOD : EPOLL_CTL_ADD;
	struct epoll_event event = {
		.events = (change->after & EV_READ ? EPOLLIN : 0u) |
			  (change->after & EV_WRITE ? EPOLLOUT : 0u) |
			  (change->after & EV_CLOSED ? EPOLLRDHUP : 0u) |
			  (change->after & EV_ET ? EPOLLET : 0u),
		.data.fd = change->after & (EV_READ | EV_WRITE) ? change->fd : ~change->fd,
	};

	if (!change->after)
		return take_out(epoll, change->fd);
	if (!epoll_ctl(epoll->fd, operation, change->fd, &event))
		return 0;
	if (operation == EPOLL_CTL_MOD && errno == ENOENT)
		operation = EPOLL_CTL_ADD;
	else if (operation == EPOLL_CTL_ADD && errno == EEXIST)
		operation = EPOLL_CTL_MOD;
	else
		return -errno;
	return epoll_ctl(epoll->fd, operation, change->fd, &event) ? -errno : 0;
}

/* The array for reports doubles when it is too small, and halves when a quarter of it is enough. */
static void fit(struct epoll *epoll, bool trim)
{
	size_t size = sizeof(struct epoll_event);
	size_t had = wait_buffer_size(&epoll->ready) / size, room = had;

	while (room < epoll->watched && room < ROOM_AT_MOST)
		room *= 2;
	while (trim && room > ROOM_AT_LEAST && epoll->watched <= room / 4)
		room /= 2;
	if (room > had)
		wait_buffer_reserve(&epoll->ready, room * size);
	else
		wait_buffer_trim(&epoll->ready, room * size);
}

static int epoll_backend_change(void *state, const struct backend_change *change)
{
	struct epoll *epoll = state;
	int result = change_set(epoll, change);

	if (result)
		return result;
	epoll->watched += !change->before;
	epoll->watched -= !change->after;
	fit(epoll, change->trim);
	return 0;
}

/* --------------------------------------------------------------------------------- waiting */

static void report(struct event_base *base, const struct epoll_event *ready)
{
	bool only_closed_is_asked = ready->data.fd < 0;
	int fd = only_closed_is_asked ? ~ready->data.fd : ready->data.fd;
	bool broken = ready->events & (EPOLLERR | EPOLLHUP);
	bool closed = (ready->events & EPOLLRDHUP) || (broken && only_closed_is_asked);
	short events = (short)((broken || (ready->events & EPOLLIN) ? EV_READ : 0) |
			       (broken || (ready->events & EPOLLOUT) ? EV_WRITE : 0) |
			       (closed ? EV_CLOSED : 0));

	backend_report(base, fd, events);
}

/*
 * Returns the timeout in ms, rounded up, or -1 for BACKEND_FOREVER. The limit is INT_MAX (24 days).
 * After such a wait the loop finds nothing due and waits again.
 */
static int milliseconds(uint64_t timeout)
{
	uint64_t whole = timeout / NS_PER_MS + (timeout % NS_PER_MS != 0);

	if (timeout == BACKEND_FOREVER)
		return -1;
	return whole < INT_MAX ? (int)whole : INT_MAX;
}

/* Returns how many descriptors are ready, or -errno, since taking the lock may overwrite errno. */
static int wait_for_descriptors(struct epoll *epoll, struct epoll_event *ready, int room,
				uint64_t timeout)
{
	const struct timespec span = {
		.tv_sec = (time_t)(timeout / TIMER_SECOND),
		.tv_nsec = (long)(timeout % TIMER_SECOND),
	};
	int count;

	if (!epoll->in_milliseconds) {
		count = epoll_pwait2(epoll->fd, ready, room,
				     timeout == BACKEND_FOREVER ? NULL : &span, NULL);
		if (count >= 0)
			return count;
		if (errno != ENOSYS && errno != EPERM)
			return -errno;
		epoll->in_milliseconds = true;
	}
	count = epoll_wait(epoll->fd, ready, room, milliseconds(timeout));
	return count < 0 ? -errno : count;
}

static int epoll_backend_wait(struct event_base *base, void *state, uint64_t timeout)
{
	struct epoll *epoll = state;
	struct epoll_event *ready = wait_buffer_borrow(&epoll->ready);
	int room = (int)(epoll->ready.size / sizeof(*ready)), count;

	base_unlock(base);
	count = wait_for_descriptors(epoll, ready, room, timeout);
	base_lock(base);
	for (int i = 0; i < count; i++)
		report(base, &ready[i]);
	wait_buffer_return(&epoll->ready);
	return count >= 0 || count == -EINTR ? 0 : count;
}

const struct backend backend_epoll = {
	.name = "epoll",
	.summary = "the kernel keeps the descriptors; nanoseconds by epoll_pwait2",
	.preference = 10,
	.features = EV_FEATURE_ET | EV_FEATURE_O1 | EV_FEATURE_EARLY_CLOSE,
	.create = epoll_backend_create,
	.destroy = epoll_backend_destroy,
	.change = epoll_backend_change,
	.wait = epoll_backend_wait,
};
