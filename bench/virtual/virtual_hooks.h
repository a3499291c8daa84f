/*
 * virtual_hooks.h - the driver of a simulation of time, and where its wall clocks start
 */
#ifndef VIRTUAL_HOOKS_H
#define VIRTUAL_HOOKS_H

#include <stdbool.h>
#include <stdint.h>

/*
 * At simulated time 0, wall clocks (CLOCK_REALTIME, gettimeofday, time) show this many seconds
 * since 1970: a round number that is the same in every run.
 */
#define VIRTUAL_TIME_EPOCH 1000000000

/*
 * The driver of a simulation. It has a descriptor, which a library watches like any other. Through
 * this descriptor the driver runs in the library's own thread, between the library's own callbacks,
 * at the times that the driver chooses.
 */
struct virtual_time_hooks {
	/*
	 * Called for each wait that watches the driver's descriptor for reading. The library is
	 * about to wait for at most `timeout` ns (UINT64_MAX: no timeout; 0: the library only
	 * polls, or another descriptor is ready).
	 *
	 * Returns true if the driver's descriptor is to be reported readable. Time then stays as
	 * the hook has left it. If the driver is to run later than now, the hook first calls
	 * virtual_time_set; to run within the wait, it sets a time of at most now + timeout.
	 *
	 * Returns false to let the wait run out: time then advances by `timeout`. If the hook has
	 * set a later time, as on a machine that wakes up late, that time stays. If the wait has no
	 * timeout, false means that nothing will ever happen again, and the program aborts with a
	 * message. It also aborts after 10 million waits in a row with timeout 0 that find nothing
	 * at the same time: such a library is waiting for the time to advance.
	 *
	 * Must not end the simulation, wait or sleep. NULL: waits always run out.
	 */
	bool (*wait)(void *data, uint64_t timeout);
	void *data;
	/*
	 * Whether waits also poll the kernel for other descriptors, such as sockets. A replay of
	 * timers alone sets it to false. Then no wait makes a system call, whatever descriptors a
	 * library watches for its own purposes, and none of these is ever reported.
	 */
	bool poll_descriptors;
	/*
	 * The ns by which time advances in a wait with timeout 0 that finds nothing. 0 is right for
	 * most libraries. libev runs a timer only after its deadline, not at it. At the deadline it
	 * polls with timeout 0 until the clock has advanced, which would never happen. So libev
	 * needs 1, and its timers are 1 ns late.
	 */
	uint64_t step;
};

#endif
