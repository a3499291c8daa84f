/*
 * event_replay.h - drives an event loop that has libevent's interface
 *
 * This project's loop and libevent have the same interface, so one driver serves both; only a table
 * of functions differs. The trace is replayed by a callback inside the loop, as a server works, and
 * not from outside. The difference matters because libevent caches the time during callbacks, and
 * reads a clock outside of them.
 *
 * Time is simulated (bench/virtual). One of the loop's events watches the simulation's own
 * descriptor, the driver's. When the loop waits, the simulation reports that descriptor ready and
 * advances time to the trace's next advance. The loop expires the due timers and calls their
 * callbacks, and then the callback of the driver's event, which has a lower priority. That callback
 * replays the operations up to the following advance. So an advance does the same as in a program:
 * the loop computes how long it may sleep, wakes up, expires, dispatches and calls back.
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

/* The bits of event2/event.h that drivers need; they are the same in both libraries. */
enum {
	EVENT_API_TIMEOUT = 0x01,
	EVENT_API_READ = 0x02,
	EVENT_API_PERSIST = 0x10,
};

/* The functions of libevent's interface, from either library. */
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

/* How to make a loop and query it. */
struct event_setting {
	const struct event_api *api;
	bool common;	     /* uses event_base_init_common_timeout for intervals */
	bool real_time_only; /* its time cannot be simulated */
	bool simulated_only; /* it works in simulated time only */

	/*
	 * Makes a base for this subject, without locks, and ignores the environment. Returns 0 or
	 * -errno.
	 */
	int (*make)(const struct subject *subject, struct event_base **base);

	/* Called when simulated time advances, for a loop with a clock of its own; or NULL. */
	void (*moved)(struct event_base *base, uint64_t by);

	/*
	 * Bytes beside the events; the first broken invariant; the number of waits. NULL if the
	 * loop does not provide it.
	 */
	size_t (*footprint)(struct event_base *base);
	const char *(*check)(struct event_base *base);
	uint64_t (*waits)(const struct event_base *base);
};

/*
 * The common timeouts by duration. A hash table, so that a lookup costs little; see event_common.c.
 */
struct event_common {
	const struct event_api *api;
	struct event_base *base;
	struct event_common_place {
		uint64_t interval; /* ns; 0: unused */
		const struct timeval *timeout;
	} * places;
	unsigned queues;
};

int event_common_open(struct event_common *common, const struct event_api *api,
		      struct event_base *base);
void event_common_close(struct event_common *common);

/*
 * The timeout to pass to event_add for `interval`: the queue's, or `timeout` if all queues are in
 * use.
 */
const struct timeval *event_common_timeout(struct event_common *common, uint64_t interval,
					   const struct timeval *timeout);

/*
 * The operations of a family of loops. open begins the simulation, makes the base and assigns an
 * event to each id. It returns 0; -ENOMEM; -ERANGE if the trace's grain is not whole microseconds,
 * as in a timeval; -ENOTSUP if the loop's time cannot be simulated; -EOVERFLOW if the library's
 * events are too large; or the error of make.
 */
int event_replay_open(struct replay *replay);
void event_replay_close(struct replay *replay);
size_t event_replay_footprint(const struct replay *replay);
const char *event_replay_check(const struct replay *replay);
uint64_t event_replay_pending(const struct replay *replay);

/*
 * The replay loop in all modes. There is no inlined one, because a library cannot be compiled in.
 */
extern const struct replay_code event_replay_code;

#endif
