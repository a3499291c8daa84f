/*
 * io_map.h - the events of each descriptor, and the backend that watches the descriptors
 *
 * The map tells the backend of each change of the bits that a descriptor's events ask for. The
 * functions of this file do not get the base. event_map.c adds and removes events, counts them, and
 * wakes the loop. activate.c, inspect.c, base_free.c and reinit.c read the map. The caller holds
 * the base's lock.
 */
#ifndef IO_MAP_H
#define IO_MAP_H

#include "loop/event_members.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "loop/backend.h"
#include "loop/descriptor_table.h"

/* The events of one descriptor, and how many of them ask for each bit. */
struct io_slot {
	struct event_dlist events;	    /* newest first */
	uint16_t readers, writers, closers; /* events with EV_READ, EV_WRITE, EV_CLOSED */
	uint16_t levels;		    /* events without EV_ET */
};

/*
 * Descriptors from this number on are refused, as in libevent 2.1. Such a number is probably no
 * open descriptor, and the tables for it could take 1 GB. Linux allows a process 2^20 descriptors,
 * unless an administrator raises that limit.
 */
#define IO_MAP_LIMIT (1 << 27)

struct io_map {
	struct descriptor_table slots; /* of struct io_slot; a slot that has events is in use */
	const struct backend *backend; /* NULL until base_new.c has chosen a backend */
	void *backend_state;	       /* from the backend's `create`, for its other operations */
	bool silent;		       /* the base is being freed: do not call the backend */
};

void io_map_init(struct io_map *map);

/* Frees the map's memory. Does not destroy the backend. */
void io_map_free(struct io_map *map);

/*
 * Add or remove an event. If `trim` is true, the map and the backend may give memory back, which
 * may allocate. An event with a negative descriptor is accepted and never becomes ready. Both
 * return 0 or -errno. O(1), plus the cost of the backend.
 *
 * If io_map_add fails, nothing has changed. Its errors are -ENOMEM; -EBADF for a descriptor from
 * IO_MAP_LIMIT on; -EMFILE if 65535 events of the descriptor already ask for the same bit, or are
 * level-triggered; -EINVAL in debug mode if the descriptor would have edge- and level-triggered
 * events; and the errors of the backend. io_map_remove removes the event in any case, and returns
 * the error of the backend, if there is one.
 */
int io_map_add(struct io_map *map, struct event *event, bool trim);
int io_map_remove(struct io_map *map, struct event *event, bool trim);

/* Returns the newest event of a descriptor, or NULL. ev_io_next points to the next older event. */
struct event *io_map_events(const struct io_map *map, int fd);

/*
 * Returns whether the backend watches the descriptor for edges. It does if it supports EV_ET and
 * all events of the descriptor have EV_ET.
 */
bool io_map_has_edges(const struct io_map *map, int fd);

/* Returns the first descriptor from `fd` on that has a slot, with or without events, or -1. */
int io_map_next(const struct io_map *map, int fd);

/*
 * Adds all descriptors to a new backend, in the child of a fork. Goes on after an error. Returns 0
 * or the first error. `trim` is as in io_map_add.
 */
int io_map_rebuild(struct io_map *map, bool trim);

/*
 * Calls `visit` for all events, including the loop's own. Stops at the first result that is not 0,
 * and returns that result. Otherwise returns 0.
 */
int io_map_for_each(const struct io_map *map, int (*visit)(struct event *event, void *data),
		    void *data);

/* Returns NULL, or a text that names the broken invariant, of the map or of the backend. */
const char *io_map_check(const struct io_map *map);

#endif
