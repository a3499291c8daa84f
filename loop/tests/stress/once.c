/*
 * once.c - event_base_once: each callback is called once and not early, or is freed with the base
 */
#include "loop/tests/stress/stress.h"

#include <inttypes.h>

enum {
	ONCE_FREE,
	ONCE_BEING_ISSUED,
	ONCE_NEAR, /* must be called in the quiet */
	ONCE_FAR,
};

static struct once onces[ONCES];

static void called(evutil_socket_t fd, short what, void *arg)
{
	struct once *once = arg;
	int state = atomic_load(&once->state);

	(void)fd;
	if (state == ONCE_FREE)
		fail(NULL, "event_base_once has called back twice");
	if (!(what & EV_TIMEOUT))
		fail(NULL, "event_base_once has called back with 0x%02x", (unsigned)what);
	if (now_ns() < once->due)
		fail(NULL, "event_base_once is early: by %" PRIu64 " ns", once->due - now_ns());
	atomic_fetch_add(&stress.once_calls, 1);
	atomic_store(&once->state, ONCE_FREE);
}

/* Takes an unused entry. Returns NULL if all entries are in use. */
static struct once *take(void)
{
	for (int i = 0; i < ONCES; i++) {
		int unused = ONCE_FREE;

		if (atomic_compare_exchange_strong(&onces[i].state, &unused, ONCE_BEING_ISSUED))
			return &onces[i];
	}
	return NULL;
}

void once_issue_one(uint64_t ns)
{
	const struct timeval timeout = timeval_of(ns);
	struct once *once = take();

	if (!once)
		return;
	once->due = origin_ns() + ns;
	/*
	 * The state is set before the call, because the loop may call back before the call returns.
	 */
	atomic_store(&once->state, ns < 1000 * SECOND ? ONCE_NEAR : ONCE_FAR);
	begin_call("event_base_once", NULL);
	if (calls.once(stress.base, -1, EV_TIMEOUT, called, once,
		       !ns && one_of(2) ? NULL : &timeout)) {
		atomic_fetch_add(&stress.refused, 1);
		atomic_store(&once->state, ONCE_FREE);
	}
	end_call();
}

void once_issue(void)
{
	switch (draw_below(4)) {
	case 0:
		once_issue_one(0);
		break;
	case 1:
		/* Limits the far ones, because they stay until the base is freed. */
		once_issue_one(once_outstanding() < ONCES / 2 ? 5000 * SECOND : 0);
		break;
	default:
		once_issue_one(draw_below(20000) * 1000);
	}
}

/* Returns whether all near ones have been called. */
bool once_is_served(void)
{
	for (int i = 0; i < ONCES; i++) {
		if (atomic_load(&onces[i].state) == ONCE_NEAR)
			return false;
	}
	return true;
}

int once_outstanding(void)
{
	int count = 0;

	for (int i = 0; i < ONCES; i++)
		count += atomic_load(&onces[i].state) != ONCE_FREE;
	return count;
}
