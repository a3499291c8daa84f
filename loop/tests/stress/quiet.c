/*
 * quiet.c - checks while no thread operates: the loop makes the owed calls, and the ledger agrees
 */
#include "loop/tests/stress/stress.h"

#include <inttypes.h>
#include <sys/ioctl.h>
#include <time.h>
#include <unistd.h>

/*
 * A near timer has a shorter timeout than this and fires in the quiet. All other timers have far
 * longer timeouts.
 */
#define NEAR (1000 * SECOND)

/* Simulated time after which all near timers must have fired, with any structure. */
#define LONG_ENOUGH (20 * SECOND)

/*
 * Waits one step. In a round with threads, the loop runs in its own thread. In a round without
 * threads, this function runs the loop for a while. In simulated time it runs until the next event,
 * and a lost call is found when the clock is far past the call's time.
 */
static void wait_a_bit(const char *what, const struct slot *slot, uint64_t begun)
{
	if (stress.threads) {
		nanosleep(&(struct timespec){ 0, 500000 }, NULL);
		return;
	}
	if (event_base_loop(stress.base, stress.is_virtual ? EVLOOP_ONCE : EVLOOP_NONBLOCK) < 0)
		fail(NULL, "event_base_loop has failed");
	if (!stress.is_virtual)
		nanosleep(&(struct timespec){ 0, 200000 }, NULL);
	else if (now_ns() - begun > LONG_ENOUGH)
		fail(slot, "lost: %s", what);
}

/* Waits until `done` returns true. The watchdog ends the round if that takes too long. */
void wait_until(bool (*done)(void *arg), void *arg, const char *what, const struct slot *slot)
{
	uint64_t begun = now_ns();

	atomic_store(&self->slot, slot ? slot->index : -1);
	atomic_store(&self->doing, what);
	atomic_fetch_add(&self->serial, 1);
	while (!done(arg))
		wait_a_bit(what, slot, begun);
	atomic_store(&self->doing, NULL);
	atomic_fetch_add(&self->serial, 1);
}

/* ----------------------------------------------------------------------------------- owed calls */

/* Returns whether a timer of this slot must fire in the quiet, and then not again. */
static bool is_near(const struct slot *slot)
{
	return !(slot->events & EV_PERSIST) && slot->kind != KIND_AGAIN && slot->interval < NEAR;
}

static bool is_writable(const struct slot *slot)
{
	return slot->kind == KIND_WRITER && !atomic_load(&slot->channel->disordered);
}

/*
 * Returns whether the loop owes a call. Stores in `may_be` the bits for which the ledger does not
 * know.
 */
static bool is_owed(const struct slot *slot, short *may_be)
{
	enum sure timer = is_near(slot) ? slot->timer : NO;
	enum sure writer = is_writable(slot) ? slot->inserted : NO;

	*may_be = (short)((timer == MAYBE ? EV_TIMEOUT : 0) | (writer == MAYBE ? EV_WRITE : 0));
	return slot->owed == YES || slot->finalizing || timer == YES || writer == YES;
}

/*
 * Makes a writer's channel writable, or empties it. An edge-triggered writer that is added beside
 * another one waits for the next edge if the edge was already reported. libevent behaves in the
 * same way.
 */
static void let_it_be_called(const struct slot *slot)
{
	if ((slot->events & EV_ET) && is_writable(slot))
		channel_fill_and_empty(slot->channel);
	else
		channel_empty(slot->channel);
}

static bool is_served(void *arg)
{
	struct slot *slot = arg;
	short may_be;
	bool owed;

	pthread_mutex_lock(&slot->book);
	owed = is_owed(slot, &may_be);
	pthread_mutex_unlock(&slot->book);
	if (slot->kind == KIND_WRITER)
		let_it_be_called(slot);
	return !owed && !(may_be && slot->event && event_pending(slot->event, may_be, NULL));
}

static bool are_onces_served(void *arg)
{
	(void)arg;
	return once_is_served();
}

static const char *what_is_owed(struct slot *slot)
{
	const char *what;

	pthread_mutex_lock(&slot->book);
	what = slot->finalizing	   ? "for a finalizer"
	       : slot->owed == YES ? "for the call of an event that was activated"
	       : slot->timer != NO ? "for a timer to fire"
				   : "for a writer to be called";
	pthread_mutex_unlock(&slot->book);
	return what;
}

static void wait_for_all(void)
{
	for (int i = 0; i < stress.slots_used; i++)
		wait_until(is_served, &stress.slots[i], what_is_owed(&stress.slots[i]),
			   &stress.slots[i]);
	wait_until(are_onces_served, NULL, "for event_base_once", NULL);
}

