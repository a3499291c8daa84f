/*
 * virtual_state.h - the state that the parts of the simulation share
 *
 * The state is a global variable. The functions that replace the C library's get no argument for
 * it, and reading the clock should cost only a load and a compare more than a plain copy.
 */
#ifndef VIRTUAL_STATE_H
#define VIRTUAL_STATE_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/epoll.h>
#include <time.h>

#include "bench/virtual/virtual_hooks.h"

#define virtual_likely(x)   __builtin_expect(!!(x), 1)
#define virtual_unlikely(x) __builtin_expect(!!(x), 0)

/* As a timeout: no timeout. As a time: never. */
#define VIRTUAL_FOR_EVER UINT64_MAX

#define VIRTUAL_SECOND UINT64_C(1000000000)

struct virtual_state {
	bool active;
	/* `now` as a timespec, since clocks are read more often than time advances. */
	struct timespec monotonic;
	uint64_t now;
	struct virtual_time_hooks hooks;
	int driver_fd;
};

extern struct virtual_state virtual_state;

/* Begins a simulation at `now` ns. Resets the count of waits that found nothing. */
void virtual_state_begin(uint64_t now);

/*
 * Simulates a wait of at most `timeout` ns. `driver` tells whether the wait watches the driver's
 * descriptor; if it does, the hook may set the time (virtual_hooks.h). Returns whether to report
 * the driver's descriptor. Aborts the program if the wait would never end.
 */
bool virtual_wait(uint64_t timeout, bool driver);

/*
 * Must be called after each wait with timeout 0 that finds nothing. Advances the time by the hooks'
 * `step`. Aborts the program after too many such waits at the same time.
 */
void virtual_found_nothing(void);

/* Reads the real clock, as the C library does. Any thread may call it at any time. */
int virtual_real_clock_gettime(clockid_t clock, struct timespec *time);

/* Converts a non-negative timespec to ns. Returns VIRTUAL_FOR_EVER if the result does not fit. */
static inline uint64_t virtual_ns(const struct timespec *time)
{
	uint64_t seconds = (uint64_t)time->tv_sec;

	if (seconds >= VIRTUAL_FOR_EVER / VIRTUAL_SECOND)
		return VIRTUAL_FOR_EVER;
	return seconds * VIRTUAL_SECOND + (uint64_t)time->tv_nsec;
}

static inline bool virtual_timespec_valid(const struct timespec *time)
{
	return time->tv_sec >= 0 && time->tv_nsec >= 0 && time->tv_nsec < 1000000000;
}

static inline struct timespec virtual_timespec(uint64_t ns)
{
	return (struct timespec){ .tv_sec = (time_t)(ns / VIRTUAL_SECOND),
				  .tv_nsec = (long)(ns % VIRTUAL_SECOND) };
}

/* Converts a timeout of poll or epoll_wait from milliseconds to ns. A negative timeout is none. */
static inline uint64_t virtual_ns_of_ms(int ms)
{
	return ms < 0 ? VIRTUAL_FOR_EVER : (uint64_t)ms * 1000000;
}

static inline void virtual_state_set(uint64_t now)
{
	virtual_state.now = now;
	virtual_state.monotonic = virtual_timespec(now);
}

/*
 * Masks of the simulated clocks, with a bit for each clock number. Wall clocks show the time since
 * 1970, which is the simulation's time plus the epoch. The other simulated clocks show the
 * simulation's time. All clock numbers out of range share bit 31, which is in neither mask. The
 * clocks of a process or a thread are among them, because their numbers are negative.
 */
#define VIRTUAL_WALL_CLOCKS                                                                        \
	(1u << CLOCK_REALTIME | 1u << CLOCK_REALTIME_COARSE | 1u << CLOCK_REALTIME_ALARM |         \
	 1u << CLOCK_TAI)
#define VIRTUAL_OTHER_CLOCKS                                                                       \
	(1u << CLOCK_MONOTONIC | 1u << CLOCK_MONOTONIC_RAW | 1u << CLOCK_MONOTONIC_COARSE |        \
	 1u << CLOCK_BOOTTIME | 1u << CLOCK_BOOTTIME_ALARM)

static inline unsigned int virtual_clock_bit(clockid_t clock)
{
	return 1u << ((unsigned int)clock < 31 ? (unsigned int)clock : 31);
}

/*
 * Returns the simulation's time at which the clock shows `time`, or 0 if that time would be
 * negative.
 */
static inline uint64_t virtual_ns_of_clock(clockid_t clock, const struct timespec *time)
{
	struct timespec since = *time;

	if (virtual_clock_bit(clock) & VIRTUAL_WALL_CLOCKS)
		since.tv_sec -= VIRTUAL_TIME_EPOCH;
	return since.tv_sec < 0 ? 0 : virtual_ns(&since);
}

static inline uint64_t virtual_add(uint64_t time, uint64_t ns)
{
	return ns > VIRTUAL_FOR_EVER - time ? VIRTUAL_FOR_EVER : time + ns;
}

#endif
