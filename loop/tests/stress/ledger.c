/*
 * ledger.c - what the loop owes each slot, and the checks of each call that the loop makes
 *
 * The ledger is updated before an operation calls the loop, because the loop may call back at once.
 * If the operation fails, the update is undone.
 */
#include "loop/tests/stress/stress.h"

#include <inttypes.h>

/*
 * Returns whether no call can be under way, that is, taken from the loop's queue and not begun. In
 * the loop's own thread no callback is under way except the one that operates.
 */
static bool nothing_is_under_way(void)
{
	return !stress.threads || self->in_loop;
}

static bool is_periodic(const struct slot *slot)
{
	return (slot->events & EV_PERSIST) && !(slot->events & EV_SIGNAL);
}

static bool is_in_a_map(const struct slot *slot)
{
	return slot->events & (EV_READ | EV_WRITE | EV_SIGNAL);
}

static enum sure at_most_maybe(enum sure sure)
{
	return sure == NO ? NO : MAYBE;
}

static void permit_calls(struct slot *slot)
{
	if (slot->permit != PERMIT_NONE && !nothing_is_under_way())
		slot->loose = true;
	slot->permit = PERMIT_ANY;
}

static void owe_timer(struct slot *slot, uint64_t timeout)
{
	uint64_t due = origin_ns() + timeout;

	/* A call that is under way belongs to one of two timeouts. The earlier one is the bound. */
	if (!slot->loose || due < slot->due)
		slot->due = due;
	slot->interval = timeout;
	if (is_periodic(slot)) {
		slot->period = timeout;
		slot->period_unknown = false;
	}
	slot->timer = YES;
	/* event_add cancels an activation by the old timeout. */
	slot->owed = at_most_maybe(slot->owed);
}

/*
 * event_add does not put an event into its map if the event is active. An event without a period
 * leaves its map when its timer expires, even if it is re-armed before it is called. In both cases
 * the ledger does not know whether the event is in the map.
 */
static void owe_map(struct slot *slot)
{
	bool goes_on = is_periodic(slot) && slot->period && !slot->period_unknown;
	bool may_be_active = slot->loose || slot->owed != NO || slot->timer != NO;

	if (slot->inserted != YES)
		slot->inserted = may_be_active ? MAYBE : YES;
	else if (slot->timer != NO && !goes_on)
		slot->inserted = MAYBE;
}

/*
 * To be called before event_add. The timeout is in ns, or NULL for none. Stores the slot's former
 * state in `before`.
 */
void ledger_arm(struct slot *slot, struct ledger *before, const uint64_t *timeout)
{
	pthread_mutex_lock(&slot->book);
	*before = (struct ledger){ .permit = slot->permit,
				   .timer = slot->timer,
				   .inserted = slot->inserted,
				   .owed = slot->owed,
				   .loose = slot->loose,
				   .faked = slot->faked,
				   .period_unknown = slot->period_unknown,
				   .due = slot->due,
				   .interval = slot->interval,
				   .period = slot->period,
				   .calls = slot->calls };
	permit_calls(slot);
	if (is_in_a_map(slot))
		owe_map(slot);
	if (timeout)
		owe_timer(slot, *timeout);
	note(slot, timeout ? "event_add" : "event_add NULL", timeout ? (int64_t)*timeout : 0);
	pthread_mutex_unlock(&slot->book);
}

/*
 * To be called after event_add failed. Restores the slot's former state, except for the effects of
 * a call of the callback since then.
 */
void ledger_arm_failed(struct slot *slot, const struct ledger *before)
{
	pthread_mutex_lock(&slot->book);
	note(slot, "event_add failed", 0);
	slot->period = before->period;
	slot->period_unknown = before->period_unknown;
	slot->interval = before->interval;
	if (slot->calls == before->calls) {
		slot->permit = before->permit;
		slot->timer = before->timer;
		slot->inserted = before->inserted;
		slot->owed = before->owed;
		slot->loose = before->loose;
		slot->faked = before->faked;
		slot->due = before->due;
	} else {
		slot->loose = true;
		slot->timer = slot->inserted = MAYBE;
		slot->due = 0;
		slot->period_unknown = true;
	}
	pthread_mutex_unlock(&slot->book);
}

/* To be called before event_active. */
void ledger_activate(struct slot *slot, short what)
{
	pthread_mutex_lock(&slot->book);
	permit_calls(slot);
	slot->owed = YES;
	slot->activated |= what;
	slot->faked |= !!(what & EV_TIMEOUT);
	note(slot, "event_active", what);
	pthread_mutex_unlock(&slot->book);
}

/*
 * To be called after event_remove_timer. If the timer has already expired, the event is still
 * called, and its period continues.
 */
void ledger_timer_removed(struct slot *slot)
{
	pthread_mutex_lock(&slot->book);
	slot->faked = true;
	if (is_periodic(slot)) {
		slot->period_unknown = true;
		slot->timer = at_most_maybe(slot->timer);
	} else {
		slot->timer = NO;
	}
	note(slot, "event_remove_timer", 0);
	pthread_mutex_unlock(&slot->book);
}

/*
 * To be called after a deletion. `waited` says whether the deletion waits for a running callback.
 */
void ledger_deleted(struct slot *slot, bool waited)
{
	bool final = waited || nothing_is_under_way();

	pthread_mutex_lock(&slot->book);
	note(slot, waited ? "deleted" : "deleted without waiting", 0);
	if (final && self->calling != slot &&
	    atomic_load_explicit(&slot->running, memory_order_relaxed))
		fail(slot, "event_del has returned while the event's callback runs");
	if (final)
		slot->permit = PERMIT_NONE;
	else if (slot->permit == PERMIT_ANY)
		slot->permit = PERMIT_ONE;
	if (final)
		slot->loose = slot->faked = false;
	slot->timer = slot->inserted = slot->owed = NO;
	slot->due = 0;
	pthread_mutex_unlock(&slot->book);
}

