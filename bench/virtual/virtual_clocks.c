/*
 * virtual_clocks.c - clock_gettime, gettimeofday and time, simulated or real
 *
 * A library may call these functions very often and from anywhere, for example from signal
 * handlers, and from constructors of libraries that run before this program's own constructors. So
 * a call looks up no symbol, takes no lock and allocates no memory. A constructor looks up the C
 * library's clock_gettime once, because that function reads the clock without entering the kernel.
 * Until then calls use the system call.
 */
#include <dlfcn.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

#include "bench/virtual/virtual_state.h"

typedef int (*clock_gettime_function)(clockid_t clock, struct timespec *time);

static clock_gettime_function real_clock_gettime;

static void __attribute__((constructor)) find_real_clock_gettime(void)
{
	void *found = dlsym(RTLD_NEXT, "clock_gettime");

	/* ISO C has no conversion from an object pointer to a function pointer. */
	memcpy(&real_clock_gettime, &found, sizeof(found));
}

int virtual_real_clock_gettime(clockid_t clock, struct timespec *time)
{
	if (virtual_likely(real_clock_gettime != NULL))
		return real_clock_gettime(clock, time);
	return (int)syscall(SYS_clock_gettime, clock, time);
}

int clock_gettime(clockid_t clock, struct timespec *time)
{
	unsigned int bit = virtual_clock_bit(clock);

	if (virtual_likely(virtual_state.active)) {
		if (virtual_likely(bit & VIRTUAL_OTHER_CLOCKS)) {
			*time = virtual_state.monotonic;
			return 0;
		}
		if (bit & VIRTUAL_WALL_CLOCKS) {
			*time = virtual_state.monotonic;
			time->tv_sec += VIRTUAL_TIME_EPOCH;
			return 0;
		}
	}
	return virtual_real_clock_gettime(clock, time);
}

int gettimeofday(struct timeval *restrict time, void *restrict zone)
{
	struct timespec now;
	int result = clock_gettime(CLOCK_REALTIME, &now);

	if (zone)
		memset(zone, 0, sizeof(struct timezone));
	time->tv_sec = now.tv_sec;
	time->tv_usec = now.tv_nsec / 1000;
	return result;
}

time_t time(time_t *seconds)
{
	struct timespec now;

	/*
	 * Reads the coarse clock, as the kernel's time() does. So the two results never differ by a
	 * second.
	 */
	clock_gettime(CLOCK_REALTIME_COARSE, &now);
	if (seconds)
		*seconds = now.tv_sec;
	return now.tv_sec;
}
