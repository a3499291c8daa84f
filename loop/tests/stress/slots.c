/*
 * slots.c - a slot's event: makes it, deletes it in every way, and frees it
 *
 * The caller of these functions must hold the slot's lock.
 */
#include "loop/tests/stress/stress.h"

#include <stdlib.h>

static bool backend_has(int feature)
{
	return event_base_get_features(stress.base) & feature;
}

static short draw_events(enum kind kind)
{
	const short persist = one_of(2) ? EV_PERSIST : 0;
	const short finalize = one_of(4) ? EV_FINALIZE : 0;
	const short edges = backend_has(EV_FEATURE_ET) && one_of(2) ? EV_ET : 0;
	const short closed = backend_has(EV_FEATURE_EARLY_CLOSE) && one_of(4) ? EV_CLOSED : 0;

	switch (kind) {
	case KIND_READER:
		return (short)(EV_READ | persist | finalize | edges | closed);
	case KIND_WRITER: /* a persistent writer would be called all the time */
		return (short)(EV_WRITE | finalize | edges);
	case KIND_SIGNAL:
		return (short)(EV_SIGNAL | persist | finalize);
	case KIND_AGAIN:
		return 0;
	default:
		return (short)(persist | finalize);
	}
}

static enum kind draw_kind(void)
{
	static const enum kind kinds[] = {
		KIND_TIMER,  KIND_TIMER,  KIND_TIMER, KIND_TIMER,  KIND_READER, KIND_READER,
		KIND_READER, KIND_WRITER, KIND_USER,  KIND_SIGNAL, KIND_AGAIN,
	};

	return kinds[draw_below(sizeof(kinds) / sizeof(*kinds))];
}

static evutil_socket_t descriptor_of(struct slot *slot)
{
	switch (slot->kind) {
	case KIND_READER:
		slot->end = slot->channel->is_pipe ? 0 : (int)draw_below(2);
		return slot->channel->ends[slot->end];
	case KIND_WRITER:
		slot->end = slot->channel->is_pipe ? 1 : (int)draw_below(2);
		return slot->channel->ends[slot->end];
	case KIND_SIGNAL:
		slot->signal = signal_numbers[slot->index % SIGNALS];
		return slot->signal;
	default:
		return -1;
	}
}

static void renew_payload(struct slot *slot)
{
	free(slot->payload);
	slot->payload = malloc(sizeof(*slot->payload));
	if (!slot->payload)
		abort();
	slot->payload->touched = 0;
}

/*
 * Makes a new event for a slot that has none. Returns false if memory runs out. The descriptors of
 * the slot's channel do not change during the call, because a thread that opens the channel again
 * in order holds the locks of all its slots.
 */
bool slot_assign(struct slot *slot)
{
	evutil_socket_t fd;

	slot->kind = draw_kind();
	slot->events = draw_events(slot->kind);
	slot->on_heap = one_of(2);
	fd = descriptor_of(slot);
	renew_payload(slot);
	atomic_store(&slot->stopping, false);
	ledger_assigned(slot);
	begin_call("event_new", slot);
	if (slot->on_heap) {
		slot->event = event_new(stress.base, fd, slot->events, callback, slot);
	} else {
		event_assign(&slot->own, stress.base, fd, slot->events, callback, slot);
		slot->event = &slot->own;
	}
	end_call();
	if (!slot->event)
		return false;
	event_priority_set(slot->event, (int)draw_below((uint64_t)stress.priorities));
	return true;
}

/* Uses or replaces the payload, as a program may do when event_del has returned. */
static void use_payload(struct slot *slot)
{
	/* If the event's callback is running, it is the callback that deletes the event. */
	if (one_of(2))
		slot->payload->touched++;
	else
		renew_payload(slot);
}

/*
 * Deletes the event twice. The callback does not arm the event after `stopping` is set, but it may
 * have armed the event after the first deletion removed it.
 */
