/*
 * virtual - simulated time, in which the clock advances during waits that take no real time
 *
 * A wait advances the clock by its length and returns at once. So a program of timers runs at the
 * speed of the processor, each run is the same, and a test can schedule events to the nanosecond. A
 * callback that should take time calls event_base_virtual_advance.
 *
 * Descriptors are real. Each wait polls them without blocking. If a descriptor is ready, the clock
 * does not advance. If none is ready, the clock advances by the whole wait, because in simulated
 * time nothing happens outside of the process. A wait without a timeout has no length by which to
 * advance the clock. So it is a real wait, for descriptors, signals and other threads.
 */
#include "loop/base.h"

#include <errno.h>
#include <poll.h>

#include "loop/memory.h"
#include "loop/poll_list.h"

/* The wall clock when the base is made, in ns: 2001-09-09 01:46:40 UTC. */
#define EPOCH (UINT64_C(1000000000) * TIMER_SECOND)

struct virtual
{
	uint64_t now;
	struct poll_list list;
};

static int virtual_create(struct event_base *base, void **state)
{
	struct virtual *virtual = memory_allocate_zeroed(1, sizeof(*virtual));

	(void)base;
	if (!virtual)
		return -ENOMEM;
	virtual->list.copies = lock_available();
	*state = virtual;
	return 0;
}

static void virtual_destroy(void *state)
{
	struct virtual *virtual = state;

	poll_list_free(&virtual->list);
	memory_free(virtual);
}

/* The backend has no kernel object to replace, and the child's simulated time continues. */
static int virtual_reinit(struct event_base *base, void **state)
{
	(void)base, (void)state;
	return 0;
}

/* Returns the descriptor's index in the list, or list.count if it is not in the list. */
static nfds_t virtual_find(const struct virtual *virtual, int fd)
{
	nfds_t place = 0;

	while (place < virtual->list.count && virtual->list.entries[place].fd != fd)
		place++;
	return place;
}

static int virtual_change(void *state, const struct backend_change *change)
{
	struct virtual *virtual = state;
	struct poll_list *list = &virtual->list;
	nfds_t place = virtual_find(virtual, change->fd);
	int result = 0;

	if (place < list->count && change->after)
		list->entries[place].events = poll_list_mask(change->after);
	else if (change->after)
		result = poll_list_append(list, change->fd, poll_list_mask(change->after));
	else if (place < list->count)
		poll_list_remove(list, place);
	if (change->trim)
		poll_list_trim(list);
	return result;
}

static void virtual_report(struct event_base *base, const struct pollfd *descriptors, nfds_t count)
{
	for (nfds_t i = 0; i < count; i++) {
		short events = poll_list_events(&descriptors[i]);

		if (events)
			backend_report(base, descriptors[i].fd, events);
	}
}

/*
 * Waits without a timeout, in real time. Other threads may add descriptors during the wait. Without
 * a descriptor nothing could end the wait, so the function returns -EDEADLK.
 */
static int virtual_wait_really(struct event_base *base, struct virtual *virtual)
{
	nfds_t count = virtual->list.count;
	struct pollfd *descriptors = poll_list_borrow(&virtual->list);
	int ready, error;

	if (!count)
		return -EDEADLK;
	base_unlock(base);
	ready = poll(descriptors, count, -1);
	error = errno;
	base_lock(base);
	if (ready > 0)
		virtual_report(base, descriptors, count);
	poll_list_return(&virtual->list);
	return ready < 0 && error != EINTR ? -error : 0;
}

static int virtual_wait(struct event_base *base, void *state, uint64_t timeout)
{
	struct virtual *virtual = state;
	struct poll_list *list = &virtual->list;
	int ready;

	if (timeout == BACKEND_FOREVER)
		return virtual_wait_really(base, virtual);
	ready = list->count ? poll(list->entries, list->count, 0) : 0;
	if (ready < 0)
		return errno == EINTR ? 0 : -errno;
	if (ready)
		virtual_report(base, list->entries, list->count);
	else
		virtual->now = time_after(virtual->now, timeout);
	return 0;
}

static uint64_t virtual_read(const struct loop_time *time)
{
	return ((const struct virtual *)time->backend_state)->now;
}

static uint64_t virtual_wall(const struct loop_time *time)
{
	return EPOCH + virtual_read(time);
}

static const struct loop_clock virtual_clock = {
	.name = "virtual",
	.summary = "advances while the loop waits, and by event_base_virtual_advance",
	.read = virtual_read,
	.origin = virtual_read,
	.wall = virtual_wall,
};

const struct backend backend_virtual = {
	.name = "virtual",
	.summary = "simulated time: waits take no real time, and every run is the same",
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

	if (!base || base->io.backend != &backend_virtual)
		return -1;
	base_lock(base);
	virtual = base->io.backend_state;
	virtual->now = time_after(virtual->now, ns);
	base_unlock(base);
	return 0;
}

int event_base_virtual_now(const struct event_base *base, uint64_t *ns)
{
	if (!base || base->io.backend != &backend_virtual)
		return -1;
	/* The base is not a constant object, so the cast is safe. */
	base_lock((struct event_base *)base);
	*ns = virtual_read(&base->time);
	base_unlock((struct event_base *)base);
	return 0;
}
