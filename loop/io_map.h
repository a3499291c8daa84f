/*
 * io_map.h - the events of each descriptor
 */
#ifndef IO_MAP_H
#define IO_MAP_H

#include <stddef.h>
#include <stdint.h>

#include "loop/descriptor_table.h"

struct event;
struct event_base;

struct io_slot {
	struct event *first; /* newest first */
	uint16_t readers, writers, closers;
	uint16_t levels; /* events without EV_ET */
};

/*
 * The limit of descriptors, as in libevent 2.1. A larger number is a mistake, or its descriptor was
 * closed, and the tables for it could take 1 GB. Linux's own limit for a process is 2^20 unless an
 * administrator raises it.
 */
#define IO_MAP_LIMIT (1 << 27)

struct io_map {
	struct descriptor_table slots; /* of struct io_slot; a slot with events is in use */
};

void io_map_init(struct event_base *base);

/*
 * Add or remove an event. 0 or -errno. A failed addition changes nothing: -ENOMEM; -EBADF from
 * IO_MAP_LIMIT on; -EMFILE if 65535 events of the descriptor ask for the same bit already, or are
 * level-triggered; -EINVAL in debug mode if the event would mix edges and levels; errors of the
 * backend. A removal happens in any case, and passes on an error of the backend. An event with a
 * negative descriptor is accepted and never becomes ready.
 */
int io_map_add(struct event_base *base, struct event *event);
int io_map_remove(struct event_base *base, struct event *event);

/* The newest event of a descriptor, or NULL. ev_io_next leads to the older ones. */
struct event *io_map_events(const struct event_base *base, int fd);

/* Activates the descriptor's events that wait for any of these bits. O(its events). */
void io_map_activate(struct event_base *base, int fd, short events);

/* The same, called by a backend for a ready descriptor. Adds EV_ET if all its events have it. */
void io_map_report(struct event_base *base, int fd, short events);

/* Adds all descriptors to a new backend, after a fork. Returns 0 or the first error. */
int io_map_rebuild(struct event_base *base);

/* Deletes all events except the loop's own. */
void io_map_delete_all(struct event_base *base);
void io_map_free(struct event_base *base);

/* Visits all events, with the loop's own. Stops at a result that is not 0 and returns it. */
int io_map_for_each(const struct event_base *base, int (*visit)(struct event *event, void *data),
		    void *data);

/* NULL, or a text that names the broken invariant. */
const char *io_map_check(const struct event_base *base);

#endif
