/* virtual_timerfd.h - simulated timerfds, for the functions that wait for descriptors */
#ifndef VIRTUAL_TIMERFD_H
#define VIRTUAL_TIMERFD_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/epoll.h>

#include "bench/virtual/virtual_state.h"

/*
 * A timerfd. Its descriptor is real, but never armed in the kernel, so it is never ready there.
 *
 * The timerfd stores the epoll set that watches it (at most one). So sets need no room for their
 * timerfds.
 */
struct virtual_timer {
	int fd;
	clockid_t clock;
	uint64_t expiry;   /* the first expiry that has not been read; VIRTUAL_FOR_EVER: disarmed */
	uint64_t interval; /* ns between expiries; 0: one expiry */
	uint64_t edge;	   /* the first expiry not yet reported, for edge-triggered watches */
	int set;	   /* the epoll set, or -1 */
	struct epoll_event watch;
};

#define VIRTUAL_TIMERS 64

extern struct virtual_timer virtual_timers[VIRTUAL_TIMERS];
extern unsigned int virtual_timers_used;

/* The timerfd with this number, or NULL for other descriptors. O(number of timerfds). */
static inline struct virtual_timer *virtual_timer_find(int fd)
{
	for (unsigned int i = 0; i < virtual_timers_used; i++)
		if (virtual_timers[i].fd == fd)
			return &virtual_timers[i];
	return NULL;
}

/* The length of a wait with this timeout (ns) that ends at the time `due` at the latest. */
static inline uint64_t virtual_limit(uint64_t timeout, uint64_t due)
{
	uint64_t left = due <= virtual_state.now ? 0 : due - virtual_state.now;

	/* VIRTUAL_FOR_EVER is no limit, although the difference is a number. */
	return due != VIRTUAL_FOR_EVER && left < timeout ? left : timeout;
}

/* Marks all past expiries as reported. The next edge is the next expiry. */
void virtual_timer_report(struct virtual_timer *timer);

/* Removes one timerfd, when it is closed, or all. They are then like other descriptors. */
void virtual_timer_close(struct virtual_timer *timer);
void virtual_timers_forget(void);

#endif
