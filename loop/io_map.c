/*
 * io_map.c - the events of each descriptor, and the bits that the backend must watch for them
 */
#include "loop/io_map.h"

#include <errno.h>
#include <limits.h>
#include <sys/queue.h>

#include "loop/debug.h"
#include "loop/log.h"

/*
 * Returns the union of the bits that a slot's events ask for. The kernel has one mode for a
 * descriptor. If some events ask for edges and others for the level, the result asks for the level,
 * so that no event misses anything.
 */
static short interest(const struct io_slot *slot)
{
	short asked = (short)((slot->readers ? EV_READ : 0) | (slot->writers ? EV_WRITE : 0) |
			      (slot->closers ? EV_CLOSED : 0));

	return asked && !slot->levels ? asked | EV_ET : asked;
}

static struct io_slot *slot_of(const struct io_map *map, int fd)
{
	return descriptor_table_find(&map->slots, fd);
}

void io_map_init(struct io_map *map)
{
	*map = (struct io_map){ .slots.entry_size = sizeof(struct io_slot) };
}

void io_map_free(struct io_map *map)
{
	descriptor_table_free(&map->slots);
}

/* Adds `by`, which is 1 or -1, to the counts of an event's bits. */
static void tally(struct io_slot *slot, short events, int by)
{
	slot->readers = (uint16_t)(slot->readers + (events & EV_READ ? by : 0));
	slot->writers = (uint16_t)(slot->writers + (events & EV_WRITE ? by : 0));
	slot->closers = (uint16_t)(slot->closers + (events & EV_CLOSED ? by : 0));
	slot->levels = (uint16_t)(slot->levels + (events & EV_ET ? 0 : by));
}

/*
 * Tells the backend that the union of bits has changed from `before` to that of the slot. Does
 * nothing if they are equal. Returns 0 or -errno.
 */
static int tell_backend(struct io_map *map, int fd, short before, const struct io_slot *slot,
			bool trim)
{
	const struct backend_change change = {
		.fd = fd,
		.before = before,
		.after = interest(slot),
		.trim = trim,
	};
	int result;

	/*
	 * When a base is freed, its backend soon drops all descriptors at once. Also, the process
	 * may be the child of a fork, which must not change the parent's kernel object.
	 */
	if (before == change.after || map->silent)
		return 0;
	result = map->backend->change(map->backend_state, &change);
	if (result && change.after)
		log_warning_errno(-result, "%s: descriptor %d", map->backend->name, fd);
	return result;
}

/*
 * Returns whether the event would give the descriptor both edge- and level-triggered events. That
 * is probably a mistake. libevent's debug mode refuses it, too.
 */
static bool mixes_edge_and_level(const struct io_slot *slot, const struct event *event)
{
	const struct event *first = LIST_FIRST(&slot->events);

	return first && !(event_asked(first) & EV_ET) != !(event_asked(event) & EV_ET);
}

/* Checks whether the slot can take the event. Returns 0, or -errno with a warning. */
static int check_place(const struct io_slot *slot, const struct event *event)
{
	if (slot->readers == UINT16_MAX || slot->writers == UINT16_MAX ||
	    slot->closers == UINT16_MAX || slot->levels == UINT16_MAX) {
		log_warning("descriptor %d has as many events as it can", event->ev_fd);
		return -EMFILE;
	}
	if (debug_mode && mixes_edge_and_level(slot, event)) {
		log_warning("descriptor %d cannot have both edge- and level-triggered events",
			    event->ev_fd);
		return -EINVAL;
	}
	return 0;
}

