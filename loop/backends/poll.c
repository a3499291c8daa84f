/*
 * poll - each wait passes all descriptors to the kernel
 *
 * The cost of a wait depends on how many descriptors are watched, not on how many are ready. So
 * poll suits tens of descriptors. poll has two advantages over epoll: it accepts every descriptor,
 * plain files included, and the kernel keeps no set that could differ from the loop's. poll has
 * some traps:
 *
 * During a wait the array belongs to the kernel, which reads the descriptors at the start and
 * writes the results at the end. If other threads may add and delete descriptors during the wait,
 * the wait gets a copy of the array, at the cost of a memcpy of 8 bytes per descriptor. Adding a
 * descriptor reserves the copy's memory. A program without threads needs no copy.
 *
 * Each entry of the array costs time at each wait, so the array has no gaps. When an entry is
 * removed, the last entry moves to its index. So removing one descriptor may change the index of
 * another descriptor. A table by descriptor holds the indexes.
 *
 * poll reports a closed descriptor as POLLNVAL, at once and at each wait. The program has forgotten
 * to delete the descriptor's event. If the program did not learn of the mistake, the loop would
 * spin for no visible reason. So this backend reports the descriptor as readable and writable, and
 * the program's next read fails with EBADF. If the program has opened the number again, poll
 * watches the new file.
 *
 * Results are in the order of the array. If each report began at index 0, a descriptor at the end
 * could wait long in a program whose callbacks break the loop. So each report begins after the
 * descriptor with which the last report began.
 *
 * The kernel refuses an array that is longer than the limit of open descriptors with EINVAL. This
 * happens only if a program lowers the limit below the number of its open descriptors. The loop
 * then ends with this error.
 *
 * ppoll counts nanoseconds. Linux has had it since 2.6.16, so there is no fallback to poll.
 */
#include "loop/backend.h"

#include <errno.h>
#include <time.h>

#include <event2/event.h>

#include "loop/descriptor_table.h"
#include "loop/lock.h"
#include "loop/memory.h"
#include "loop/poll_list.h"
#include "structures/timer.h"

struct poll {
	struct poll_list list;
	struct descriptor_table places; /* of uint32_t: 1 + the index in the list, or 0 */
	nfds_t start;			/* the next report begins at this index, if it is valid */
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
		backend_report(base, descriptors[at].fd, poll_list_events(&descriptors[at]));
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
			return "poll: the table has a wrong index for a descriptor";
	}
	if (placed != list->count)
		return "poll: the array has an entry that the table lacks";
	return descriptor_table_check(&poll->places, is_placed);
}

const struct backend backend_poll = {
	.name = "poll",
	.summary = "passes all descriptors to the kernel at each wait; nanoseconds by ppoll",
	.preference = 20,
	.features = EV_FEATURE_FDS | EV_FEATURE_EARLY_CLOSE,
	.create = poll_create,
	.destroy = poll_destroy,
	.change = poll_change,
	.wait = poll_wait,
	.check = poll_check,
};
