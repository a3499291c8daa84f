/*
 * callbacks.c - the callback and the finalizer of all events in the stress test
 */
#include "loop/tests/stress/stress.h"

#include <sched.h>
#include <time.h>
#include <unistd.h>

/*
 * Reads all bytes if the event is edge-triggered or the test ends. Otherwise leaves bytes unread,
 * so that the loop calls the callback again at once.
 */
static void read_some(const struct slot *slot, evutil_socket_t fd)
{
	bool all = slot->events & EV_ET || atomic_load(&stress.quiet);
	char bytes[256];
	size_t most = all ? sizeof(bytes) : 1 + draw_below(4);

	while (read(fd, bytes, most) > 0 && all)
		;
}

/* Sometimes sleeps or yields, so that another thread can interfere with the callback. */
static void take_a_while(void)
{
	if (!stress.threads || !one_of(8))
		return;
	if (one_of(4))
		nanosleep(&(struct timespec){ 0, (long)draw_below(500000) }, NULL);
	else
		sched_yield();
}

/*
 * Does not take the slot's `lock`. A thread that waits in event_del for this callback may hold that
 * lock, so taking it could deadlock.
 */
static void arm_again(struct slot *slot)
{
	bool at_once = !atomic_load(&stress.quiet) && one_of(2);
	const struct timeval soon = { 0, at_once ? 0 : (suseconds_t)draw_below(8000) };

	if (atomic_load(&slot->stopping))
		return;
	if (one_of(16))
		sched_yield();
	calls.add(slot->event, &soon);
}

static void operate_within(void)
{
	uint64_t operations = atomic_load(&stress.quiet) ? 0 : draw_below(3);

	while (operations--)
		operate();
}

void callback(evutil_socket_t fd, short what, void *arg)
{
	struct slot *slot = arg, *outer = self->calling;
	int may_fail = self->may_fail;

	self->may_fail = 0; /* failures on purpose are for the loop, and not for this test */
	atomic_store_explicit(&self->doing, "a callback", memory_order_relaxed);
	atomic_store_explicit(&self->slot, slot->index, memory_order_relaxed);
	atomic_fetch_add_explicit(&self->serial, 1, memory_order_relaxed);
	ledger_enter(slot, what);
	self->calling = slot;
	calls.in_callback();
	slot->payload->touched++; /* sanitizers report it if the payload is freed */
	if (slot->kind == KIND_READER)
		read_some(slot, fd);
	take_a_while();
	slot->payload->touched++;
	if (slot->kind == KIND_AGAIN)
		arm_again(slot);
	else
		operate_within();
	self->calling = outer;
	ledger_leave(slot);
	end_call();
	self->may_fail = may_fail;
}

/* Checks that the callback does not run. Once a finalizer runs, the loop must not call it. */
void finalizer(struct event *event, void *arg)
{
	struct slot *slot = arg;
	int may_fail = self->may_fail;

	self->may_fail = 0;
	pthread_mutex_lock(&slot->book);
	note(slot, "finalized", 0);
	if (!slot->finalizing)
		fail(slot, "the finalizer was called without a request");
	if (atomic_load_explicit(&slot->running, memory_order_relaxed))
		fail(slot, "the finalizer was called while the callback was running");
	pthread_mutex_unlock(&slot->book);
	slot->payload->touched++;
	if (slot->free_in_finalizer)
		event_free(event);
	pthread_mutex_lock(&slot->book);
	slot->event = NULL;
	slot->permit = PERMIT_NONE;
	slot->finalizing = false;
	pthread_mutex_unlock(&slot->book);
	self->may_fail = may_fail;
}
