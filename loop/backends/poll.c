/*
 * poll - the kernel is shown all descriptors at each wait
 *
 * A wait costs what is watched, not what is ready, so this is for tens of descriptors. For it speak
 * that it takes any descriptor, plain files too, and that nothing is kept in the kernel which could
 * differ from what is kept here. The traps:
 *
 * The array belongs to the kernel during the wait: the descriptors are read when it starts and the
 * results written when it ends. Where other threads may add and delete meanwhile, the wait works on
 * a copy, which costs a memcpy of 8 bytes a descriptor; a program without threads does without.
 *
 * The array is dense, as each entry costs time at each wait: when one is taken out the last one
 * takes its place. So the place of a descriptor may change on behalf of another, and it is looked
 * up in a table by descriptor. (The note that the I/O map keeps for each descriptor cannot hold it:
 * a change only brings the note of its own descriptor.)
 *
 * A closed descriptor is reported as POLLNVAL at once, each time. Whoever forgot to delete it must
 * learn that, for otherwise the loop would spin without a trace: it is reported as readable and
 * writable, and its owner's next read fails with EBADF. The number may have been opened anew and
 * then simply is watched.
 *
 * POLLERR and POLLHUP come whether one asks for them or not. If only EV_CLOSED is asked of a
 * descriptor, those count as it, or again the loop would spin without a trace: a pipe's end that is
 * left alone does not report POLLRDHUP.
 *
 * Results stand in the order of the array, and if they were always reported from its start, a
 * descriptor at its end might wait for long where callbacks break out of the loop. The one that is
 * reported first comes last the next time.
 *
 * The kernel refuses with EINVAL an array that is longer than the limit of open descriptors. That
 * takes a program that lowers its limit below what it has open; the loop then ends with that error.
 *
 * ppoll takes nanoseconds and is as old as 2.6.16, so there is no way back to poll's milliseconds.
 */
#include "loop/backend.h"

#include <errno.h>
#include <poll.h>
#include <string.h>
#include <time.h>

#include <event2/event.h>

#include "loop/io_map.h"
#include "loop/lock.h"
#include "loop/memory.h"
#include "structures/timer.h"

struct poll {
	struct pollfd *descriptors; /* dense, in no order */
	nfds_t count, room;
	uint32_t *places; /* by descriptor: its index in `descriptors` plus one; 0: not in it */
	size_t places_room;
	struct pollfd *copy; /* what the kernel works on where there are threads */
	nfds_t copy_room;
	nfds_t start; /* where the next report starts, if there are as many */
};

static int poll_create(struct event_base *base, void **state)
{
	struct poll *poll = memory_allocate_zeroed(1, sizeof(*poll));

	(void)base;
	if (!poll)
		return -ENOMEM;
	*state = poll;
	return 0;
}

static void poll_destroy(void *state)
{
	struct poll *poll = state;

	memory_free(poll->descriptors);
	memory_free(poll->places);
	memory_free(poll->copy);
	memory_free(poll);
}

/* --------------------------------------------------------------------------------- changes */

static int make_room(struct poll *poll)
{
	nfds_t room = poll->room ? 2 * poll->room : 32;
	struct pollfd *descriptors;

	if (poll->count < poll->room)
		return 0;
	descriptors = memory_reallocate(poll->descriptors, room * sizeof(*descriptors));
	if (!descriptors)
		return -ENOMEM;
	poll->descriptors = descriptors;
	poll->room = room;
	return 0;
}

static int make_place(struct poll *poll, int fd)
{
	size_t room = poll->places_room ? poll->places_room : 32;
	uint32_t *places;

	if ((size_t)fd < poll->places_room)
		return 0;
	while (room <= (size_t)fd)
		room *= 2;
	places = memory_reallocate(poll->places, room * sizeof(*places));
	if (!places)
		return -ENOMEM;
	memset(places + poll->places_room, 0, (room - poll->places_room) * sizeof(*places));
	poll->places = places;
	poll->places_room = room;
	return 0;
}

static int add(struct poll *poll, int fd, short events)
{
	if (make_room(poll) || make_place(poll, fd))
		return -ENOMEM;
	poll->descriptors[poll->count] = (struct pollfd){ .fd = fd, .events = events };
	poll->places[fd] = (uint32_t)++poll->count;
	return 0;
}

