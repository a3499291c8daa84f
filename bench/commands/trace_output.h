/*
 * trace_output.h - makes a trace as a file, or writes it to standard output, a pipe or a device
 */
#ifndef TRACE_OUTPUT_H
#define TRACE_OUTPUT_H

#include "bench/run/trace_request.h"

/*
 * Makes the trace at `path`. "-" means standard output. A symbolic link means the file that it
 * leads to. Making a trace needs seeking and ends with a rename. So if `path` is standard output, a
 * pipe or a character device, the trace is made in $TMPDIR (default /tmp), copied, and deleted.
 * Returns 0, or an exit status after reporting an error.
 */
int trace_output(const char *path, const struct trace_request *request,
		 const struct trace_watch *watch);

#endif
