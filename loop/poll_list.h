/*
 * poll_list.h - poll's array of descriptors, without gaps, and a copy of it for the wait
 */
#ifndef POLL_LIST_H
#define POLL_LIST_H

#include <poll.h>
#include <stdbool.h>

#include "loop/wait_buffer.h"

/* A list of zeros is empty and makes no copies. */
struct poll_list {
	struct pollfd *entries; /* in no order */
	nfds_t count, room;
	struct wait_buffer copy;
	bool copies; /* poll gets a copy: other threads may change the list meanwhile */
};

/* Convert EV_ bits to poll's events, and poll's results to EV_ bits. */
short poll_list_mask(short events);
short poll_list_events(const struct pollfd *entry);

/* Appends a descriptor. Returns 0, or -ENOMEM with nothing changed. */
int poll_list_append(struct poll_list *list, int fd, short mask);

/* Removes the entry at `index`. The last entry moves to its place. */
void poll_list_remove(struct poll_list *list, nfds_t index);

/* Halves the memory, repeatedly, while at most a quarter of it is used. */
void poll_list_trim(struct poll_list *list);

/* The array for a call of poll. The caller returns it after the call. Allocates nothing. */
struct pollfd *poll_list_borrow(struct poll_list *list);
void poll_list_return(struct poll_list *list);

void poll_list_free(struct poll_list *list);

#endif
