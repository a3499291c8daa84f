/*
 * wakeups.c - calls that must wake up a loop that sleeps for an hour, one at a time
 *
 * While other threads operate, a missing wake-up is not visible, because the next one hides it.
 */
#include "loop/tests/stress/stress.h"

#include <signal.h>
#include <time.h>
#include <unistd.h>

static atomic_int called, entered;
static atomic_bool running;

static void count(evutil_socket_t fd, short what, void *arg)
{
	char byte;

	(void)arg;
	if ((what & EV_READ) && fd >= 0 && read(fd, &byte, 1) < 0) {
		/* The event was activated, and there is nothing to read. */
	}
	atomic_fetch_add(&called, 1);
}

static bool has_counted(void *arg)
{
	return atomic_load(&called) > *(int *)arg;
}

static void wait_for_call(int before, const char *what)
{
	wait_until(has_counted, &before, what, NULL);
}

/* Gives the loop time to fall asleep. If it does not sleep, the check is only easier to pass. */
static void let_it_sleep(void)
{
	if (stress.threads)
		nanosleep(&(struct timespec){ 0, (long)draw_below(2000000) }, NULL);
}

static void add_and_wait(evutil_socket_t fd, short events, const struct timeval *timeout,
			 const char *what)
{
	struct event *event = event_new(stress.base, fd, events, count, NULL);
	int before = atomic_load(&called);

	let_it_sleep();
	calls.add(event, timeout);
	wait_for_call(before, what);
	calls.free(event);
}

static void add_a_timer(void)
{
	add_and_wait(-1, 0, &(struct timeval){ 0, (suseconds_t)draw_below(2000) },
		     "for a timer that is earlier than all");
}

static void add_a_common_timer(void)
{
	add_and_wait(-1, 0, stress.commons[draw_below(COMMON_FAR)],
		     "for a common timer that is earlier than all");
}

static void add_a_timer_earlier(void)
{
	struct event *event = event_new(stress.base, -1, 0, count, NULL);
	int before = atomic_load(&called);

	calls.add(event, &(struct timeval){ 2000, 0 });
	let_it_sleep();
	calls.add(event, &(struct timeval){ 0, 1000 });
	wait_for_call(before, "for a timer that was put earlier");
	calls.free(event);
}

static void activate(void)
{
	struct event *event = event_new(stress.base, -1, 0, count, NULL);
	int before = atomic_load(&called);

	let_it_sleep();
	calls.active(event, EV_READ, 1);
	wait_for_call(before, "for an event that was activated");
	calls.free(event);
}

/* Writes a byte before or after the event is added. */
static void read_something(void)
{
	bool first = one_of(2);
	struct event *event;
	int before = atomic_load(&called);
	int ends[2];

	if (pipe(ends))
		fail(NULL, "no descriptors are left");
	event = event_new(stress.base, ends[0], EV_READ, count, NULL);
	let_it_sleep();
	if (first && write(ends[1], "x", 1) != 1)
		fail(NULL, "a pipe cannot be written to");
	calls.add(event, NULL);
	let_it_sleep();
	if (!first && write(ends[1], "x", 1) != 1)
		fail(NULL, "a pipe cannot be written to");
	wait_for_call(before, "for a reader");
	calls.free(event);
	close(ends[0]);
	close(ends[1]);
}

static void get_a_signal(void)
{
	struct event *event = event_new(stress.base, SIGUSR1, EV_SIGNAL, count, NULL);
	int before = atomic_load(&called);

	calls.add(event, NULL);
	let_it_sleep();
	signal_send(SIGUSR1);
	wait_for_call(before, "for a signal");
	calls.free(event);
}

static bool once_served(void *arg)
{
	(void)arg;
	return once_is_served();
}

static void call_once(void)
{
	let_it_sleep();
	once_issue_one(draw_below(2000) * 1000);
	wait_until(once_served, NULL, "for event_base_once", NULL);
}

static bool has_returned(void *arg)
{
	return atomic_load(&stress.returns) > *(uint64_t *)arg;
}

