/*
 * io_map.c - which events wait for a descriptor, and telling the backend what they ask for together
 */
#include "loop/base.h"

#include <errno.h>
#include <limits.h>
#include <string.h>

/*
 * What the events of a slot ask for together. The kernel has one mode for a descriptor: where some
 * ask for edges and others for the level, it is the level, by which nobody misses anything.
 */
static short interest(const struct io_slot *slot)
{
	short asked = (short)((slot->readers ? EV_READ : 0) | (slot->writers ? EV_WRITE : 0) |
			      (slot->closers ? EV_CLOSED : 0));

	return asked && !slot->levels ? asked | EV_ET : asked;
}

static int make_room(struct io_map *map, int fd)
{
	size_t count = map->count ? map->count : 32;
	struct io_slot *slots;

	if ((size_t)fd < map->count)
		return 0;
	while (count <= (size_t)fd)
		count *= 2;
	slots = memory_reallocate(map->slots, count * sizeof(*slots));
	if (!slots)
		return -ENOMEM;
	memset(slots + map->count, 0, (count - map->count) * sizeof(*slots));
	/* The first event of a list points back at its slot, which has moved. */
	for (size_t i = 0; i < map->count; i++) {
		if (slots[i].first)
			slots[i].first->ev_io_next.le_prev = &slots[i].first;
	}
	map->slots = slots;
	map->count = count;
	return 0;
}

/* Counts an event in or out. */
static void tally(struct io_slot *slot, short events, int by)
{
	slot->readers = (uint16_t)(slot->readers + (events & EV_READ ? by : 0));
	slot->writers = (uint16_t)(slot->writers + (events & EV_WRITE ? by : 0));
	slot->closers = (uint16_t)(slot->closers + (events & EV_CLOSED ? by : 0));
	slot->levels = (uint16_t)(slot->levels + (events & EV_ET ? 0 : by));
}

static int tell_backend(struct event_base *base, int fd, short before, struct io_slot *slot)
{
	const struct backend_change change = {
		.fd = fd,
		.before = before,
		.after = interest(slot),
		.note = &slot->note,
	};
	int result;

	if (before == change.after)
		return 0;
	result = base->backend->change(base->backend_state, &change);
	if (result && change.after)
		log_warning_errno(-result, "%s: descriptor %d", base->backend->name, fd);
	return result;
}

/* Likely a mistake, which debug mode refuses, as libevent's does. */
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
	result = make_room(&base->io, event->ev_fd);
	if (result)
		return result;
	slot = &base->io.slots[event->ev_fd];
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
	result = tell_backend(base, event->ev_fd, before, slot);
	if (result) {
		tally(slot, event_asked(event), -1);
		return result;
	}
	event->ev_io_next.le_next = slot->first;
	event->ev_io_next.le_prev = &slot->first;
	if (slot->first)
		slot->first->ev_io_next.le_prev = &event->ev_io_next.le_next;
	slot->first = event;
	return 0;
}

int io_map_remove(struct event_base *base, struct event *event)
{
	struct io_slot *slot;
	short before;

	if (event->ev_fd < 0)
		return 0;
	slot = &base->io.slots[event->ev_fd];
	before = interest(slot);
	tally(slot, event_asked(event), -1);
	if (event->ev_io_next.le_next)
		event->ev_io_next.le_next->ev_io_next.le_prev = event->ev_io_next.le_prev;
	*event->ev_io_next.le_prev = event->ev_io_next.le_next;
	return tell_backend(base, event->ev_fd, before, slot);
}

void io_map_activate(struct event_base *base, int fd, short events)
{
	struct event *event;

	if (fd < 0 || (size_t)fd >= base->io.count)
		return;
	for (event = base->io.slots[fd].first; event; event = event->ev_io_next.le_next) {
		if (event_asked(event) & (events & ~EV_ET))
			event_active_locked(event, event_asked(event) & events, 1);
	}
}

void io_map_report(struct event_base *base, int fd, short events)
{
	bool edges = base->backend->features & EV_FEATURE_ET;

	if (fd >= 0 && (size_t)fd < base->io.count && edges && !base->io.slots[fd].levels)
		events |= EV_ET;
	io_map_activate(base, fd, events);
}

int io_map_rebuild(struct event_base *base)
{
	int first_error = 0;

	for (size_t i = 0; i < base->io.count; i++) {
		struct io_slot *slot = &base->io.slots[i];
		int result;

		slot->note = 0;
		result = tell_backend(base, (int)i, 0, slot);
		if (result && !first_error)
			first_error = result;
	}
	return first_error;
}

void io_map_delete_all(struct event_base *base)
{
	for (size_t i = 0; i < base->io.count; i++) {
		struct event *event = base->io.slots[i].first, *next;

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
	for (size_t i = 0; i < base->io.count; i++) {
		struct event *event = base->io.slots[i].first;

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
	memory_free(base->io.slots);
	base->io = (struct io_map){ 0 };
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
			return "an event stands in a descriptor's list and does not say so";
		tally(&counted, event_asked(event), 1);
	}
	if (counted.readers != slot->readers || counted.writers != slot->writers ||
	    counted.closers != slot->closers || counted.levels != slot->levels)
		return "a descriptor's events are miscounted";
	return NULL;
}

const char *io_map_check(const struct event_base *base)
{
	for (size_t i = 0; i < base->io.count; i++) {
		const char *broken = check_slot(&base->io.slots[i], (int)i);

		if (broken)
			return broken;
	}
	if (base->backend->check)
		return base->backend->check(base->backend_state);
	return NULL;
}
