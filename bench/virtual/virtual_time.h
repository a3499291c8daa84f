/*
 * virtual_time.h - simulated time for the whole process
 *
 * A trace is replayed against unmodified event loops: a distribution's library, loaded with dlopen,
 * reads clocks and waits for descriptors as usual. In real time, a trace of an hour would take an
 * hour, and the machine would influence which timers fire when. So the program itself defines the
 * functions that read clocks and wait (clock_gettime, epoll_wait and so on, see exported.list). The
 * dynamic linker binds all shared libraries to the program's definitions, because the program is
 * first in the order of symbol lookup. Outside a simulation these functions do what the C library's
 * do. In a simulation they work in simulated time: reading a clock copies a variable, and a wait
 * advances that variable and returns.
 *
 * Requirements:
 * - the program exports its definitions to libraries that are loaded later: it is linked with
 *   -Wl,--dynamic-list=bench/virtual/exported.list;
 * - the library is not loaded with RTLD_DEEPBIND;
 * - the library calls the functions of the C library, and not the kernel by syscall().
 *
 * Simulated: all clocks but those of CPU time (CLOCK_*_CPUTIME_ID), epoll, poll, select, timerfds
 * and sleeps. Not simulated: signals from the kernel's timers (alarm, setitimer, timer_create),
 * waits of threads for each other with a timeout, timeouts of sockets.
 *
 * A measurement inside a simulation reads the kernel's clocks by raw system call
 * (bench/clock.h).
 *
 * THREADS. There is one simulation at a time in the process. During it only one thread may wait,
 * sleep or call the functions below. Any thread may read clocks, and gets the simulated time.
 */
#ifndef VIRTUAL_TIME_H
#define VIRTUAL_TIME_H

#include <stdint.h>

#include "bench/virtual/virtual_hooks.h"

/*
 * Begins the simulation at `now` ns. `hooks` is copied; NULL means that waits always run out and
 * poll the kernel. Stores the driver's descriptor in *driver_fd (if not NULL). It is a real
 * descriptor, so that its number is not used again. It belongs to the simulation; the caller may
 * only watch it.
 *
 * For libevent, begin at 1 s or later: it takes a cached time of 0 seconds for an empty cache, and
 * then reads the clock for every timer added. Create and free loops inside a simulation: an epoll
 * set from before it is polled in the kernel at each wait, and a timerfd from before it keeps real
 * time.
 *
 * Returns 0, -EBUSY if there is a simulation already, or the -errno of creating the descriptor.
 */
int virtual_time_begin(uint64_t now, const struct virtual_time_hooks *hooks, int *driver_fd);

/*
 * Ends the simulation and closes the driver's descriptor. Timerfds that were made in it stay open
 * and disarmed. Does nothing if there is no simulation.
 */
void virtual_time_end(void);

/*
 * Sets the time to `now` ns. The time may go back, but libraries rely on a CLOCK_MONOTONIC that
 * does not. Outside a simulation the value is stored, but no clock shows it.
 */
void virtual_time_set(uint64_t now);

/* The simulation's time in ns; 0 before the first simulation. */
uint64_t virtual_time_now(void);

#endif
