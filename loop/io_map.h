/*
 * io_map.h - the events of each descriptor, and the backend that watches the descriptors
 *
 * The map tells the backend of each change of the bits that a descriptor's events ask for. It
 * knows no base: the caller counts the events and wakes the loop. The caller holds the base's lock.
 */
#ifndef IO_MAP_H
#define IO_MAP_H

#include "loop/event_members.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "loop/backend.h"
#include "loop/descriptor_table.h"

struct io_slot {
	struct event_dlist events; /* newest first */
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
	const struct backend *backend; /* NULL: none yet */
	void *backend_state;	       /* the backend's, from `create` to `destroy` */
	bool silent; /* the base is being freed: the backend need not be told of changes */
};

void io_map_init(struct io_map *map);

/* Frees the map's memory. The backend stays. */
void io_map_free(struct io_map *map);

/*
 * Add or remove an event. `trim`: the map and the backend may give memory back, which may allocate.
 * 0 or -errno. A failed addition changes nothing: -ENOMEM; -EBADF from IO_MAP_LIMIT on; -EMFILE if
 * 65535 events of the descriptor ask for the same bit already, or are level-triggered; -EINVAL in
 * debug mode if the event would mix edges and levels; errors of the backend. A removal happens in
 * any case, and passes on an error of the backend. An event with a negative descriptor is accepted
 * and never becomes ready.
 */
int io_map_add(struct io_map *map, struct event *event, bool trim);
int io_map_remove(struct io_map *map, struct event *event, bool trim);

/* The newest event of a descriptor, or NULL. ev_io_next leads to the older ones. */
struct event *io_map_events(const struct io_map *map, int fd);

/* Whether the backend watches the descriptor for edges: all its events have EV_ET. */
bool io_map_has_edges(const struct io_map *map, int fd);

/* The first descriptor from `fd` on that has a slot, with or without events; -1: none. */
int io_map_next(const struct io_map *map, int fd);

/* Adds all descriptors to a new backend, after a fork. Returns 0 or the first error. */
int io_map_rebuild(struct io_map *map, bool trim);

/* Visits all events, with the loop's own. Stops at a result that is not 0 and returns it. */
int io_map_for_each(const struct io_map *map, int (*visit)(struct event *event, void *data),
		    void *data);

/* NULL, or a text that names the broken invariant. */
const char *io_map_check(const struct io_map *map);

#endif