static void delete_again(struct slot *slot)
{
	atomic_store(&slot->stopping, true);
	begin_call("event_del", slot);
	calls.del(slot->event);
	calls.del(slot->event);
	end_call();
	ledger_deleted(slot, true);
}

/* Deletes the event in one of three ways. Uses the payload only after a deletion that waits. */
void slot_delete(struct slot *slot)
{
	bool waits = true;

	if (slot->kind == KIND_AGAIN) {
		delete_again(slot);
		use_payload(slot);
		return;
	}
	begin_call("event_del", slot);
	switch (draw_below(4)) {
	case 0:
		calls.del_block(slot->event);
		break;
	case 1:
		calls.del_noblock(slot->event);
		waits = false;
		break;
	default:
		calls.del(slot->event);
		waits = !(slot->events & EV_FINALIZE);
	}
	end_call();
	ledger_deleted(slot, waits);
	if (waits)
		use_payload(slot);
}

/* Frees the slot's event. Returns false if the event is being finalized. */
bool slot_release(struct slot *slot)
{
	bool waits = !(slot->events & EV_FINALIZE);

	/* This must come first: until the finalizer has run, it may write to the slot. */
	if (slot_is_busy(slot))
		return false;
	if (!slot->event)
		return true;
	if (slot->kind == KIND_AGAIN)
		delete_again(slot);
	begin_call("event_free", slot);
	if (!slot->on_heap || !waits)
		calls.del_block(slot->event);
	if (slot->on_heap)
		calls.free(slot->event);
	end_call();
	slot->event = NULL;
	ledger_deleted(slot, true);
	use_payload(slot);
	return true;
}

/* Starts to finalize the event. The finalizer does the rest. */
void slot_finalize(struct slot *slot)
{
	bool frees = slot->on_heap && one_of(2);

	if (slot->kind == KIND_AGAIN)
		return;
	slot->free_in_finalizer = slot->on_heap && !frees;
	pthread_mutex_lock(&slot->book);
	note(slot, "event_finalize", slot->on_heap);
	slot->finalizing = true;
	pthread_mutex_unlock(&slot->book);
	begin_call("event_finalize", slot);
	if (frees)
		calls.free_finalize(0, slot->event, finalizer);
	else
		calls.finalize(0, slot->event, finalizer);
	end_call();
	ledger_deleted(slot, false);
}

bool slot_is_busy(struct slot *slot)
{
	bool busy;

	pthread_mutex_lock(&slot->book);
	busy = slot->finalizing;
	pthread_mutex_unlock(&slot->book);
	return busy;
}

void slots_begin(void)
{
	for (int i = 0; i < stress.slots_used; i++) {
		struct slot *slot = &stress.slots[i];

		slot->index = i;
		slot->channel = &stress.channels[i % CHANNELS];
		pthread_mutex_init(&slot->lock, NULL);
		pthread_mutex_init(&slot->book, NULL);
		pthread_mutex_lock(&slot->lock);
		slot_assign(slot);
		pthread_mutex_unlock(&slot->lock);
	}
}

/*
 * Frees an event whose base was freed. event_free deletes the event, for which it needs another
 * base.
 */
static void free_after_base(struct slot *slot, struct event_base *other)
{
	if (slot->event && slot->on_heap) {
		if (event_base_set(other, slot->event))
			fail(slot, "event_base_free has left the event pending");
		event_free(slot->event);
	}
	slot->event = NULL;
}

void slots_end(bool base_is_freed)
{
	struct event_base *other = base_is_freed ? event_base_new() : NULL;

	for (int i = 0; i < stress.slots_used; i++) {
		struct slot *slot = &stress.slots[i];

		pthread_mutex_lock(&slot->lock);
		if (slot_is_busy(slot))
			fail(slot, "its finalizer has not been called");
		if (base_is_freed)
			free_after_base(slot, other);
		else
			slot_release(slot);
		pthread_mutex_unlock(&slot->lock);
	}
	if (other)
		event_base_free(other);
	for (int i = 0; base_is_freed && i < stress.slots_used; i++)
		free(stress.slots[i].payload);
}
