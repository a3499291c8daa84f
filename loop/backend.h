/*
 * backend.h - how the loop waits: a table of operations for each kernel interface
 *
 * A backend is one file in loop/backends. The file ends in the backend's table, which is named
 * backend_ plus the file's name with '_' for '-'. The registry is generated from the files' names.
 *
 * A backend knows descriptors, and the EV_ bits that the loop asks for on each. The I/O map
 * (io_map.h) knows the events behind a descriptor. It calls `change` when the union of the bits
 * that these events ask for changes. The backend calls backend_report for each descriptor that is
 * ready.
 *
 * EV_ bits here are EV_READ, EV_WRITE, EV_CLOSED and EV_ET. The backend reports an error or a
 * hang-up on a descriptor as EV_READ | EV_WRITE, so that the program's next read or write returns
 * the error.
 *
 * THREADS. The loop calls every operation with the base's lock held. `wait` releases the lock while
 * it sleeps (base_unlock and base_lock in lock.h). Other threads may call `change` meanwhile.
 */
#ifndef BACKEND_H
#define BACKEND_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct event_base;
struct loop_clock;

#define BACKEND_FOREVER UINT64_MAX

/* A change of what the loop asks for on a descriptor. */
struct backend_change {
	int fd;
	short before; /* EV_ bits so far; 0: the backend does not have the descriptor yet */
	short after;  /* EV_ bits from now on; 0: remove the descriptor */
	bool trim;    /* free memory that is no longer needed; doing so may allocate */
};

struct backend {
	const char *name;    /* what people type: "epoll" */
	const char *summary; /* one line */
	int preference;	     /* the smallest is tried first; 0: only if asked for by name */
	int features;	     /* EV_FEATURE_ bits */

	/*
	 * Creates the kernel objects. Returns 0 and sets *state, or returns -errno. -ENOSYS or
	 * -EPERM: the kernel or a seccomp filter forbids the interface. The loop tries the next
	 * backend after every error but -ENOMEM.
	 */
	int (*create)(struct event_base *base, void **state);
	void (*destroy)(void *state); /* closes and frees everything; a fork's child calls it too */

	/*
	 * Called in the child of a fork, before the loop adds all descriptors again. Returns like
	 * create. NULL: the loop calls destroy and create instead.
	 */
	int (*reinit)(struct event_base *base, void **state);

	/*
	 * Changes one descriptor, and reserves all memory that the next wait will need. A removal
	 * allocates nothing unless change->trim is set. Returns 0, or -errno with nothing changed.
	 * -EPERM: the interface cannot wait for this descriptor (epoll and plain files). The
	 * program may have closed the descriptor meanwhile, and opened its number anew. So the
	 * backend must accept to remove a descriptor that is gone, to add one that is there, and to
	 * change one that is gone, which it adds.
	 */
	int (*change)(void *state, const struct backend_change *change);

	/*
	 * Sleeps for `timeout` ns (0: not at all; BACKEND_FOREVER: without limit), or until a
	 * descriptor is ready or a signal arrives. Then calls backend_report for each descriptor
	 * that is ready. Allocates nothing. Returns 0, also after a signal, or -errno if the loop
	 * cannot go on.
	 */
	int (*wait)(struct event_base *base, void *state, uint64_t timeout);

	/* The clock of a backend with simulated time. NULL: the kernel's clocks. */
	const struct loop_clock *clock;

	/* The backend waits by a system call that simulated time (bench/virtual) cannot replace. */
	bool real_time_only;

	/* NULL, or a text that names the broken invariant. For tests. The pointer may be NULL. */
	const char *(*check)(const void *state);
};

/* All backends, by name, terminated by NULL. Generated. */
extern const struct backend *const backends[];

/*
 * Called by a backend's `wait`, with the base's lock held: the descriptor is ready for these bits.
 * Activates the descriptor's events that wait for any of them. O(its events). activate.c
 */
void backend_report(struct event_base *base, int fd, short events);

#endif
