/*
 * virtual_time.h - simulated time for the whole process
 *
 * A trace is replayed against unmodified event loops. For example, a distribution's library, loaded
 * with dlopen, reads clocks and waits for descriptors as usual. In real time, a trace of an hour
 * would take an hour, and the machine would influence which timers fire when. So the program itself
 * defines the functions that read clocks and wait (clock_gettime, epoll_wait and so on, see
 * exported.list). The dynamic linker binds all shared libraries to the program's definitions,
 * because the program is first in the order of symbol lookup. Outside a simulation these functions
 * do what the C library's functions do. In a simulation they work in simulated time: reading a
 * clock copies a variable, and a wait advances that variable and returns.
 *
 * Requirements:
 * - the program exports its definitions to libraries that are loaded later: it is linked with
 *   -Wl,--dynamic-list=bench/virtual/exported.list;
 * - the library is not loaded with RTLD_DEEPBIND;
 * - the library calls the functions of the C library, and not the kernel by syscall().
 *
 * The simulation covers epoll, poll, select, timerfds, sleeps, and all clocks except those of CPU
 * time (CLOCK_*_CPUTIME_ID). It does not cover signals from the kernel's timers (alarm, setitimer,
 * timer_create), timed waits of threads for each other, and timeouts of sockets.
 *
 * A measurement inside a simulation reads the kernel's clocks by raw system call
 * (bench/clock.h).
 *
 * THREADS. A process has at most one simulation at a time. During a simulation only one thread may
 * wait, sleep or call the functions below. Any thread may read clocks, and gets the simulated time.
 */
#ifndef VIRTUAL_TIME_H
#define VIRTUAL_TIME_H

#include <stdint.h>

#include "bench/virtual/virtual_hooks.h"

/*
 * Begins the simulation at `now` ns. `hooks` is copied. If it is NULL, waits always run out and
 * poll the kernel. Stores the driver's descriptor in *driver_fd, unless driver_fd is NULL. The
 * descriptor is a real one, so that no other descriptor gets its number. It belongs to the
 * simulation; the caller may only watch it.
 *
 * For libevent, begin at 1 s or later. libevent takes a cached time of 0 seconds for an empty
 * cache, and then reads the clock for every timer that is added. Create and free loops inside a
 * simulation. An epoll set that is older than the simulation counts as having other descriptors at
 * each wait, and an older timerfd keeps real time.
 *
 * Returns 0, -EBUSY if there already is a simulation, or a negative errno if the driver's
 * descriptor cannot be created.
 */
int virtual_time_begin(uint64_t now, const struct virtual_time_hooks *hooks, int *driver_fd);

/*
 * Ends the simulation and closes the driver's descriptor. Timerfds that were made in the simulation
 * stay open and are disarmed. Does nothing if there is no simulation.
 */
void virtual_time_end(void);

/*
 * Sets the time to `now` ns. The time may go back, but libraries rely on a CLOCK_MONOTONIC that
 * does not. Outside a simulation the value is stored, but no clock shows it.
 */
void virtual_time_set(uint64_t now);

/* Returns the simulation's time in ns, or 0 before the first simulation. */
uint64_t virtual_time_now(void);

#endif
