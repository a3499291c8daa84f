/*
 * poll_list.h - the array of descriptors for poll, without gaps, and a copy of it for the wait
 */
#ifndef POLL_LIST_H
#define POLL_LIST_H

#include <poll.h>
#include <stdbool.h>

#include "loop/wait_buffer.h"

/* All zeros: empty, and without a copy. */
struct poll_list {
	struct pollfd *entries; /* in no order */
	nfds_t count, room;
	struct wait_buffer copy;
	bool copies; /* poll gets a copy, as another thread may change the list during a wait */
};

/* EV_ bits as what poll is asked for, and poll's answer as EV_ bits. */
short poll_list_mask(short events);
short poll_list_events(const struct pollfd *entry);

/* Appends a descriptor. 0, or -ENOMEM, which changes nothing. */
int poll_list_append(struct poll_list *list, int fd, short mask);

/* Takes out the entry at `index`; the last entry moves to its place. */
void poll_list_remove(struct poll_list *list, nfds_t index);

/* Halves the memory, again and again, while no more than a quarter of it is used. */
void poll_list_trim(struct poll_list *list);

/* The array for a call of poll. The caller returns it after the call. Allocates nothing. */
struct pollfd *poll_list_borrow(struct poll_list *list);
void poll_list_return(struct poll_list *list);

void poll_list_free(struct poll_list *list);

#endif
