/*
 * trace_watch.h - progress of making a trace, and a flag that stops it
 */
#ifndef TRACE_WATCH_H
#define TRACE_WATCH_H

#include <signal.h>

/* Callbacks and a stop flag for the caller of trace_make. Any member may be NULL. */
struct trace_watch {
	volatile sig_atomic_t *stop; /* non-zero: give up with -EINTR */

	/* Gets the fraction that is done, 0..1 and never falling, about every 1e5 operations. */
	void (*progress)(void *data, double fraction);
	void *data;
};

#endif
