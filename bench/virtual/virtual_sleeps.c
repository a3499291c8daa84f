/*
 * virtual_sleeps.c - sleep, usleep, nanosleep and clock_nanosleep, simulated or real
 *
 * A sleep watches no descriptor, so it advances the time without asking the driver. A sleep on a
 * clock of CPU time is always real.
 */
#include <errno.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "bench/virtual/virtual_state.h"

static int real_clock_nanosleep(clockid_t clock, int flags, const struct timespec *time,
				struct timespec *left)
{
	return syscall(SYS_clock_nanosleep, clock, flags, time, left) < 0 ? errno : 0;
}

static bool simulated(clockid_t clock)
{
	return virtual_state.active &&
	       virtual_clock_bit(clock) & (VIRTUAL_WALL_CLOCKS | VIRTUAL_OTHER_CLOCKS);
}

int clock_nanosleep(clockid_t clock, int flags, const struct timespec *time, struct timespec *left)
{
	uint64_t until;

	/* clock_nanosleep returns its errors and does not change errno. */
	if (!simulated(clock)) {
		int saved = errno;
		int error = real_clock_nanosleep(clock, flags, time, left);

		errno = saved;
		return error;
	}
	if (!virtual_timespec_valid(time))
		return EINVAL;
	if (!(flags & TIMER_ABSTIME)) {
		virtual_wait(virtual_ns(time), false);
		return 0;
	}
	until = virtual_ns_of_clock(clock, time);
	if (until == VIRTUAL_FOR_EVER)
		virtual_wait(VIRTUAL_FOR_EVER, false);
	else if (until > virtual_state.now)
		virtual_wait(until - virtual_state.now, false);
	return 0;
}

int nanosleep(const struct timespec *time, struct timespec *left)
{
	int error = clock_nanosleep(CLOCK_REALTIME, 0, time, left);

	if (!error)
		return 0;
	errno = error;
	return -1;
}

int usleep(useconds_t us)
{
	struct timespec time = { .tv_sec = us / 1000000, .tv_nsec = (long)(us % 1000000) * 1000 };

	return nanosleep(&time, NULL);
}

unsigned int sleep(unsigned int seconds)
{
	struct timespec time = { .tv_sec = seconds };

	/* After a signal, `time` holds the time left. */
	return nanosleep(&time, &time) < 0 ? (unsigned int)time.tv_sec : 0;
}
