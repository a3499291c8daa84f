/*
 * virtual_hooks.h - the driver of a simulation of time, and the epoch of the simulated wall clocks
 */
#ifndef VIRTUAL_HOOKS_H
#define VIRTUAL_HOOKS_H

#include <stdbool.h>
#include <stdint.h>

/*
 * The number of seconds since 1970 that wall clocks (CLOCK_REALTIME, gettimeofday, time) show at
 * simulated time 0. It is the same in every run.
 */
#define VIRTUAL_TIME_EPOCH 1000000000

/*
 * The driver of a simulation. A library watches the driver's descriptor like any other. So the
 * library calls the driver's callback in its own thread, between its own callbacks, at the times
 * that the driver chooses.
 */
struct virtual_time_hooks {
	/*
	 * Called for each wait that watches the driver's descriptor for reading. The library is
	 * about to wait for at most `timeout` ns (UINT64_MAX: no timeout; 0: the library only
	 * polls, or another descriptor is ready).
	 *
	 * The hook returns true to report the driver's descriptor readable. The time then stays
	 * what the hook has set with virtual_time_set, or is unchanged if the hook has set no time.
	 * For the driver to run during the wait, the hook sets a time of at most now + timeout.
	 *
	 * The hook returns false to let the wait run out. The time then advances by `timeout`. If
	 * the hook has set a later time, as on a machine that wakes up late, that time stays. If
	 * the wait has no timeout and the hook returns false, nothing can ever end the wait, and
	 * the program aborts with a message.
	 *
	 * The program also aborts after 10 million waits in a row with timeout 0 that find nothing
	 * at the same time, because then the library is waiting for the time to advance.
	 *
	 * The hook must not end the simulation, wait or sleep. If the pointer is NULL, waits always
	 * run out.
	 */
	bool (*wait)(void *data, uint64_t timeout);
	void *data;
	/*
	 * Whether waits also poll the kernel for other descriptors, such as sockets. A replay that
	 * has only timers sets it to false. Then no wait makes a system call, and other descriptors
	 * that a library watches for its own purposes are never reported.
	 */
	bool poll_descriptors;
	/*
	 * The ns by which time advances in a wait with timeout 0 that finds nothing. 0 is right for
	 * most libraries. libev runs a timer only when the clock is later than the deadline. At the
	 * deadline it polls with timeout 0 until the clock has advanced; with a step of 0 the clock
	 * would never advance. So libev needs 1, and its timers are 1 ns late.
	 */
	uint64_t step;
};

#endif