/* ------------------------------------------------------------------------------ calls under way */

static atomic_int probes;

static void probed(evutil_socket_t fd, short what, void *arg)
{
	(void)fd, (void)what, (void)arg;
	atomic_fetch_add(&probes, 1);
}

static bool is_probed(void *arg)
{
	return atomic_load(&probes) == *(int *)arg;
}

/* Waits for the call of a new event. After that, a call that was under way has returned. */
void probe_loop(void)
{
	struct event *event = event_new(stress.base, -1, 0, probed, NULL);
	int expected = atomic_load(&probes) + 1;

	event_priority_set(event, 0);
	event_active(event, EV_READ, 1);
	wait_until(is_probed, &expected, "for the loop to call a probe", NULL);
	event_free(event);
}

/* ------------------------------------------------------------------------- ledger and loop */

static void compare(const struct slot *slot, enum sure says, bool is, const char *what)
{
	if (says == YES && !is)
		fail(slot, "lost: %s, but event_pending says no", what);
	if (says == NO && is)
		fail(slot, "not by the ledger, but event_pending says yes: %s", what);
}

/* Sets the ledger to the loop's answers. The slot is then not loose. */
static void settle(struct slot *slot, bool timer, bool inserted)
{
	slot->timer = timer ? YES : NO;
	slot->inserted = inserted ? YES : NO;
	slot->owed = NO;
	if (slot->loose || slot->faked || slot->period_unknown)
		slot->due = 0;
	if (!timer)
		slot->due = 0;
	slot->loose = slot->faked = false;
	/* A deleted event whose last call was made must not be called again. */
	slot->permit = timer || inserted ? PERMIT_ANY : PERMIT_NONE;
}

static void compare_slot(struct slot *slot)
{
	int pending;

	if (!slot->event)
		return;
	pending = event_pending(slot->event, EV_TIMEOUT | EV_READ | EV_WRITE | EV_SIGNAL, NULL);
	pthread_mutex_lock(&slot->book);
	compare(slot, slot->timer, pending & EV_TIMEOUT, "its timer is armed");
	if (slot->events & (EV_READ | EV_WRITE | EV_SIGNAL))
		compare(slot, slot->inserted, pending & (EV_READ | EV_WRITE | EV_SIGNAL),
			"it was added");
	settle(slot, pending & EV_TIMEOUT, pending & (EV_READ | EV_WRITE | EV_SIGNAL));
	pthread_mutex_unlock(&slot->book);
}

/* ------------------------------------------------------------------------ timers that go on */

/* Returns a copy of the ledger's current answers. The loop may change them at any time. */
static struct ledger look(struct slot *slot)
{
	struct ledger ledger;

	pthread_mutex_lock(&slot->book);
	ledger = (struct ledger){ .timer = slot->timer,
				  .inserted = slot->inserted,
				  .interval = slot->interval,
				  .calls = slot->calls,
				  .period_unknown = slot->period_unknown };
	pthread_mutex_unlock(&slot->book);
	return ledger;
}

struct calling {
	struct slot *slot;
	uint64_t calls;
};

static bool was_called(void *arg)
{
	const struct calling *calling = arg;

	return look(calling->slot).calls > calling->calls;
}

static void expect_call(struct slot *slot, uint64_t calls_before, const char *what)
{
	struct calling calling = { slot, calls_before };

	wait_until(was_called, &calling, what, slot);
}

/* Checks that periodic timers and timers that their callbacks re-arm fire again. */
static void check_timers_go_on(void)
{
	for (int i = 0; i < stress.slots_used; i++) {
		struct slot *slot = &stress.slots[i];
		struct ledger ledger = look(slot);
		bool goes_on = slot->event && ledger.timer == YES && ledger.interval < NEAR &&
			       !atomic_load(&slot->stopping) &&
			       (slot->kind == KIND_AGAIN || (slot->events & EV_PERSIST));

		if (goes_on)
			expect_call(slot, ledger.calls, "for a timer to fire again");
	}
}

/* Releases timers of which the ledger cannot know whether they are armed at a given time. */
static void stop_those_that_arm_themselves(void)
{
	for (int i = 0; i < stress.slots_used; i++) {
		struct slot *slot = &stress.slots[i];

		pthread_mutex_lock(&slot->lock);
		if (slot->event && (slot->kind == KIND_AGAIN || look(slot).period_unknown))
			slot_release(slot);
		pthread_mutex_unlock(&slot->lock);
	}
}

