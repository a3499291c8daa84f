/*
 * poll_list.h - poll's array of descriptors, and a copy of the array for the wait
 *
 * The backends poll and virtual use it. The caller holds the base's lock.
 */
#ifndef POLL_LIST_H
#define POLL_LIST_H

#include <poll.h>
#include <stdbool.h>

#include "loop/wait_buffer.h"

/* A list of zeros is empty and makes no copies. */
struct poll_list {
	struct pollfd *entries; /* in no order, without gaps */
	nfds_t count, room;
	struct wait_buffer copy;
	bool copies; /* poll gets a copy, because other threads may change the list during a wait */
};

/* Convert EV_ bits to poll's events, and the results of poll to EV_ bits. */
short poll_list_mask(short events);
short poll_list_events(const struct pollfd *entry);

/*
 * Appends a descriptor, and reserves the memory of the copy. Returns 0, or -ENOMEM with nothing
 * appended.
 */
int poll_list_append(struct poll_list *list, int fd, short mask);

/* Removes the entry at `index`. The last entry moves to `index`. */
void poll_list_remove(struct poll_list *list, nfds_t index);

/* Halves the memory as long as at most a quarter of it is used. May allocate. */
void poll_list_trim(struct poll_list *list);

/*
 * poll_list_borrow returns the array for a call of poll: a copy if `copies` is set, else the list's
 * own array. The caller calls poll_list_return after the call of poll. Both allocate nothing.
 */
struct pollfd *poll_list_borrow(struct poll_list *list);
void poll_list_return(struct poll_list *list);

void poll_list_free(struct poll_list *list);

#endif