/* Makes event_base_loop return. The loop's thread calls it again at once. */
static void stop_the_loop(void)
{
	const struct timeval soon = { 0, 1000 };
	uint64_t before = atomic_load(&stress.returns);

	if (!stress.threads)
		return;
	let_it_sleep();
	switch (draw_below(3)) {
	case 0:
		event_base_loopbreak(stress.base);
		break;
	case 1:
		event_base_loopexit(stress.base, NULL);
		break;
	default:
		event_base_loopexit(stress.base, &soon);
	}
	wait_until(has_returned, &before, "for event_base_loop to return", NULL);
	probe_loop();
}

/* ---------------------------------------------------------- deletion waits for the callback */

/* Does not read the byte, so that a persistent reader is called again at once. */
static void take_a_while(evutil_socket_t fd, short what, void *arg)
{
	(void)fd, (void)what, (void)arg;
	atomic_store(&running, true);
	atomic_fetch_add(&entered, 1);
	nanosleep(&(struct timespec){ 0, 200000 + (long)draw_below(1000000) }, NULL);
	atomic_store(&running, false);
}

static bool has_entered(void *arg)
{
	(void)arg;
	return atomic_load(&entered);
}

static struct event *make_event_to_run(int *ends, short finalize)
{
	const short persist = one_of(2) ? EV_PERSIST : 0;

	if (pipe(ends))
		fail(NULL, "no descriptors are left");
	switch (draw_below(3)) {
	case 0:
		return event_new(stress.base, -1, persist | finalize, take_a_while, NULL);
	case 1:
		return event_new(stress.base, ends[0], (short)(EV_READ | persist | finalize),
				 take_a_while, NULL);
	default:
		return event_new(stress.base, SIGUSR1, (short)(EV_SIGNAL | persist | finalize),
				 take_a_while, NULL);
	}
}

static void start_callback(struct event *event, int end)
{
	const struct timeval soon = { 0, 100 };

	calls.add(event, event_get_events(event) & (EV_READ | EV_SIGNAL) ? NULL : &soon);
	if ((event_get_events(event) & EV_READ) && write(end, "x", 1) != 1)
		fail(NULL, "a pipe cannot be written to");
	if (event_get_events(event) & EV_SIGNAL)
		signal_send(SIGUSR1);
	wait_until(has_entered, NULL, "for a callback to begin", NULL);
}

static void check_that_deletion_waits(void)
{
	bool finalize = one_of(3), free_it = !finalize && one_of(2);
	struct event *event;
	int ends[2];

	if (!stress.threads)
		return;
	atomic_store(&entered, 0);
	event = make_event_to_run(ends, finalize ? EV_FINALIZE : 0);
	start_callback(event, ends[1]);
	begin_call("event_del of an event whose callback runs", NULL);
	if (free_it)
		calls.free(event);
	else if (finalize || one_of(2))
		calls.del_block(event);
	else
		calls.del(event);
	end_call();
	if (atomic_load(&running))
		fail(NULL, "a deletion has returned and the event's callback runs");
	if (!free_it)
		event_free(event);
	close(ends[0]);
	close(ends[1]);
}

/* ---------------------------------------------------------------------------------- all of them */

static void delete_all(void)
{
	for (int i = 0; i < stress.slots_used; i++) {
		pthread_mutex_lock(&stress.slots[i].lock);
		slot_release(&stress.slots[i]);
		pthread_mutex_unlock(&stress.slots[i].lock);
	}
}

void wakeups_check(void)
{
	static void (*const all[])(void) = {
		add_a_timer,
		add_a_common_timer,
		add_a_timer_earlier,
		activate,
		get_a_signal,
		read_something,
		call_once,
		stop_the_loop,
		stop_the_loop,
		check_that_deletion_waits,
		check_that_deletion_waits,
	};

	atomic_store(&stress.deep, true);
	delete_all();
	/*
	 * After the second probe, event_base_loop has been called with no flags and does not
	 * return.
	 */
	probe_loop();
	probe_loop();
	probe_loop();
	for (int i = 0; i < 8; i++)
		all[draw_below(sizeof(all) / sizeof(*all))]();
	check_counts();
	atomic_store(&stress.deep, false);
}
