/* virtual_timerfd.h - simulated timerfds, for the functions that wait for descriptors */
#ifndef VIRTUAL_TIMERFD_H
#define VIRTUAL_TIMERFD_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/epoll.h>

#include "bench/virtual/virtual_state.h"

/*
 * A simulated timerfd. Its descriptor is real but is never armed in the kernel, so it is never
 * ready in the kernel.
 *
 * At most one epoll set can watch a timerfd. The timerfd stores this set, so sets need no list of
 * their timerfds.
 */
struct virtual_timer {
	int fd;
	clockid_t clock;
	uint64_t expiry;   /* the first expiry that has not been read; VIRTUAL_FOR_EVER: disarmed */
	uint64_t interval; /* ns between expiries; 0: one expiry */
	uint64_t edge;	   /* the first unreported expiry, for edge-triggered watches */
	int set;	   /* the epoll set, or -1 */
	struct epoll_event watch;
};

#define VIRTUAL_TIMERS 64

extern struct virtual_timer virtual_timers[VIRTUAL_TIMERS];
extern unsigned int virtual_timers_used;

/* Returns the timerfd with this number, or NULL for other descriptors. O(number of timerfds). */
static inline struct virtual_timer *virtual_timer_find(int fd)
{
	for (unsigned int i = 0; i < virtual_timers_used; i++)
		if (virtual_timers[i].fd == fd)
			return &virtual_timers[i];
	return NULL;
}

/*
 * Returns the length (ns) of a wait that ends after `timeout` ns or at `due`, whichever is earlier.
 */
static inline uint64_t virtual_limit(uint64_t timeout, uint64_t due)
{
	uint64_t left = due <= virtual_state.now ? 0 : due - virtual_state.now;

	/* A `due` of VIRTUAL_FOR_EVER does not limit the wait. */
	return due != VIRTUAL_FOR_EVER && left < timeout ? left : timeout;
}

/* Marks all past expiries as reported. The next edge is the next expiry. */
void virtual_timer_report(struct virtual_timer *timer);

/*
 * virtual_timer_close removes a timerfd that is being closed, and virtual_timers_forget removes
 * all. The simulation then treats them like other descriptors.
 */
void virtual_timer_close(struct virtual_timer *timer);
void virtual_timers_forget(void);

#endif
