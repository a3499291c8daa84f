/*
 * epoll - the kernel keeps the set of descriptors and names those that are ready
 *
 * The cost of a wait follows what is ready and not what is watched, so this is what the loop takes
 * when it may choose. What that interface has in store for its users, and what is done about it:
 *
 * The set holds open files, not descriptor numbers. Closing a descriptor takes it out only if no
 * other descriptor, here or in a child process, stands for the same open file. So what the caller
 * believes to be in the set and what is in it may differ in either direction, and the kernel's
 * answer decides: a change of what is gone becomes an addition, an addition of what is there
 * becomes a change, and taking out what is gone is what was wanted. One case remains that nobody
 * can mend from here: a descriptor that was closed without being deleted while a copy of it lives
 * on. It is reported for ever under a number by which it can no longer be taken out. Delete first,
 * then close.
 *
 * The set itself is such an open file, and a child of fork has the same one as its parent. The
 * child must not take anything out of it; destroying a backend closes the descriptor and nothing
 * else.
 *
 * Errors and hang-ups are reported whether one asks for them or not. A descriptor of which only
 * EV_CLOSED is asked would be reported without end and nobody would be told, for not all of these
 * come with EPOLLRDHUP: pipes know no such thing. There an error counts as EV_CLOSED, and such a
 * descriptor is stored as its complement, which is negative, to be known again.
 *
 * Plain files are always ready, and epoll refuses them with EPERM. The caller is told.
 *
 * epoll_wait counts milliseconds. epoll_pwait2 takes nanoseconds, since Linux 5.11; where the
 * kernel does not have it, or a seccomp filter that is older than it answers EPERM, this falls back
 * to milliseconds, rounded up, for as long as the backend lives. A timer may then be late by one
 * millisecond but never early, which would make the loop turn without anything being due.
 *
 * Nanoseconds are what one asks for, not what one gets. The kernel may delay any such wait by the
 * thread's timer slack, 50 us unless prctl says otherwise, and by a thousandth of the timeout up to
 * 100 ms, whichever is more, in order to wake for several timers at once. The same goes for poll
 * and select. Real-time scheduling has no slack.
 *
 * Finding a thousand descriptors ready costs many calls when the array is small, and a large array
 * is memory that few need. So it has room for all that are watched, between 32 and 4096 of them.
 * Without memory it stays as it is, and the rest is reported by the next wait.
 */
#include "loop/backend.h"

#include <errno.h>
#include <limits.h>
#include <sys/epoll.h>
#include <time.h>
#include <unistd.h>

#include <event2/event.h>

#include "loop/io_map.h"
#include "loop/lock.h"
#include "loop/memory.h"
#include "loop/wait_buffer.h"
#include "structures/timer.h"

#define ROOM_AT_LEAST 32
#define ROOM_AT_MOST  4096

#define NS_PER_MS 1000000

struct epoll {
	int fd;
	bool in_milliseconds;	  /* epoll_pwait2 is refused here */
	size_t watched;		  /* descriptors */
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
	/* Gone with its open file; the number is closed; the number now is a plain file's. */
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

/* It doubles when it is too small and halves when a quarter is used. */
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

	io_map_report(base, fd, events);
}

/* Rounded up. 24 days at most: then the loop finds that nothing is due and waits again. */
static int milliseconds(uint64_t timeout)
{
	uint64_t whole = timeout / NS_PER_MS + (timeout % NS_PER_MS != 0);

	if (timeout == BACKEND_FOREVER)
		return -1;
	return whole < INT_MAX ? (int)whole : INT_MAX;
}

/* How many are ready, or -errno, which the caller's taking of the lock might overwrite. */
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
