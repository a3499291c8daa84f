/*
 * event_replay.h - drives an event loop that has libevent's interface
 *
 * This project's loop and libevent have the same interface, so one driver serves both. Only a table
 * of functions differs. A callback inside the loop replays the trace, because a server also runs in
 * callbacks. The difference matters because libevent caches the time during callbacks, and reads a
 * clock outside of them.
 *
 * Time is simulated (bench/virtual). One of the loop's events, the driver's event, watches the
 * descriptor of the simulation's driver. When the loop waits, the simulation sets the time to that
 * of the trace's next advance and reports this descriptor ready. The loop expires the due timers
 * and calls their callbacks. Then it calls the callback of the driver's event, which has a lower
 * priority and replays the operations up to the following advance. So an advance does the same as
 * in a program: the loop computes how long it may sleep, wakes up, expires, dispatches and calls
 * back.
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

/*
 * The flags of event2/event.h that drivers need. They are the same in libevent and in this
 * project's loop.
 */
enum {
	EVENT_API_TIMEOUT = 0x01,
	EVENT_API_READ = 0x02,
	EVENT_API_PERSIST = 0x10,
};

/* The functions of libevent's interface, either libevent's or those of this project's loop. */
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

/* The properties of a loop, and the functions that make and query it. */
struct event_setting {
	const struct event_api *api;
	bool common;	     /* uses event_base_init_common_timeout for intervals */
	bool real_time_only; /* the loop's time cannot be simulated */
	bool simulated_only; /* the loop works only in simulated time */

	/*
	 * Makes a base for this subject that uses no locks and ignores environment variables. The
	 * caller frees it with base_free. Returns 0 or a negative errno.
	 */
	int (*make)(const struct subject *subject, struct event_base **base);

	/*
	 * Called when simulated time has advanced by `by` ns. NULL if the loop has no clock of its
	 * own.
	 */
	void (*moved)(struct event_base *base, uint64_t by);

	/*
	 * These return the bytes beside the events, a broken invariant or NULL, and the number of
	 * waits. A pointer is NULL if the loop does not provide the function.
	 */
	size_t (*footprint)(struct event_base *base);
	const char *(*check)(struct event_base *base);
	uint64_t (*waits)(const struct event_base *base);
};

/* The common timeouts of a base by duration, in a hash table so that a lookup is cheap. */
struct event_common {
	const struct event_api *api;
	struct event_base *base;
	struct event_common_place {
		uint64_t interval; /* ns; 0: unused */
		const struct timeval *timeout;
	} * places;
	unsigned queues;
};

/* Makes an empty table. Returns 0 or -ENOMEM. event_common_close frees the table, not the base. */
int event_common_open(struct event_common *common, const struct event_api *api,
		      struct event_base *base);
void event_common_close(struct event_common *common);

/*
 * Returns the timeout to pass to event_add for `interval` ns: the timeout of the interval's queue,
 * which is made if necessary, or `timeout` if no queue can be made.
 */
const struct timeval *event_common_timeout(struct event_common *common, uint64_t interval,
					   const struct timeval *timeout);

/*
 * The functions of a family of loops, for its struct subject_family. event_replay_open begins the
 * simulation, makes the base and assigns an event to each id. It returns 0, -ENOMEM, -ERANGE if the
 * trace's grain is not a multiple of the microseconds of a timeval, -ENOTSUP if the loop's time
 * cannot be simulated, -EOVERFLOW if the library's events are too large, or the error of make.
 */
int event_replay_open(struct replay *replay);
void event_replay_close(struct replay *replay);
size_t event_replay_footprint(const struct replay *replay);
const char *event_replay_check(const struct replay *replay);
uint64_t event_replay_pending(const struct replay *replay);

/*
 * The replay loop in all modes. There is no inlined replay loop, because a library cannot be
 * compiled into one.
 */
extern const struct replay_code event_replay_code;

#endif
