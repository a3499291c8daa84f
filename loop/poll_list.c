/*
 * poll_list.c - poll's array of descriptors, and a copy of the array for the wait
 *
 * poll reports POLLERR, POLLHUP and POLLNVAL even if nobody asked for them. The loop gets them as
 * EV_READ and EV_WRITE. For a descriptor with EV_CLOSED only, the loop also gets them as EV_CLOSED.
 * Otherwise the loop would call no event of such a descriptor, and each wait would return at once.
 * For example, a pipe does not report POLLRDHUP when its other end is closed.
 */
#include "loop/poll_list.h"

#include <errno.h>
#include <string.h>

#include <event2/event.h>

#include "loop/memory.h"

#define ROOM_AT_LEAST 32

short poll_list_mask(short events)
{
	return (short)((events & EV_READ ? POLLIN : 0) | (events & EV_WRITE ? POLLOUT : 0) |
		       (events & EV_CLOSED ? POLLRDHUP : 0));
}

short poll_list_events(const struct pollfd *entry)
{
	bool only_closed_is_asked = !(entry->events & (POLLIN | POLLOUT));
	bool broken = entry->revents & (POLLERR | POLLHUP | POLLNVAL);
	bool closed = (entry->revents & POLLRDHUP) || (broken && only_closed_is_asked);

	return (short)((broken || (entry->revents & POLLIN) ? EV_READ : 0) |
		       (broken || (entry->revents & POLLOUT) ? EV_WRITE : 0) |
		       (closed ? EV_CLOSED : 0));
}

static int resize(struct poll_list *list, nfds_t room)
{
	struct pollfd *entries = memory_reallocate(list->entries, room * sizeof(*entries));

	if (!entries)
		return -ENOMEM;
	list->entries = entries;
	list->room = room;
	return 0;
}

static int make_room(struct poll_list *list)
{
	int result = 0;

	if (list->count == list->room)
		result = resize(list, list->room ? 2 * list->room : ROOM_AT_LEAST);
	if (!result && list->copies)
		result = wait_buffer_reserve(&list->copy, list->room * sizeof(*list->entries));
	return result;
}

int poll_list_append(struct poll_list *list, int fd, short mask)
{
	int result = make_room(list);

	if (!result)
		list->entries[list->count++] = (struct pollfd){ .fd = fd, .events = mask };
	return result;
}

void poll_list_remove(struct poll_list *list, nfds_t index)
{
	list->entries[index] = list->entries[--list->count];
}

/* Shrinks when a quarter is used, not when a half is used, so that the list does not soon grow. */
void poll_list_trim(struct poll_list *list)
{
	nfds_t room = list->room;

	while (room > ROOM_AT_LEAST && list->count <= room / 4)
		room /= 2;
	if (room < list->room && !resize(list, room))
		wait_buffer_trim(&list->copy, room * sizeof(*list->entries));
}

struct pollfd *poll_list_borrow(struct poll_list *list)
{
	struct pollfd *copy;

	if (!list->copies || !list->count)
		return list->entries;
	copy = wait_buffer_borrow(&list->copy);
	return memcpy(copy, list->entries, list->count * sizeof(*copy));
}

void poll_list_return(struct poll_list *list)
{
	wait_buffer_return(&list->copy);
}

void poll_list_free(struct poll_list *list)
{
	memory_free(list->entries);
	wait_buffer_free(&list->copy);
	list->entries = NULL;
	list->count = list->room = 0;
}
