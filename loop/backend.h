/*
 * backend.h - how the loop waits: a table of operations for each kernel interface
 *
 * A backend is one file in loop/backends. The file ends with the backend's table. The table's name
 * is backend_ plus the file's name, with '_' for '-'. The registry is generated from the names of
 * the files.
 *
 * A backend knows descriptors, and for each descriptor the EV_ bits that the loop asks for. The map
 * of descriptors (io_map.h) knows the events of a descriptor. The map calls `change` when the union
 * of the bits that these events ask for changes. The backend calls backend_report for each
 * descriptor that is ready.
 *
 * The EV_ bits of a backend are EV_READ, EV_WRITE, EV_CLOSED and EV_ET. The backend reports an
 * error or a hang-up on a descriptor as EV_READ | EV_WRITE, so that the program's next read or
 * write returns the error.
 *
 * THREADS. The loop calls `change`, `wait`, `reinit` and `check` with the base's lock held.
 * `create` and `destroy` may run without the lock, while no other thread uses the base. `wait`
 * releases the lock while it sleeps, by base_unlock and base_lock (lock.h). Other threads may call
 * `change` during that time.
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
	short before; /* the former EV_ bits; 0: the backend does not have the descriptor */
	short after;  /* the new EV_ bits; 0: remove the descriptor */
	bool trim;    /* free unneeded memory; this may allocate */
};

struct backend {
	const char *name;    /* for configuration and messages, such as "epoll" */
	const char *summary; /* one line */
	int preference;	     /* the smallest is tried first; 0: only if requested by name */
	int features;	     /* EV_FEATURE_ bits */

	/*
	 * Creates the kernel objects and stores the backend's state in *state. Returns 0, or -errno
	 * with nothing stored. Returns -ENOSYS or -EPERM if the kernel or a seccomp filter forbids
	 * the interface. After any error but -ENOMEM the loop tries the next backend.
	 */
	int (*create)(struct event_base *base, void **state);

	/*
	 * Closes and frees everything. May run in the child of a fork, and then must not change
	 * the parent's kernel objects.
	 */
	void (*destroy)(void *state);

	/*
	 * Called in the child of a fork, before the loop adds all descriptors again. May change
	 * *state. Returns 0 or -errno. If the pointer is NULL, the loop calls destroy and create.
	 */
	int (*reinit)(struct event_base *base, void **state);

	/*
	 * Changes one descriptor, and reserves all memory that the next wait will need. A removal
	 * allocates nothing unless change->trim is set. Returns 0, or -errno with nothing changed.
	 * Returns -EPERM if the interface cannot wait for this descriptor (epoll and plain files).
	 *
	 * The program may have closed the descriptor and opened its number again since the last
	 * change. So the kernel may not have a descriptor to remove or to change, or may have a
	 * descriptor to add. None of these is an error. The backend adds a descriptor to change
	 * that the kernel does not have.
	 */
	int (*change)(void *state, const struct backend_change *change);

	/*
	 * Sleeps for `timeout` ns, or until a descriptor is ready or a signal arrives. Does not
	 * sleep if `timeout` is 0, and sleeps without limit if it is BACKEND_FOREVER. Then calls
	 * backend_report for each descriptor that is ready. Allocates nothing. Returns 0, also
	 * after a signal, or -errno if the loop cannot go on.
	 */
	int (*wait)(struct event_base *base, void *state, uint64_t timeout);

	/* The clock of a backend with simulated time. NULL if the kernel's clocks apply. */
	const struct loop_clock *clock;

	/* True if `wait` makes a system call that simulated time (bench/virtual) cannot replace. */
	bool real_time_only;

	/*
	 * For tests. Returns NULL, or a text that names the broken invariant. The pointer may be
	 * NULL.
	 */
	const char *(*check)(const void *state);
};

/* All backends in the order of their names, terminated by NULL. Generated. */
extern const struct backend *const backends[];

/*
 * A backend's `wait` calls this, with the base's lock held, for a descriptor that is ready for
 * these bits. Activates the descriptor's events that wait for any of the bits. O(events of the
 * descriptor). Defined in activate.c.
 */
void backend_report(struct event_base *base, int fd, short events);

#endif
