/*
 * trace_watch.h - reports the progress of making a trace, and a flag that stops it
 */
#ifndef TRACE_WATCH_H
#define TRACE_WATCH_H

#include <signal.h>

/* Callbacks and a stop flag for the caller of trace_make. Any member may be NULL. */
struct trace_watch {
	volatile sig_atomic_t *stop; /* non-zero: give up with -EINTR */

	/*
	 * Called after every TRACE_WRITE_BUFFER entries of the stream, and at the end, with the
	 * fraction of the work that is done. The fraction is in 0..1 and never falls.
	 */
	void (*progress)(void *data, double fraction);
	void *data;
};

#endif
