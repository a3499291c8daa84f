/*
 * poll - the kernel is shown all descriptors at each wait
 *
 * A wait costs what is watched, not what is ready, so this is for tens of descriptors. For it speak
 * that it takes any descriptor, plain files too, and that nothing is kept in the kernel which could
 * differ from what is kept here. The traps:
 *
 * The array belongs to the kernel during the wait: the descriptors are read when it starts and the
 * results written when it ends. Where other threads may add and delete meanwhile, the wait works on
 * a copy, which costs a memcpy of 8 bytes a descriptor; a program without threads does without. The
 * copy's memory is reserved by whoever adds a descriptor.
 *
 * The array is dense, as each entry costs time at each wait: when one is taken out the last one
 * takes its place. So the place of a descriptor may change on behalf of another, and it is looked
 * up in a table by descriptor.
 *
 * A closed descriptor is reported as POLLNVAL at once, each time. Whoever forgot to delete it must
 * learn that, for otherwise the loop would spin without a trace: it is reported as readable and
 * writable, and its owner's next read fails with EBADF. The number may have been opened anew and
 * then simply is watched.
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
#include <time.h>

#include <event2/event.h>

#include "loop/descriptor_table.h"
#include "loop/io_map.h"
#include "loop/lock.h"
#include "loop/memory.h"
#include "loop/poll_list.h"
#include "structures/timer.h"

struct poll {
	struct poll_list list;
	struct descriptor_table places; /* uint32_t: the index in the list plus one; 0: not there */
	nfds_t start;			/* where the next report starts, if there are as many */
};

static int poll_create(struct event_base *base, void **state)
{
	struct poll *poll = memory_allocate_zeroed(1, sizeof(*poll));

	(void)base;
	if (!poll)
		return -ENOMEM;
	poll->list.copies = lock_available();
	poll->places.entry_size = sizeof(uint32_t);
	*state = poll;
	return 0;
}

static void poll_destroy(void *state)
{
	struct poll *poll = state;

	poll_list_free(&poll->list);
	descriptor_table_free(&poll->places);
	memory_free(poll);
}

/* --------------------------------------------------------------------------------- changes */

static uint32_t *place_of(const struct poll *poll, int fd)
{
	return descriptor_table_find(&poll->places, fd);
}

static int add(struct poll *poll, int fd, short mask)
{
	int result = descriptor_table_reserve(&poll->places, fd);

	if (!result)
		result = poll_list_append(&poll->list, fd, mask);
	if (result)
		return result;
	*place_of(poll, fd) = (uint32_t)poll->list.count;
	descriptor_table_use(&poll->places, fd);
	return 0;
}

static void take_out(struct poll *poll, int fd)
{
	nfds_t index = *place_of(poll, fd) - 1;

	poll_list_remove(&poll->list, index);
	if (index < poll->list.count)
		*place_of(poll, poll->list.entries[index].fd) = (uint32_t)(index + 1);
	descriptor_table_disuse(&poll->places, fd);
}

static int poll_change(void *state, const struct backend_change *change)
{
	struct poll *poll = state;
	const uint32_t *entry = place_of(poll, change->fd);
	uint32_t place = entry ? *entry : 0;
	int result = 0;

	if (change->after && !place)
		result = add(poll, change->fd, poll_list_mask(change->after));
	else if (change->after)
		poll->list.entries[place - 1].events = poll_list_mask(change->after);
	else if (place)
		take_out(poll, change->fd);
	if (change->trim) {
		poll_list_trim(&poll->list);
		descriptor_table_trim(&poll->places);
	}
	return result;
}

/* --------------------------------------------------------------------------------- waiting */

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
		io_map_report(base, descriptors[at].fd, poll_list_events(&descriptors[at]));
		ready--;
	}
}

static int poll_wait(struct event_base *base, void *state, uint64_t timeout)
{
	struct poll *poll = state;
	const struct timespec span = {
		.tv_sec = (time_t)(timeout / TIMER_SECOND),
		.tv_nsec = (long)(timeout % TIMER_SECOND),
	};
	nfds_t count = poll->list.count;
	struct pollfd *descriptors = poll_list_borrow(&poll->list);
	int ready, error;

	base_unlock(base);
	ready = ppoll(descriptors, count, timeout == BACKEND_FOREVER ? NULL : &span, NULL);
	error = errno;
	base_lock(base);
	if (ready > 0)
		report_all(base, poll, descriptors, count, ready);
	poll_list_return(&poll->list);
	return ready >= 0 || error == EINTR ? 0 : -error;
}

static bool is_placed(const void *entry)
{
	return *(const uint32_t *)entry != 0;
}

static const char *poll_check(const void *state)
{
	const struct poll *poll = state;
	const struct poll_list *list = &poll->list;
	nfds_t placed = 0;

	for (int fd = descriptor_table_next(&poll->places, 0); fd >= 0;
	     fd = descriptor_table_next(&poll->places, fd + 1)) {
		uint32_t place = *place_of(poll, fd);

		placed += !!place;
		if (place > list->count || (place && list->entries[place - 1].fd != fd))
			return "poll: a descriptor is not where it is said to be";
	}
	if (placed != list->count)
		return "poll: the array holds what nobody asked for";
	return descriptor_table_check(&poll->places, is_placed);
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