/* ----------------------------------------------------------------- descriptors and signals */

static bool waits_at(struct slot *slot, const struct channel *channel, int end)
{
	return slot->event && slot->kind == KIND_READER && slot->channel == channel &&
	       slot->end == end && look(slot).inserted == YES;
}

static bool waits_for(struct slot *slot, int number)
{
	return slot->event && slot->kind == KIND_SIGNAL && slot->signal == number &&
	       look(slot).inserted == YES;
}

/* Marks a slot that waits for a byte or a signal, and stores how often it was called before. */
static int mark(bool *marked, uint64_t *before, int i, bool waits)
{
	marked[i] = waits;
	before[i] = look(&stress.slots[i]).calls;
	return waits;
}

static void expect_calls(const bool *marked, const uint64_t *before, const char *what)
{
	for (int i = 0; i < stress.slots_used; i++) {
		if (marked[i])
			expect_call(&stress.slots[i], before[i], what);
	}
}

struct reading {
	struct calling calling;
	int from, to;
};

/*
 * Returns whether the reader was called. Another reader's callback, for earlier bytes, may have
 * read the byte that was written for this reader. Then writes another byte.
 */
static bool was_told(void *arg)
{
	struct reading *reading = arg;
	int unread = 0;

	if (was_called(&reading->calling))
		return true;
	if (!ioctl(reading->from, FIONREAD, &unread) && !unread && write(reading->to, "x", 1) != 1)
		fail(reading->calling.slot, "a channel that was emptied is full");
	return false;
}

static void check_reader(struct channel *channel, int end)
{
	uint64_t before[SLOTS_MOST];
	bool marked[SLOTS_MOST];
	int count = 0;

	for (int i = 0; i < stress.slots_used; i++)
		count += mark(marked, before, i, waits_at(&stress.slots[i], channel, end));
	if (!count)
		return;
	if (write(channel->ends[!end], "x", 1) != 1)
		fail(NULL, "a channel that was emptied is full");
	for (int i = 0; i < stress.slots_used; i++) {
		struct reading reading = { { &stress.slots[i], before[i] },
					   channel->ends[end],
					   channel->ends[!end] };

		if (marked[i])
			wait_until(was_told, &reading, "for a reader to be called",
				   &stress.slots[i]);
	}
}

static void check_signal(int number)
{
	uint64_t before[SLOTS_MOST];
	bool marked[SLOTS_MOST];
	int count = 0;

	for (int i = 0; i < stress.slots_used; i++)
		count += mark(marked, before, i, waits_for(&stress.slots[i], number));
	if (!count)
		return;
	signal_send(number);
	expect_calls(marked, before, "for a signal's event to be called");
}

void check_channels_and_signals(void)
{
	for (int i = 0; i < CHANNELS; i++) {
		struct channel *channel = &stress.channels[i];

		channel_empty(channel);
		if (atomic_load(&channel->disordered))
			continue;
		check_reader(channel, 0);
		if (!channel->is_pipe)
			check_reader(channel, 1);
	}
	for (int i = 0; i < SIGNALS; i++)
		check_signal(signal_numbers[i]);
}

/* ---------------------------------------------------------------------------------- counts */

int expected_count(void)
{
	int count = 1 + once_outstanding(); /* one for the keeper */

	for (int i = 0; i < stress.slots_used; i++) {
		struct ledger ledger = look(&stress.slots[i]);

		if (stress.slots[i].event)
			count += (ledger.timer == YES) + (ledger.inserted == YES);
	}
	return count;
}

/* Events of event_base_loopexit are not in the ledger, but they expire soon. */
static bool counts_agree(void *arg)
{
	return calls.count(stress.base, EVENT_BASE_COUNT_ADDED) == *(int *)arg;
}

void check_counts(void)
{
	int expected = expected_count();

	wait_until(counts_agree, &expected,
		   "for event_base_get_num_events to agree with the ledger", NULL);
}

void quiet_check(void)
{
	const char *broken;

	for (int i = 0; i < CHANNELS; i++)
		channel_empty(&stress.channels[i]);
	wait_for_all();
	probe_loop();
	check_timers_go_on();
	stop_those_that_arm_themselves();
	for (int i = 0; i < stress.slots_used; i++)
		compare_slot(&stress.slots[i]);
	check_counts();
	check_channels_and_signals();
	check_counts();
	broken = event_base_check(stress.base);
	if (broken)
		fail(NULL, "the base is broken: %s", broken);
}
