/*
 * io_map.h - which events wait for a descriptor
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
 * Descriptors are less than this, as in libevent 2.1. A larger number is a mistake or out of date,
 * and tables that go up to it would take all memory. Linux's own limit for a process is 2^20 unless
 * an administrator raises it.
 */
#define IO_MAP_LIMIT (1 << 27)

struct io_map {
	struct descriptor_table slots; /* struct io_slot; in use: with an event */
};

void io_map_init(struct event_base *base);

/*
 * Takes an event in or out. 0; -ENOMEM; -EBADF from IO_MAP_LIMIT on; -EMFILE for the 65536th event
 * of a descriptor; -EINVAL in debug mode when it mixes edge- and level-triggered ones; what the
 * backend said. Then nothing has changed. A negative descriptor is taken and never becomes ready.
 */
int io_map_add(struct event_base *base, struct event *event);
int io_map_remove(struct event_base *base, struct event *event);

/* The newest event of a descriptor, from which ev_io_next leads on; NULL. */
struct event *io_map_events(const struct event_base *base, int fd);

/* Makes the events active that wait for any of these. O(events of the descriptor). */
void io_map_activate(struct event_base *base, int fd, short events);

/* The same for a backend that found it ready: they are told, with EV_ET, when it was an edge. */
void io_map_report(struct event_base *base, int fd, short events);

/* Tells a new backend of all descriptors, after a fork. 0 or the first error. */
int io_map_rebuild(struct event_base *base);

/* Deletes all events but the loop's own. */
void io_map_delete_all(struct event_base *base);
void io_map_free(struct event_base *base);

/* Visits the events, the loop's own included, until non-zero, and returns that. */
int io_map_for_each(const struct event_base *base, int (*visit)(struct event *event, void *data),
		    void *data);

/* NULL, or what is broken. */
const char *io_map_check(const struct event_base *base);

#endif