/* To be called for a new event. The loop owes it no call. */
void ledger_assigned(struct slot *slot)
{
	pthread_mutex_lock(&slot->book);
	slot->permit = PERMIT_NONE;
	slot->timer = slot->inserted = slot->owed = NO;
	slot->loose = slot->faked = slot->period_unknown = false;
	slot->due = slot->interval = slot->period = 0;
	slot->activated = 0;
	note(slot, "assigned, with events", slot->events);
	pthread_mutex_unlock(&slot->book);
}

/* ---------------------------------------------------------------------------------------- calls */

static void check_bits(const struct slot *slot, short what)
{
	const short may_be = (short)(slot->events | slot->activated | EV_TIMEOUT);

	if (what & ~may_be)
		fail(slot, "called with 0x%02x, which the program did not ask for", (unsigned)what);
}

/*
 * Checks that the timer is not late. In simulated time the loop is exact, except for the lateness
 * that the structure declares.
 */
static void check_not_late(const struct slot *slot, uint64_t now)
{
	uint64_t allowed = stress.tick + slot->interval / 1000000 * stress.lateness_ppm +
			   slot->interval % 1000000 * stress.lateness_ppm / 1000000;

	if (stress.is_virtual && now - slot->due > allowed)
		fail(slot, "its timer is late: by %" PRIu64 " ns of an interval of %" PRIu64,
		     now - slot->due, slot->interval);
}

static void check_timeout(const struct slot *slot)
{
	uint64_t now = now_ns();

	if (slot->faked)
		return;
	if (!slot->loose && slot->timer == NO && slot->kind != KIND_SIGNAL)
		fail(slot, "called with EV_TIMEOUT, although it had no timer");
	if (!slot->due)
		return;
	if (now < slot->due)
		fail(slot, "its timer is early: by %" PRIu64 " ns", slot->due - now);
	if (!slot->loose)
		check_not_late(slot, now);
}

static void charge_period(struct slot *slot, short what)
{
	uint64_t next = slot->due + slot->period;

	if ((what & EV_TIMEOUT) && slot->due) {
		/* If periods were missed, the next period starts now. */
		if (stress.is_virtual && next < now_ns())
			next = now_ns() + slot->period;
		slot->due = slot->faked || slot->loose ? 0 : next;
	} else if (slot->timer == NO || stress.is_virtual) {
		slot->due = 0; /* the timer started at an unknown time */
	}
	slot->timer = YES;
	slot->interval = slot->period;
	/*
	 * The loop re-arms the event as event_add does. If the event was not in its map, that also
	 * puts it into the map, which may fail. After a failure the event is not armed.
	 */
	if (is_in_a_map(slot) && slot->inserted != YES) {
		slot->inserted = slot->timer = MAYBE;
		slot->due = 0;
	}
}

static void charge_persistent(struct slot *slot, short what)
{
	slot->owed = slot->loose ? at_most_maybe(slot->owed) : NO;
	if (slot->period_unknown) {
		slot->timer = MAYBE;
		if (slot->inserted == NO && is_in_a_map(slot))
			slot->inserted = MAYBE;
		slot->due = 0;
	} else if (is_periodic(slot) && slot->period) {
		charge_period(slot, what);
	} else if (what & EV_TIMEOUT) {
		/* Without a period, the timeout removes the event from its map. */
		slot->timer = slot->loose || slot->faked ? at_most_maybe(slot->timer) : NO;
		slot->inserted = at_most_maybe(slot->inserted);
	}
	/* In a loose slot this may be an older call than the activation with EV_TIMEOUT. */
	slot->faked = slot->faked && slot->loose;
}

static void charge_once(struct slot *slot)
{
	/* A signal's event is called as often as the signal came, but the ledger notes one call. */
	if (slot->loose || (slot->events & EV_SIGNAL)) {
		slot->timer = at_most_maybe(slot->timer);
		slot->inserted = at_most_maybe(slot->inserted);
		slot->owed = at_most_maybe(slot->owed);
		return;
	}
	slot->timer = slot->inserted = slot->owed = NO;
	slot->faked = false;
	slot->due = 0;
	slot->permit = PERMIT_NONE;
}

/* To be called when a callback begins. */
void ledger_enter(struct slot *slot, short what)
{
	pthread_mutex_lock(&slot->book);
	note(slot, "called", what);
	slot->calls++;
	atomic_fetch_add_explicit(&stress.calls, 1, memory_order_relaxed);
	if (slot->permit == PERMIT_NONE)
		fail(slot, "called, although it was deleted or all owed calls had come");
	if (atomic_load_explicit(&slot->running, memory_order_relaxed))
		fail(slot, "called while its callback runs");
	atomic_store_explicit(&slot->running, true, memory_order_relaxed);
	if (slot->permit == PERMIT_ONE) {
		slot->permit = PERMIT_NONE;
	} else if (slot->kind != KIND_AGAIN) {
		check_bits(slot, what);
		if (what & EV_TIMEOUT)
			check_timeout(slot);
		if (slot->events & EV_PERSIST)
			charge_persistent(slot, what);
		else
			charge_once(slot);
	}
	pthread_mutex_unlock(&slot->book);
}

/*
 * To be called when a callback ends. The store is relaxed, and the book is not taken, because this
 * function must not order the callback's writes before what another thread does next. Ordering them
 * is event_del's task, and ThreadSanitizer checks that it does.
 */
void ledger_leave(struct slot *slot)
{
	atomic_store_explicit(&slot->running, false, memory_order_relaxed);
}
