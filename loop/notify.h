/*
 * notify.h - an eventfd, by which other threads wake the loop
 *
 * The functions here know no base: wake.h decides whether the loop must be woken, and
 * own_events.h has the event that watches the eventfd. The caller holds the base's lock, except for
 * notify_read.
 */
#ifndef NOTIFY_H
#define NOTIFY_H

#include <stdbool.h>
#include <stdint.h>

struct notify {
	int descriptor; /* an eventfd; -1: other threads cannot wake the loop */
	bool pending;	/* written and not yet read: more wake-ups need no write */
	uint64_t sent;
};

void notify_init(struct notify *notify);

/* Creates the eventfd. Returns 0 or -errno. */
int notify_open(struct notify *notify);
void notify_close(struct notify *notify);

/* Writes to the eventfd, unless an earlier wake-up is pending or there is no eventfd. */
void notify_send(struct notify *notify);

/* Empties the eventfd. The caller then clears `pending`, with the lock held. */
void notify_read(int descriptor);

#endif