static void take_out(struct poll *poll, uint32_t place)
{
	struct pollfd last = poll->descriptors[--poll->count];
	struct pollfd *hole = &poll->descriptors[place - 1];

	poll->places[hole->fd] = 0;
	if (place - 1 < poll->count) {
		*hole = last;
		poll->places[last.fd] = place;
	}
}

static int poll_change(void *state, const struct backend_change *change)
{
	struct poll *poll = state;
	uint32_t place = (size_t)change->fd < poll->places_room ? poll->places[change->fd] : 0;
	short events = (short)((change->after & EV_READ ? POLLIN : 0) |
			       (change->after & EV_WRITE ? POLLOUT : 0) |
			       (change->after & EV_CLOSED ? POLLRDHUP : 0));

	if (change->after && !place)
		return add(poll, change->fd, events);
	if (change->after)
		poll->descriptors[place - 1].events = events;
	else if (place)
		take_out(poll, place);
	return 0;
}

/* --------------------------------------------------------------------------------- waiting */

static void report(struct event_base *base, const struct pollfd *descriptor)
{
	bool only_closed_is_asked = !(descriptor->events & (POLLIN | POLLOUT));
	bool broken = descriptor->revents & (POLLERR | POLLHUP | POLLNVAL);
	bool closed = (descriptor->revents & POLLRDHUP) || (broken && only_closed_is_asked);
	short events = (short)((broken || (descriptor->revents & POLLIN) ? EV_READ : 0) |
			       (broken || (descriptor->revents & POLLOUT) ? EV_WRITE : 0) |
			       (closed ? EV_CLOSED : 0));

	io_map_report(base, descriptor->fd, events);
}

static void report_all(struct event_base *base, struct poll *poll, const struct pollfd *descriptors,
		       nfds_t count, int ready)
{
	nfds_t start = poll->start < count ? poll->start : 0;
	bool first = true;

	for (nfds_t i = 0; i < count && ready; i++) {
		nfds_t at = start + i < count ? start + i : start + i - count;

		if (!descriptors[at].revents)
			continue;
		if (first)
			poll->start = at + 1;
		first = false;
		report(base, &descriptors[at]);
		ready--;
	}
}

/* What the kernel is to work on, or NULL. */
static struct pollfd *array_for_the_kernel(struct poll *poll)
{
	struct pollfd *copy;

	if (!lock_available() || !poll->count)
		return poll->descriptors;
	if (poll->copy_room < poll->count) {
		copy = memory_reallocate(poll->copy, poll->room * sizeof(*copy));
		if (!copy)
			return NULL;
		poll->copy = copy;
		poll->copy_room = poll->room;
	}
	return memcpy(poll->copy, poll->descriptors, poll->count * sizeof(*copy));
}

static int poll_wait(struct event_base *base, void *state, uint64_t timeout)
{
	struct poll *poll = state;
	const struct timespec span = {
		.tv_sec = (time_t)(timeout / TIMER_SECOND),
		.tv_nsec = (long)(timeout % TIMER_SECOND),
	};
	nfds_t count = poll->count;
	struct pollfd *descriptors = array_for_the_kernel(poll);
	int ready, error;

	if (count && !descriptors)
		return -ENOMEM;
	base_unlock(base);
	ready = ppoll(descriptors, count, timeout == BACKEND_FOREVER ? NULL : &span, NULL);
	error = errno;
	base_lock(base);
	if (ready < 0)
		return error == EINTR ? 0 : -error;
	report_all(base, poll, descriptors, count, ready);
	return 0;
}

static const char *poll_check(const void *state)
{
	const struct poll *poll = state;
	nfds_t placed = 0;

	for (size_t fd = 0; fd < poll->places_room; fd++) {
		if (!poll->places[fd])
			continue;
		placed++;
		if (poll->places[fd] > poll->count ||
		    poll->descriptors[poll->places[fd] - 1].fd != (int)fd)
			return "poll: a descriptor is not where it is said to be";
	}
	return placed == poll->count ? NULL : "poll: the array holds what nobody asked for";
}

const struct backend backend_poll = {
	.name = "poll",
	.summary = "shows the kernel all descriptors at each wait; nanoseconds by ppoll",
	.preference = 20,
	.features = EV_FEATURE_FDS | EV_FEATURE_EARLY_CLOSE,
	.create = poll_create,
	.destroy = poll_destroy,
	.change = poll_change,
	.wait = poll_wait,
	.check = poll_check,
};
