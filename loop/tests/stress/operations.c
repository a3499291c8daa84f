/*
 * operations.c - chooses and makes the next operation of a thread or of a callback
 */
#include "loop/tests/stress/stress.h"

#include <unistd.h>

struct timeval timeval_of(uint64_t ns)
{
	return (struct timeval){ (time_t)(ns / SECOND), (suseconds_t)(ns % SECOND / 1000) };
}

/*
 * Calls event_add and updates the ledger. `ns` is the length of *timeout. Returns false if
 * event_add failed.
 */
bool slot_add(struct slot *slot, const struct timeval *timeout, uint64_t ns)
{
	struct ledger before;
	int result;

	ledger_arm(slot, &before, timeout ? &ns : NULL);
	begin_call("event_add", slot);
	result = calls.add(slot->event, timeout);
	end_call();
	if (!result)
		return true;
	atomic_fetch_add(&stress.refused, 1);
	ledger_arm_failed(slot, &before);
	return false;
}

static uint64_t draw_far(void)
{
	return (3600 + draw_below(1000000)) * SECOND;
}

/*
 * In real time few timers have short periods. Otherwise, on a busy machine, the callbacks of short
 * periods could take all time, and timers of a low priority would never be called.
 */
static uint64_t draw_period(const struct slot *slot)
{
	if ((slot->index % 8 && !stress.is_virtual) || one_of(4))
		return draw_far();
	return (10000 + draw_below(30000)) * 1000;
}

/*
 * Returns a timeout in whole microseconds, as programs use them. A timer is either near or far, so
 * that all near ones fire in the quiet.
 */
static uint64_t draw_timeout(const struct slot *slot)
{
	if (slot->kind == KIND_AGAIN)
		return draw_below(8000) * 1000;
	if (slot->events & EV_PERSIST)
		return draw_period(slot);
	switch (draw_below(8)) {
	case 0:
		return 0;
	case 1:
	case 2:
		return draw_below(1000) * 1000;
	case 3:
	case 4:
	case 5:
		return (1000 + draw_below(20000)) * 1000;
	case 6:
		return 30 * MILLISECOND + draw_below(30000) * 1000;
	default:
		return draw_far();
	}
}

static void add_common(struct slot *slot)
{
	bool goes_on = (slot->events & EV_PERSIST) && !stress.is_virtual && slot->index % 8;
	size_t which = goes_on ? COMMON_FAR : draw_below(COMMONS);

	slot_add(slot, stress.commons[which], stress.common_ns[which]);
}

static void add_timeout(struct slot *slot)
{
	uint64_t ns = draw_timeout(slot);
	struct timeval timeout = timeval_of(ns);

	slot_add(slot, &timeout, ns);
}

static void add(struct slot *slot)
{
	bool waits_for_something = slot->events & (EV_READ | EV_WRITE | EV_SIGNAL);

	if (slot->kind == KIND_USER || (waits_for_something && !one_of(3)))
		slot_add(slot, NULL, 0);
	else if (one_of(4) && slot->kind != KIND_AGAIN)
		add_common(slot);
	else
		add_timeout(slot);
}

static void activate(struct slot *slot)
{
	static const short bits[] = { EV_READ, EV_WRITE, EV_TIMEOUT, EV_READ | EV_TIMEOUT };
	short what = slot->kind == KIND_SIGNAL ? EV_SIGNAL : bits[draw_below(4)];

	if (slot->kind == KIND_AGAIN)
		return;
	ledger_activate(slot, what);
	begin_call("event_active", slot);
	calls.active(slot->event, what, (short)(1 + draw_below(3)));
	end_call();
}

static void remove_timer(struct slot *slot)
{
	if (slot->kind == KIND_AGAIN)
		return;
	begin_call("event_remove_timer", slot);
	if (event_remove_timer(slot->event))
		fail(slot, "event_remove_timer has failed");
	end_call();
	ledger_timer_removed(slot);
}

static void ask(struct slot *slot)
{
	struct timeval when;

	begin_call("event_pending", slot);
	event_pending(slot->event, EV_TIMEOUT | EV_READ | EV_WRITE | EV_SIGNAL, &when);
	end_call();
	if (event_get_callback_arg(slot->event) != slot ||
	    event_get_events(slot->event) != slot->events)
		fail(slot, "its argument or events are not those assigned");
}

