/*
 * event_replay.h - how the replay loop drives an event loop with libevent's interface
 *
 * Ours and the real one have the same interface, so one driver does for both: what differs is a
 * table of functions. The trace is replayed by a callback inside the loop, as a server works, and
 * not from outside of it: libevent answers what time it is from a cache while it calls back, and
 * reads a clock when it does not.
 *
 * Time is simulated (bench/virtual). Among the loop's events is one on the simulation's own
 * descriptor, the driver's. Whenever the loop waits, the simulation reports that descriptor ready
 * and moves time to the trace's next advance. The loop expires what is due, calls those back, and
 * then the driver's event, whose priority is lower; it replays the operations up to the advance
 * after that. So an advance is what it is in a program: the loop is asked how long it may sleep,
 * wakes up, expires, dispatches and calls back.
 */
#ifndef EVENT_REPLAY_H
#define EVENT_REPLAY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/time.h>

#include "bench/replay/subject.h"

struct event;
struct event_base;
struct event_config;

/* libevent's functions, of whichever library. */
struct event_api {
	struct event_config *(*config_new)(void);
	void (*config_free)(struct event_config *config);
	int (*config_set_flag)(struct event_config *config, int flag);
	struct event_base *(*base_new)(const struct event_config *config);
	void (*base_free)(struct event_base *base);
	int (*priority_init)(struct event_base *base, int priorities);
	const struct timeval *(*common_timeout)(struct event_base *base,
						const struct timeval *duration);
	int (*assign)(struct event *event, struct event_base *base, int fd, short events,
		      void (*callback)(int fd, short what, void *arg), void *arg);
	int (*priority_set)(struct event *event, int priority);
	int (*add)(struct event *event, const struct timeval *timeout);
	int (*del)(struct event *event);
	int (*loop)(struct event_base *base, int flags);
	int (*loopbreak)(struct event_base *base);
	size_t (*event_size)(void);
};

/* How a loop is made and asked. */
struct event_setting {
	const struct event_api *api;
	bool common;	     /* intervals go through event_base_init_common_timeout */
	bool real_time_only; /* its time cannot be simulated */
	bool simulated_only; /* it has no other time */

	/* A base for this subject, without locks and whatever the environment says. 0 or -errno. */
	int (*make)(const struct subject *subject, struct event_base **base);

	/* Told when simulated time moves, for a loop that keeps its own; NULL. */
	void (*moved)(struct event_base *base, uint64_t by);

	/* Bytes beside the events, broken invariants, how often it has waited; NULL: nobody can
	 * tell. */
	size_t (*footprint)(struct event_base *base);
	const char *(*check)(struct event_base *base);
	uint64_t (*waits)(const struct event_base *base);
};

/* A common timeout for each duration, found as a program would know it: by place, not search. */
struct event_common {
	const struct event_api *api;
	struct event_base *base;
	struct event_common_place {
		uint64_t interval; /* ns; 0: free */
		const struct timeval *timeout;
	} * places;
	unsigned queues;
};

int event_common_open(struct event_common *common, const struct event_api *api,
		      struct event_base *base);
void event_common_close(struct event_common *common);

/* What to add an event with: the queue's timeout, or `timeout` when there are no more queues. */
const struct timeval *event_common_timeout(struct event_common *common, uint64_t interval,
					   const struct timeval *timeout);

/*
 * The operations of a family of loops. open begins the simulation, makes the base and assigns an
 * event to each id: 0; -ENOMEM; -ERANGE when the trace's times are finer than a timeval's
 * microseconds; -ENOTSUP when its time cannot be simulated; what make said.
 */
int event_replay_open(struct replay *replay);
void event_replay_close(struct replay *replay);
size_t event_replay_footprint(const struct replay *replay);
const char *event_replay_check(const struct replay *replay);
uint64_t event_replay_pending(const struct replay *replay);

/* The replay loop, in every mode. There is no inlined one: a library is not compiled in. */
extern const struct replay_code event_replay_code;

#endif
