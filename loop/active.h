/*
 * active.h - queues of what is to be called, by priority
 */
#ifndef ACTIVE_H
#define ACTIVE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct event;
struct event_base;
struct event_callback;

/* What is done to call back, by evcb_closure. */
enum closure {
	CLOSURE_TIMER,	 /* the plain call, of a timer that is nothing else: what most events are */
	CLOSURE_EVENT,	 /* the plain call */
	CLOSURE_SIGNAL,	 /* as often as the signal came */
	CLOSURE_PERSIST, /* after the timeout has been armed anew */
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
	int running_priority; /* whose callbacks are running; -1: none */
	struct callback_queue later;
	size_t count; /* in all queues, `later` included */

	/* Limits of one pass, for priorities limited_from and up. UINT64_MAX and INT_MAX: none. */
	uint64_t longest;
	int most;
	int limited_from;
};

int active_init(struct event_base *base, int priorities);
void active_free(struct event_base *base);

void callback_queue_init(struct callback_queue *queue);

/* Into and out of the queue of its priority. The event's flags say whether it is in. */
void active_insert(struct event_base *base, struct event_callback *callback);
void active_remove(struct event_base *base, struct event_callback *callback);

/* A plain timer (timeout_inline.h) has expired and goes from the structure into its queue. */
void active_insert_timer(struct event_base *base, struct event *event);

/* Into and out of those that wait for the next iteration; and all of them into their queues. */
void active_insert_later(struct event_base *base, struct event_callback *callback);
void active_remove_later(struct event_base *base, struct event_callback *callback);
void active_take_later(struct event_base *base);

/* event_active with the lock held. Never lets go of the lock. */
void event_active_locked(struct event *event, int what, short ncalls);

/* Makes a callback active now; whether it was not before. */
bool callback_activate(struct event_base *base, struct event_callback *callback);

/*
 * Runs the callbacks of the first queue that has any. How many, the loop's own not counted, or -1
 * when event_base_loopbreak was called.
 */
int active_process(struct event_base *base);

/* Whether another thread is running this callback now, and the program has set conditions. */
bool callback_runs_elsewhere(const struct event_base *base, const struct event_callback *callback);

/*
 * Waits until this callback, if another thread is running it now, has returned. Lets go of the lock
 * meanwhile. Returns at once in the loop's own thread, and where the program has set no conditions.
 */
void callback_wait(struct event_base *base, const struct event_callback *callback);

/* Calls back; the lock is held before and after, not during. closure.c */
void closure_call(struct event_base *base, struct event_callback *callback);

/* NULL, or what is broken. */
const char *active_check(const struct event_base *base);

#endif
