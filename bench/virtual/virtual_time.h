/*
 * virtual_time.h - simulated time for the whole process
 *
 * A trace is replayed against event loops that nobody has changed: a library out of a distribution,
 * loaded with dlopen, reads clocks and waits for descriptors as it always does. Were that real
 * time, a trace of an hour would take an hour, and what fires when would depend on the machine. So
 * the program itself defines the functions that read clocks and wait (clock_gettime, epoll_wait and
 * so on, see exported.list); the dynamic linker binds every shared library to the program's
 * definitions, since the program comes first in the order of look-up. While no simulation is on
 * they do what the C library's do. While one is on they answer in simulated time: a read of a clock
 * copies a variable, and a wait moves that variable and returns.
 *
 * What has to be so for that to work:
 * - the program shows its definitions to libraries loaded later, by being linked with
 *   -Wl,--dynamic-list=bench/virtual/exported.list;
 * - the library is not loaded with RTLD_DEEPBIND;
 * - the library calls the C library's functions, not the kernel by syscall().
 *
 * What is simulated: all clocks but those of CPU time (CLOCK_*_CPUTIME_ID), epoll, poll, select,
 * timerfds and sleeps. What is not: signals from the kernel's timers (alarm, setitimer,
 * timer_create), waits of threads for each other with a timeout, time limits of sockets.
 *
 * Measuring inside a simulation reads the kernel's clocks by raw system call
 * (bench/replay/clock.h).
 *
 * Threads: one simulation at a time in the process. Only one thread may wait, sleep or call the
 * functions below while it is on; clocks may be read by any, which sees the simulation's time.
 */
#ifndef VIRTUAL_TIME_H
#define VIRTUAL_TIME_H

#include <stdbool.h>
#include <stdint.h>

/*
 * Wall clocks (CLOCK_REALTIME, gettimeofday, time) stand at this many seconds since 1970 when the
 * simulation's time is 0: a round number that is the same in every run.
 */
#define VIRTUAL_TIME_EPOCH 1000000000

/*
 * What drives a simulation. It has a descriptor of its own, the driver's, that a library watches
 * like any other; that is how the driver gets a turn, in the library's own thread and between the
 * library's own callbacks, at the times that it chooses.
 */
struct virtual_time_hooks {
	/*
	 * Called for each wait that watches the driver's descriptor for reading. The library is
	 * about to wait for at most `timeout` ns (UINT64_MAX: for ever; 0: it only asks, or another
	 * descriptor is ready).
	 *
	 * Returns true when the driver's descriptor is to be reported readable. Time then stands
	 * where the hook has left it: it calls virtual_time_set first when the driver's turn comes
	 * later than now, and for a turn inside the wait not later than now + timeout.
	 *
	 * Returns false to let the wait run out: time then moves by `timeout`; if the hook has set
	 * a later time, as a machine that wakes up late would have it, it stays there. For an
	 * endless wait false means that nothing will ever happen again, and ends the program with a
	 * message; so do 10 million waits in a row with timeout 0, at the same time and for
	 * nothing, since a library that does that is waiting for the time to move.
	 *
	 * Must not end the simulation, nor wait or sleep. NULL: waits always run out.
	 */
	bool (*wait)(void *data, uint64_t timeout);
	void *data;
	/*
	 * Whether the kernel is asked (without sleeping) for descriptors of its own, such as
	 * sockets, that are watched besides the driver's. A replay of nothing but timers sets it to
	 * false: then no wait is a system call, whatever descriptors a library watches for its own
	 * purposes; none of them is ever reported.
	 */
	bool poll_descriptors;
	/*
	 * How many ns time moves in a wait with timeout 0 that finds nothing. 0 is right for most
	 * libraries. libev runs a timer when the clock is past its deadline, not when it is at it,
	 * and at the deadline it waits with timeout 0 until the clock has moved on, which a clock
	 * that stands still never does: it needs 1, and its timers are then 1 ns late.
	 */
	uint64_t step;
};

/*
 * Turns the simulation on, at `now` ns. `hooks` is copied; NULL means waits that always run out,
 * and that ask the kernel. The driver's descriptor is stored in *driver_fd (NULL: not wanted); it
 * is a real one, so that nobody else gets its number, it belongs to the simulation and nothing may
 * be done with it but watching it.
 *
 * Start at 1 s or later for libevent, which takes a second 0 in its cached time for "nothing
 * cached" and then reads the clock for every timer added. Loops are best made and freed inside a
 * simulation: a set of epoll made before it is asked in the kernel at each wait, a timerfd made
 * before it keeps real time.
 *
 * Returns 0, -EBUSY when a simulation is on already, or the -errno of making the descriptor.
 */
int virtual_time_begin(uint64_t now, const struct virtual_time_hooks *hooks, int *driver_fd);

/*
 * Turns the simulation off and closes the driver's descriptor. Timerfds made in it stay open,
 * unarmed. Nothing happens when none is on.
 */
void virtual_time_end(void);

/*
 * Moves time to `now` ns. Going back is not refused, but CLOCK_MONOTONIC does not do it, and
 * libraries rely on that. Without a simulation the value is kept but not seen by anybody.
 */
void virtual_time_set(uint64_t now);

/* The simulation's time in ns; 0 before the first one. */
uint64_t virtual_time_now(void);

#endif
