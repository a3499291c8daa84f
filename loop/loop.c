/*
 * loop.c - the iterations of the loop, and the functions that stop it
 *
 * An iteration has the steps of libevent, in the same order. It computes how long to sleep (0 if an
 * event is active), calls the prepare watchers, clears the time cache, waits, fills the time cache,
 * calls the check watchers, expires timeouts, and runs callbacks in order of priority.
 */
#include "loop/base.h"

#include "loop/at_hand.h"
#include "loop/debug.h"
#include "loop/dispatch.h"
#include "loop/expiry.h"
#include "loop/log.h"
#include "loop/wake.h"
#include "loop/watchers.h"

/*
 * Returns how long the next wait may last, in ns, or BACKEND_FOREVER. Sets asleep_until if the loop
 * may sleep.
 */
static uint64_t time_to_sleep(struct event_base *base, int flags)
{
	uint64_t next, now;

	if (base->active.count || (flags & EVLOOP_NONBLOCK))
		return 0;
	next = base->asleep_until = timers_next(&base->timers);
	if (next == TIMER_NEVER)
		return BACKEND_FOREVER;
	now = time_of_wait(&base->time);
	return next > now ? next - now : 0;
}

static bool has_nothing_to_do(const struct event_base *base)
{
	return !base->active.count && !base->added.now && !base->virtual_events.now;
}

/* Waits for `sleep` ns at most, and activates what is ready or due. Returns 0 or -1. */
static int poll_once(struct event_base *base, uint64_t sleep)
{
	uint64_t expired = base->statistics.timers_expired;
	int result;

	watchers_call(base, WATCH_PREPARE, sleep);
	time_cache_clear(&base->time);
	result = base->io.backend->wait(base, base->io.backend_state, sleep);
	base->asleep_until = 0;
	if (result) {
		log_warning_errno(-result, "%s: cannot wait", base->io.backend->name);
		return -1;
	}
	time_cache_fill(&base->time);
	watchers_call(base, WATCH_CHECK, sleep);
	timeouts_process(base);
	timers_shrink(&base->timers);
	base->statistics.waits++;
	if (sleep && !base->active.count && base->statistics.timers_expired == expired)
		base->statistics.spurious++;
	return 0;
}

/* The result of `iterate` if another iteration must follow. */
#define GO_ON 2

/* Runs one iteration. Returns GO_ON, or the result that event_base_loop must return. */
static int iterate(struct event_base *base, int flags)
{
	uint64_t sleep;
	int ran;

	base->continued = false;
	if (base->exited || base->broken)
		return 0;
	sleep = time_to_sleep(base, flags);
	if (!(flags & EVLOOP_NO_EXIT_ON_EMPTY) && has_nothing_to_do(base))
		return 1;
	if (poll_once(base, sleep))
		return -1;
	if (!base->active.count)
		return flags & EVLOOP_NONBLOCK ? 0 : GO_ON;
	ran = dispatch_active(base);
	return (flags & EVLOOP_ONCE) && !base->active.count && ran ? 0 : GO_ON;
}

static char nobody; /* its address belongs to no base; see at_hand.h */
_Thread_local struct event_base *base_at_hand __attribute__((tls_model("initial-exec"))) =
	(struct event_base *)&nobody;

int event_base_loop(struct event_base *base, int flags)
{
	struct event_base *outer = base_at_hand; /* a callback of another base may call this */
	int result = GO_ON;

	if (!base) {
		log_warning("event_base_loop: there is no base");
		return -1;
	}
	base_lock(base);
	if (base->running) {
		log_warning("event_base_loop: the loop is already running: only one can run on "
			    "a base at once");
		base_unlock(base);
		return -1;
	}
	base->running = true;
	base_at_hand = base->lock || debug_mode ? (struct event_base *)&nobody : base;
	base->thread = thread_identity();
	base->exited = base->broken = false;
	time_cache_clear(&base->time);
	signal_map_take_over(&base->signals);
	while (result == GO_ON)
		result = iterate(base, flags);
	time_cache_clear(&base->time);
	base->asleep_until = 0;
	base->running = false;
	base_at_hand = outer;
	base_unlock(base);
	return result;
}

int event_base_dispatch(struct event_base *base)
{
	return event_base_loop(base, 0);
}

/* ------------------------------------------------------------------------------- stopping */

static void exit_now(evutil_socket_t fd, short what, void *arg)
{
	struct event_base *base = arg;

	(void)fd, (void)what;
	base_lock(base);
	base->exited = true;
	base_unlock(base);
}

int event_base_loopexit(struct event_base *base, const struct timeval *after)
{
	return event_base_once(base, -1, EV_TIMEOUT, exit_now, base, after);
}

int event_base_loopbreak(struct event_base *base)
{
	if (!base)
		return -1;
	base_lock(base);
	base->broken = true;
	wake_loop(base);
	base_unlock(base);
	return 0;
}

int event_base_loopcontinue(struct event_base *base)
{
	if (!base)
		return -1;
	base_lock(base);
	base->continued = true;
	wake_loop(base);
	base_unlock(base);
	return 0;
}

int event_base_got_exit(struct event_base *base)
{
	int result;

	if (!base)
		return -1;
	base_lock(base);
	result = base->exited;
	base_unlock(base);
	return result;
}

int event_base_got_break(struct event_base *base)
{
	int result;

	if (!base)
		return -1;
	base_lock(base);
	result = base->broken;
	base_unlock(base);
	return result;
}
