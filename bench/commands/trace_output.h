/*
 * trace_output.h - makes a trace wherever a command line says
 */
#ifndef TRACE_OUTPUT_H
#define TRACE_OUTPUT_H

#include "bench/run/trace_request.h"

/*
 * Makes the trace at `path`: "-" is standard output, and a symbolic link stands for the file that
 * it leads to. Making a trace needs seeking and ends with a rename, so a pipe or a character device
 * gets a copy of a trace that was made in $TMPDIR (/tmp) and deleted. 0, or an exit status after
 * saying what is wrong.
 */
int trace_output(const char *path, const struct trace_request *request,
		 const struct trace_watch *watch);

#endif
