/*
 * backend.h - how the loop waits: one table of operations for each kernel interface
 *
 * A backend is one file in loop/backends that ends in its table, named backend_ plus the file's
 * name with '_' for '-'. The registry is generated from the files' names. A backend knows
 * descriptors and the EV_ bits asked for on each; what events stand behind them is the I/O map's
 * business (io_map.h), which calls `change` when the sum of what is asked for on a descriptor
 * changes, and which the backend calls back with what is ready.
 *
 * EV_ bits here are EV_READ, EV_WRITE, EV_CLOSED and EV_ET. An error or a hang-up on a descriptor
 * is reported as EV_READ | EV_WRITE, so that whoever reads or writes next meets it.
 *
 * THREADS. Every operation is called with the base's lock held. `wait` lets go of it while it
 * sleeps (base_unlock, base_lock in lock.h); meanwhile other threads may call `change`.
 */
#ifndef BACKEND_H
#define BACKEND_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct event_base;
struct loop_clock;

#define BACKEND_FOREVER UINT64_MAX

/* What is asked for on a descriptor changes. */
struct backend_change {
	int fd;
	short before; /* EV_ bits asked for until now; 0: none, the backend does not know it */
	short after;  /* and from now on; 0: take it out */
	bool trim;    /* memory that is no longer needed is given back, now that one may allocate */
};

struct backend {
	const char *name;    /* what people type: "epoll" */
	const char *summary; /* one line */
	int preference;	     /* smaller is tried first; 0: only when asked for by name */
	int features;	     /* EV_FEATURE_ bits */

	/*
	 * Makes the kernel objects. 0 and *state; -ENOSYS or -EPERM where the kernel or a seccomp
	 * filter forbids the interface, so that the loop tries the next; -ENOMEM, -EMFILE.
	 */
	int (*create)(struct event_base *base, void **state);
	void (*destroy)(void *state); /* closes and frees everything, in the child of a fork, too */

	/*
	 * In the child of a fork, before all that is asked for is asked for again: as create. NULL
	 * for destroy and create.
	 */
	int (*reinit)(struct event_base *base, void **state);

	/*
	 * Reserves all memory that the wait is going to need, and allocates nothing when it only
	 * takes out, unless it is to trim. 0 or -errno, and then nothing has changed. -EPERM for a
	 * descriptor that the interface cannot wait for (a plain file with epoll). A descriptor
	 * that was closed meanwhile, and perhaps opened anew, must be taken as it is: taking out
	 * what is gone is no error, and adding what is there already, or changing what is gone,
	 * does the right thing.
	 */
	int (*change)(void *state, const struct backend_change *change);

	/*
	 * Sleeps at most `timeout` ns (0: not at all; BACKEND_FOREVER: without limit), never less
	 * unless something is ready or a signal comes, then calls io_map_report for what is
	 * ready. Allocates nothing. 0, also when interrupted by a signal; -errno when the loop
	 * cannot go on.
	 */
	int (*wait)(struct event_base *base, void *state, uint64_t timeout);

	/* The clock that goes with it, where that is not the kernel's; NULL. */
	const struct loop_clock *clock;

	/* It waits by a system call of its own, which no simulation can answer in its place. */
	bool real_time_only;

	/* Broken invariants in words, or NULL. For tests. May itself be NULL. */
	const char *(*check)(const void *state);
};

/* All backends, NULL-terminated, in order of name. Generated. */
extern const struct backend *const backends[];

#endif
