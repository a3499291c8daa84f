/*
 * notify.h - an eventfd, by which other threads wake the loop
 *
 * The functions of this file do not get the base. wake.c decides whether the loop must be woken,
 * and calls notify_send. own_events.c opens, watches, reads and closes the eventfd. The caller
 * holds the base's lock, except for notify_read.
 */
#ifndef NOTIFY_H
#define NOTIFY_H

#include <stdbool.h>
#include <stdint.h>

struct notify {
	int descriptor; /* the eventfd, or -1: then other threads cannot wake the loop */
	bool pending;	/* the eventfd was written and not yet read: it need not be written again */
	uint64_t sent;	/* number of writes */
};

void notify_init(struct notify *notify);

/* Create and close the eventfd. notify_open returns 0 or -errno. */
int notify_open(struct notify *notify);
void notify_close(struct notify *notify);

/* Writes to the eventfd. Does nothing if a wake-up is pending or there is no eventfd. */
void notify_send(struct notify *notify);

/* Empties the eventfd. Needs no lock. The caller then takes the lock and clears `pending`. */
void notify_read(int descriptor);

#endif
