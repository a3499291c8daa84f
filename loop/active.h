/*
 * active.h - queues of active callbacks, by priority
 */
#ifndef ACTIVE_H
#define ACTIVE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct event;
struct event_base;
struct event_callback;

/* What the loop does to call a callback, by evcb_closure. */
enum closure {
	CLOSURE_TIMER,	 /* calls an event that is only a timer, as most events are */
	CLOSURE_EVENT,	 /* calls any other event that does not persist */
	CLOSURE_SIGNAL,	 /* calls once for each time that the signal arrived */
	CLOSURE_PERSIST, /* arms the timeout again, then calls */
	CLOSURE_FINALIZE,
	CLOSURE_FINALIZE_AND_FREE,
	CLOSURES,
};

struct callback_queue {
	struct event_callback *first, **last;
};

struct active_queues {
	struct callback_queue *queues; /* by priority */
	int priorities;
	int running_priority; /* the priority whose callbacks are running; -1: none */
	struct callback_queue later;
	size_t count; /* callbacks in all queues, `later` included */

	/* Limits of one pass, from priority limited_from on. UINT64_MAX and INT_MAX: no limit. */
	uint64_t longest;
	int most;
	int limited_from;
};

int active_init(struct event_base *base, int priorities);
void active_free(struct event_base *base);

void callback_queue_init(struct callback_queue *queue);

/* Insert a callback into the queue of its priority, or remove it; set or clear EVLIST_ACTIVE. */
void active_insert(struct event_base *base, struct event_callback *callback);
void active_remove(struct event_base *base, struct event_callback *callback);

/* Moves an expired plain timer (timeout_inline.h) from the structure into its active queue. */
void active_insert_timer(struct event_base *base, struct event *event);

/*
 * Insert a callback into the queue `later`, which waits for the next iteration, or remove it.
 * active_take_later moves the callbacks of `later` into the queues of their priorities.
 */
void active_insert_later(struct event_base *base, struct event_callback *callback);
void active_remove_later(struct event_base *base, struct event_callback *callback);
void active_take_later(struct event_base *base);

/* event_active for a caller that holds the lock. Never releases the lock. */
void event_active_locked(struct event *event, int what, short ncalls);

/* Makes a callback active. Returns whether it was inactive before, or waiting in `later`. */
bool callback_activate(struct event_base *base, struct event_callback *callback);

/*
 * Runs active queues by priority, until one has run a callback other than the loop's own. Returns
 * how many such callbacks ran, or -1 if event_base_loopbreak was called.
 */
int active_process(struct event_base *base);

/*
 * Whether another thread is running this callback now. Always false if the program has not set
 * condition functions (evthread_set_condition_callbacks).
 */
bool callback_runs_elsewhere(const struct event_base *base, const struct event_callback *callback);

/*
 * If another thread is running this callback, waits until that call has returned. Releases the lock
 * meanwhile. Returns at once in the loop's own thread, and where the program has not set condition
 * functions.
 */
void callback_wait(struct event_base *base, const struct event_callback *callback);

/* Calls a callback. The caller holds the lock, which is released during the call. closure.c */
void closure_call(struct event_base *base, struct event_callback *callback);

/* NULL, or a text that names the broken invariant. */
const char *active_check(const struct event_base *base);

#endif
