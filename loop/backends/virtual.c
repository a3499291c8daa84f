/*
 * virtual - simulated time: the clock stands still, and waiting is free
 *
 * A wait moves the clock by as long as it would have lasted and returns at once, so a program of
 * timers runs as fast as it computes, every run takes the same course, and a test can ask for
 * things to happen at an exact nanosecond. A callback that is to take time says so
 * (event_base_virtual_advance).
 *
 * Descriptors are real and looked at (poll, without waiting) before each wait. If any is ready no
 * time passes; if none is, the wait runs its course: in simulated time the world outside does
 * nothing while one waits. Without a timeout there is nothing to move to, so then, and only then,
 * the wait is a real one for the descriptors: for signals, and for other threads.
 */
#include "loop/base.h"

#include <errno.h>
#include <poll.h>
#include <string.h>

/* What the wall shows at the start: 2001-09-09 01:46:40 UTC, a round number of seconds. */
#define EPOCH (UINT64_C(1000000000) * TIMER_SECOND)

struct virtual
{
	uint64_t now;
	struct pollfd *descriptors; /* dense */
	nfds_t count, room;
};

static int virtual_create(struct event_base *base, void **state)
{
	struct virtual *virtual = memory_allocate_zeroed(1, sizeof(*virtual));

	(void)base;
	if (!virtual)
		return -ENOMEM;
	*state = virtual;
	return 0;
}

static void virtual_destroy(void *state)
{
	struct virtual *virtual = state;

	memory_free(virtual->descriptors);
	memory_free(virtual);
}

/* It has nothing of the kernel's, and time goes on in the child of a fork. */
static int virtual_reinit(struct event_base *base, void **state)
{
	(void)base, (void)state;
	return 0;
}

static int virtual_make_room(struct virtual *virtual)
{
	nfds_t room = virtual->room ? 2 * virtual->room : 16;
	struct pollfd *descriptors;

	if (virtual->count < virtual->room)
		return 0;
	descriptors = memory_reallocate(virtual->descriptors, room * sizeof(*descriptors));
	if (!descriptors)
		return -ENOMEM;
	virtual->descriptors = descriptors;
	virtual->room = room;
	return 0;
}

static struct pollfd *virtual_find(const struct virtual *virtual, int fd)
{
	for (nfds_t i = 0; i < virtual->count; i++) {
		if (virtual->descriptors[i].fd == fd)
			return &virtual->descriptors[i];
	}
	return NULL;
}

static int virtual_change(void *state, const struct backend_change *change)
{
	struct virtual *virtual = state;
	struct pollfd *entry = virtual_find(virtual, change->fd);

	if (!change->after) {
		if (entry)
			*entry = virtual->descriptors[--virtual->count];
		return 0;
	}
	if (!entry) {
		if (virtual_make_room(virtual))
			return -ENOMEM;
		entry = &virtual->descriptors[virtual->count++];
		*entry = (struct pollfd){ .fd = change->fd };
	}
	entry->events = (short)((change->after & EV_READ ? POLLIN : 0) |
				(change->after & EV_WRITE ? POLLOUT : 0) |
				(change->after & EV_CLOSED ? POLLRDHUP : 0));
	return 0;
}

static short virtual_events(const struct pollfd *entry)
{
	const bool failed = entry->revents & (POLLERR | POLLHUP | POLLNVAL);
	/* Who asks for EV_CLOSED only would hear of an error by nothing else. */
	const bool closed =
		(entry->revents & POLLRDHUP) || (failed && !(entry->events & (POLLIN | POLLOUT)));

	return (short)((failed || (entry->revents & POLLIN) ? EV_READ : 0) |
		       (failed || (entry->revents & POLLOUT) ? EV_WRITE : 0) |
		       (closed ? EV_CLOSED : 0));
}

static void virtual_report(struct event_base *base, const struct pollfd *descriptors, nfds_t count)
{
	for (nfds_t i = 0; i < count; i++) {
		short events = virtual_events(&descriptors[i]);

		if (events)
			io_map_report(base, descriptors[i].fd, events);
	}
}

/* The wait without an end, for what is real. Others may add descriptors meanwhile: a copy. */
static int virtual_wait_really(struct event_base *base, const struct virtual *virtual)
{
	nfds_t count = virtual->count;
	struct pollfd *copy = memory_allocate(count * sizeof(*copy));
	int ready;

	if (!count || !copy) {
		memory_free(copy);
		return count ? -ENOMEM : -EDEADLK;
	}
	memcpy(copy, virtual->descriptors, count * sizeof(*copy));
	base_unlock(base);
	ready = poll(copy, count, -1);
	base_lock(base);
	if (ready > 0)
		virtual_report(base, copy, count);
	memory_free(copy);
	return ready < 0 && errno != EINTR ? -errno : 0;
}

static int virtual_wait(struct event_base *base, void *state, uint64_t timeout)
{
	struct virtual *virtual = state;
	int ready;

	if (timeout == BACKEND_FOREVER)
		return virtual_wait_really(base, virtual);
	ready = virtual->count ? poll(virtual->descriptors, virtual->count, 0) : 0;
	if (ready < 0)
		return errno == EINTR ? 0 : -errno;
	if (ready)
		virtual_report(base, virtual->descriptors, virtual->count);
	else
		virtual->now = time_after(virtual->now, timeout);
	return 0;
}

static uint64_t virtual_read(const struct event_base *base)
{
	return ((const struct virtual *)base->backend_state)->now;
}

static uint64_t virtual_wall(const struct event_base *base)
{
	return EPOCH + virtual_read(base);
}

static const struct loop_clock virtual_clock = {
	.name = "virtual",
	.summary = "moves when the loop waits, and when it is told to",
	.read = virtual_read,
	.origin = virtual_read,
	.wall = virtual_wall,
};

const struct backend backend_virtual = {
	.name = "virtual",
	.summary = "simulated time: waiting is free and every run is the same",
	.features = EV_FEATURE_FDS | EV_FEATURE_EARLY_CLOSE,
	.create = virtual_create,
	.destroy = virtual_destroy,
	.reinit = virtual_reinit,
	.change = virtual_change,
	.wait = virtual_wait,
	.clock = &virtual_clock,
};

int event_base_virtual_advance(struct event_base *base, uint64_t ns)
{
	struct virtual *virtual;

	if (!base || base->backend != &backend_virtual)
		return -1;
	base_lock(base);
	virtual = base->backend_state;
	virtual->now = time_after(virtual->now, ns);
	base_unlock(base);
	return 0;
}

int event_base_virtual_now(const struct event_base *base, uint64_t *ns)
{
	if (!base || base->backend != &backend_virtual)
		return -1;
	*ns = virtual_read(base);
	return 0;
}
