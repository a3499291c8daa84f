/*
 * io_map.c - the events of each descriptor, and the bits that the backend must watch for them
 */
#include "loop/base.h"

#include <errno.h>
#include <limits.h>

/*
 * The union of the bits that a slot's events ask for. The kernel has one mode for a descriptor. If
 * some events ask for edges and others for the level, the level is chosen, so that no event misses
 * anything.
 */
static short interest(const struct io_slot *slot)
{
	short asked = (short)((slot->readers ? EV_READ : 0) | (slot->writers ? EV_WRITE : 0) |
			      (slot->closers ? EV_CLOSED : 0));

	return asked && !slot->levels ? asked | EV_ET : asked;
}

static struct io_slot *slot_of(const struct event_base *base, int fd)
{
	return descriptor_table_find(&base->io.slots, fd);
}

void io_map_init(struct event_base *base)
{
	base->io.slots.entry_size = sizeof(struct io_slot);
}

/*
 * Whether memory may be given back now. Giving back may allocate, so it must not happen while the
 * loop itself removes an event in an iteration. With EVENT_BASE_FLAG_LIBEVENT_2_1 it never happens:
 * there an expiry removes persistent events from their maps, and adding them again must find its
 * old room.
 */
static bool may_trim(const struct event_base *base)
{
	bool by_the_loop =
		base->running && base->thread == thread_identity() && !base->running_callback;

	return !by_the_loop && !(base->flags & EVENT_BASE_FLAG_LIBEVENT_2_1);
}

/* Adds `by`, which is 1 or -1, to the counts of an event's bits. */
static void tally(struct io_slot *slot, short events, int by)
{
	slot->readers = (uint16_t)(slot->readers + (events & EV_READ ? by : 0));
	slot->writers = (uint16_t)(slot->writers + (events & EV_WRITE ? by : 0));
	slot->closers = (uint16_t)(slot->closers + (events & EV_CLOSED ? by : 0));
	slot->levels = (uint16_t)(slot->levels + (events & EV_ET ? 0 : by));
}

static int tell_backend(struct event_base *base, int fd, short before, const struct io_slot *slot,
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
	 * While a base is being freed, its backend drops all descriptors at once. In the child of a
	 * fork the kernel object may also be the parent's, from which nothing must be removed.
	 */
	if (before == change.after || base->ending)
		return 0;
	result = base->backend->change(base->backend_state, &change);
	if (result && change.after)
		log_warning_errno(-result, "%s: descriptor %d", base->backend->name, fd);
	return result;
}

/* Probably a mistake. libevent's debug mode refuses it, too. */
static bool mixes_edge_and_level(const struct io_slot *slot, const struct event *event)
{
	return slot->first && !(event_asked(slot->first) & EV_ET) != !(event_asked(event) & EV_ET);
}

int io_map_add(struct event_base *base, struct event *event)
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
	result = descriptor_table_reserve(&base->io.slots, event->ev_fd);
	if (result)
		return result;
	slot = slot_of(base, event->ev_fd);
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
	before = interest(slot);
	tally(slot, event_asked(event), 1);
	result = tell_backend(base, event->ev_fd, before, slot, may_trim(base));
	if (result) {
		tally(slot, event_asked(event), -1);
		return result;
	}
	event->ev_io_next.le_next = slot->first;
	event->ev_io_next.le_prev = &slot->first;
	if (slot->first)
		slot->first->ev_io_next.le_prev = &event->ev_io_next.le_next;
	else
		descriptor_table_use(&base->io.slots, event->ev_fd);
	slot->first = event;
	return 0;
}

int io_map_remove(struct event_base *base, struct event *event)
{
	struct io_slot *slot;
	short before;
	bool trim;
	int result;

	if (event->ev_fd < 0)
		return 0;
	slot = slot_of(base, event->ev_fd);
	before = interest(slot);
	tally(slot, event_asked(event), -1);
	if (event->ev_io_next.le_next)
		event->ev_io_next.le_next->ev_io_next.le_prev = event->ev_io_next.le_prev;
	*event->ev_io_next.le_prev = event->ev_io_next.le_next;
	trim = may_trim(base);
	result = tell_backend(base, event->ev_fd, before, slot, trim);
	if (!slot->first)
		descriptor_table_disuse(&base->io.slots, event->ev_fd);
	if (trim)
		descriptor_table_trim(&base->io.slots);
	return result;
}

struct event *io_map_events(const struct event_base *base, int fd)
{
	const struct io_slot *slot = slot_of(base, fd);

	return slot ? slot->first : NULL;
}

void io_map_activate(struct event_base *base, int fd, short events)
{
	struct event *event = io_map_events(base, fd);

	for (; event; event = event->ev_io_next.le_next) {
		if (event_asked(event) & (events & ~EV_ET))
			event_active_locked(event, event_asked(event) & events, 1);
	}
}

void io_map_report(struct event_base *base, int fd, short events)
{
	bool edges = base->backend->features & EV_FEATURE_ET;
	const struct io_slot *slot = slot_of(base, fd);

	if (edges && slot && !slot->levels)
		events |= EV_ET;
	io_map_activate(base, fd, events);
}

/* The first descriptor from `fd` on that has a slot, with or without events; -1: none. */
static int next_descriptor(const struct event_base *base, int fd)
{
	return descriptor_table_next(&base->io.slots, fd);
}

int io_map_rebuild(struct event_base *base)
{
	int first_error = 0;

	for (int fd = next_descriptor(base, 0); fd >= 0; fd = next_descriptor(base, fd + 1)) {
		int result = tell_backend(base, fd, 0, slot_of(base, fd), may_trim(base));

		if (result && !first_error)
			first_error = result;
	}
	return first_error;
}

void io_map_delete_all(struct event_base *base)
{
	for (int fd = next_descriptor(base, 0); fd >= 0; fd = next_descriptor(base, fd + 1)) {
		struct event *event = io_map_events(base, fd), *next;

		for (; event; event = next) {
			next = event->ev_io_next.le_next;
			if (!(event->ev_evcallback.evcb_flags & EVLIST_INTERNAL))
				event_del_locked(event, DELETE_EVEN_IF_FINALIZING);
		}
	}
}

int io_map_for_each(const struct event_base *base, int (*visit)(struct event *event, void *data),
		    void *data)
{
	for (int fd = next_descriptor(base, 0); fd >= 0; fd = next_descriptor(base, fd + 1)) {
		struct event *event = io_map_events(base, fd);

		for (; event; event = event->ev_io_next.le_next) {
			int result = visit(event, data);

			if (result)
				return result;
		}
	}
	return 0;
}

void io_map_free(struct event_base *base)
{
	descriptor_table_free(&base->io.slots);
}

static const char *check_slot(const struct io_slot *slot, int fd)
{
	struct io_slot counted = { 0 };
	struct event *const *link = &slot->first;

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
	return ((const struct io_slot *)slot)->first;
}

const char *io_map_check(const struct event_base *base)
{
	const char *broken = descriptor_table_check(&base->io.slots, has_events);

	for (int fd = next_descriptor(base, 0); fd >= 0 && !broken;
	     fd = next_descriptor(base, fd + 1))
		broken = check_slot(slot_of(base, fd), fd);
	if (broken)
		return broken;
	if (base->backend->check)
		return base->backend->check(base->backend_state);
	return NULL;
}
