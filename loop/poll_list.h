/*
 * poll_list.h - the descriptors that poll is shown, dense, and a copy for it to work on
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
	bool copies; /* the list may change during a wait, so poll works on a copy */
};

/* What is asked of poll, and what it said, as EV_ bits: see the file. */
short poll_list_mask(short events);
short poll_list_events(const struct pollfd *entry);

/* Appends a descriptor. 0 or -ENOMEM, and then nothing has changed. */
int poll_list_append(struct poll_list *list, int fd, short mask);

/* Takes one out; the last one takes its place. */
void poll_list_remove(struct poll_list *list, nfds_t index);

/* Gives back memory when no more than a quarter of it is needed. */
void poll_list_trim(struct poll_list *list);

/* What poll is to work on; it has to be returned. Allocates nothing. */
struct pollfd *poll_list_borrow(struct poll_list *list);
void poll_list_return(struct poll_list *list);

void poll_list_free(struct poll_list *list);

#endif
