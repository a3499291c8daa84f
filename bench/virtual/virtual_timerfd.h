/*
 * virtual_timerfd.h - timerfds made in the simulation, for the functions that wait for descriptors
 */
#ifndef VIRTUAL_TIMERFD_H
#define VIRTUAL_TIMERFD_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/epoll.h>

#include "bench/virtual/virtual_state.h"

/*
 * A timerfd: a real descriptor, never armed in the kernel, so that for the kernel it is never
 * ready.
 *
 * The set of epoll that watches it (one at most) is remembered here and not in the set: then a set
 * need not have room for any number of them.
 */
struct virtual_timer {
	int fd;
	clockid_t clock;
	uint64_t expiry;   /* the first expiry nobody has read; VIRTUAL_FOR_EVER: unarmed */
	uint64_t interval; /* ns from expiry to expiry; 0: once */
	uint64_t edge;	   /* the first expiry not yet reported, for edge-triggered watching */
	int set;	   /* the set of epoll, or -1 */
	struct epoll_event watch;
};

#define VIRTUAL_TIMERS 64

extern struct virtual_timer virtual_timers[VIRTUAL_TIMERS];
extern unsigned int virtual_timers_used;

/* The timerfd with this number, or NULL: another descriptor. A look at each timerfd there is. */
static inline struct virtual_timer *virtual_timer_find(int fd)
{
	for (unsigned int i = 0; i < virtual_timers_used; i++)
		if (virtual_timers[i].fd == fd)
			return &virtual_timers[i];
	return NULL;
}

/* How long a wait may last, which is `timeout` ns without it, until something at `due` ends it. */
static inline uint64_t virtual_limit(uint64_t timeout, uint64_t due)
{
	uint64_t left = due <= virtual_state.now ? 0 : due - virtual_state.now;

	/* What never comes limits nothing, even if the difference is a number. */
	return due != VIRTUAL_FOR_EVER && left < timeout ? left : timeout;
}

/* Marks what has expired as reported: the next edge is the next expiry to come. */
void virtual_timer_report(struct virtual_timer *timer);

/* Forgets one that is being closed, or all: they are descriptors like others then. */
void virtual_timer_close(struct virtual_timer *timer);
void virtual_timers_forget(void);

#endif