int io_map_add(struct io_map *map, struct event *event, bool trim)
{
	struct io_slot *slot;
	short before;
	int result;

	if (event->ev_fd < 0)
		return 0;
	if (event->ev_fd >= IO_MAP_LIMIT) {
		log_warning("descriptor %d is above the limit", event->ev_fd);
		return -EBADF;
	}
	result = descriptor_table_reserve(&map->slots, event->ev_fd);
	if (result)
		return result;
	slot = slot_of(map, event->ev_fd);
	result = check_place(slot, event);
	if (result)
		return result;
	before = interest(slot);
	tally(slot, event_asked(event), 1);
	result = tell_backend(map, event->ev_fd, before, slot, trim);
	if (result) {
		tally(slot, event_asked(event), -1);
		return result;
	}
	if (LIST_EMPTY(&slot->events))
		descriptor_table_use(&map->slots, event->ev_fd);
	LIST_INSERT_HEAD(&slot->events, event, ev_io_next);
	return 0;
}

int io_map_remove(struct io_map *map, struct event *event, bool trim)
{
	struct io_slot *slot;
	short before;
	int result;

	if (event->ev_fd < 0)
		return 0;
	slot = slot_of(map, event->ev_fd);
	before = interest(slot);
	tally(slot, event_asked(event), -1);
	LIST_REMOVE(event, ev_io_next);
	result = tell_backend(map, event->ev_fd, before, slot, trim);
	if (LIST_EMPTY(&slot->events))
		descriptor_table_disuse(&map->slots, event->ev_fd);
	if (trim)
		descriptor_table_trim(&map->slots);
	return result;
}

struct event *io_map_events(const struct io_map *map, int fd)
{
	const struct io_slot *slot = slot_of(map, fd);

	return slot ? LIST_FIRST(&slot->events) : NULL;
}

bool io_map_has_edges(const struct io_map *map, int fd)
{
	const struct io_slot *slot = slot_of(map, fd);

	return (map->backend->features & EV_FEATURE_ET) && slot && !slot->levels;
}

int io_map_next(const struct io_map *map, int fd)
{
	return descriptor_table_next(&map->slots, fd);
}

int io_map_rebuild(struct io_map *map, bool trim)
{
	int first_error = 0;

	for (int fd = io_map_next(map, 0); fd >= 0; fd = io_map_next(map, fd + 1)) {
		int result = tell_backend(map, fd, 0, slot_of(map, fd), trim);

		if (result && !first_error)
			first_error = result;
	}
	return first_error;
}

int io_map_for_each(const struct io_map *map, int (*visit)(struct event *event, void *data),
		    void *data)
{
	for (int fd = io_map_next(map, 0); fd >= 0; fd = io_map_next(map, fd + 1)) {
		struct event *event = io_map_events(map, fd);

		for (; event; event = LIST_NEXT(event, ev_io_next)) {
			int result = visit(event, data);

			if (result)
				return result;
		}
	}
	return 0;
}

static const char *check_slot(const struct io_slot *slot, int fd)
{
	struct io_slot counted = { 0 };
	struct event *const *link = &slot->events.lh_first;

	for (; *link; link = &(*link)->ev_io_next.le_next) {
		const struct event *event = *link;

		if (event->ev_io_next.le_prev != link)
			return "a descriptor's list is broken";
		if (event->ev_fd != fd || !(event->ev_evcallback.evcb_flags & EVLIST_INSERTED))
			return "an event is in the wrong list, or lacks EVLIST_INSERTED";
		tally(&counted, event_asked(event), 1);
	}
	if (counted.readers != slot->readers || counted.writers != slot->writers ||
	    counted.closers != slot->closers || counted.levels != slot->levels)
		return "the counts of a descriptor's events are wrong";
	return NULL;
}

static bool has_events(const void *slot)
{
	return !LIST_EMPTY(&((const struct io_slot *)slot)->events);
}

const char *io_map_check(const struct io_map *map)
{
	const char *broken = descriptor_table_check(&map->slots, has_events);

	for (int fd = io_map_next(map, 0); fd >= 0 && !broken; fd = io_map_next(map, fd + 1))
		broken = check_slot(slot_of(map, fd), fd);
	if (broken)
		return broken;
	if (map->backend->check)
		return map->backend->check(map->backend_state);
	return NULL;
}