/* Deletes the event first, because libevent sets a priority without a lock. */
static void change_priority(struct slot *slot)
{
	if (slot->kind == KIND_AGAIN)
		return;
	begin_call("event_del_block", slot);
	calls.del_block(slot->event);
	end_call();
	ledger_deleted(slot, true);
	if (event_priority_set(slot->event, (int)draw_below((uint64_t)stress.priorities)))
		fail(slot, "an idle event's priority cannot be set");
}

/* Does not touch an event that is being finalized, because its memory still belongs to the loop. */
static void operate_on(struct slot *slot)
{
	if (slot_is_busy(slot))
		return;
	if (!slot->event) {
		slot_assign(slot);
		return;
	}
	if (slot->kind == KIND_AGAIN && atomic_load(&slot->stopping)) {
		slot_release(slot);
		return;
	}
	switch (draw_below(24)) {
	case 0:
	case 1:
		activate(slot);
		break;
	case 2:
		remove_timer(slot);
		break;
	case 3:
		ask(slot);
		break;
	case 4:
		change_priority(slot);
		break;
	case 5:
	case 6:
		slot_release(slot);
		break;
	case 7:
		slot_finalize(slot);
		break;
	case 8:
	case 9:
	case 10:
	case 11:
	case 12:
	case 13:
		slot_delete(slot);
		break;
	default:
		add(slot);
	}
}

static int visit(const struct event_base *base, const struct event *event, void *arg)
{
	(void)base, (void)event, (void)arg;
	return 0;
}

static void check_base(void)
{
	const char *broken = event_base_check(stress.base);

	if (broken)
		fail(NULL, "the base is broken: %s", broken);
}

static void look_at_base(void)
{
	struct event_base_statistics statistics;
	struct timeval time;

	begin_call("looking at the base", NULL);
	switch (draw_below(6)) {
	case 0:
		check_base();
		break;
	case 1:
		event_base_foreach_event(stress.base, visit, NULL);
		break;
	case 2:
		event_base_get_num_events(stress.base, EVENT_BASE_COUNT_ADDED);
		event_base_get_max_events(stress.base, EVENT_BASE_COUNT_ACTIVE, 1);
		break;
	case 3:
		event_base_gettimeofday_cached(stress.base, &time);
		event_base_update_cache_time(stress.base);
		break;
	case 4:
		event_base_get_statistics(stress.base, &statistics);
		event_base_get_timer_footprint(stress.base);
		break;
	default:
		event_base_active_by_signal(stress.base, signal_numbers[draw_below(SIGNALS)]);
	}
	end_call();
}

static void stop_loop(void)
{
	const struct timeval soon = { 0, (suseconds_t)draw_below(5000) };

	begin_call("stopping the loop", NULL);
	switch (draw_below(4)) {
	case 0:
		event_base_loopbreak(stress.base);
		break;
	case 1:
		event_base_loopexit(stress.base, NULL);
		break;
	case 2:
		event_base_loopexit(stress.base, &soon);
		break;
	default:
		event_base_loopcontinue(stress.base);
	}
	end_call();
}

static void operate_on_channel(struct channel *channel)
{
	switch (draw_below(32)) {
	case 0:
		channel_replace(channel);
		break;
	case 1:
		channel_reopen_in_order(channel);
		break;
	default:
		channel_write(channel);
	}
}

/* Skips a slot that another thread operates on, and does not wait. */
static void operate_on_any_slot(void)
{
	struct slot *slot = &stress.slots[draw_below((uint64_t)stress.slots_used)];

	if (pthread_mutex_trylock(&slot->lock))
		return;
	operate_on(slot);
	pthread_mutex_unlock(&slot->lock);
}

void operate(void)
{
	switch (draw_below(64)) {
	case 0:
		look_at_base();
		break;
	case 1:
		stop_loop();
		break;
	case 2:
	case 3:
		once_issue();
		break;
	case 4:
		signal_send(signal_numbers[draw_below(SIGNALS)]);
		break;
	case 5:
	case 6:
	case 7:
	case 8:
	case 9:
	case 10:
		operate_on_channel(&stress.channels[draw_below(CHANNELS)]);
		break;
	default:
		operate_on_any_slot();
	}
}
