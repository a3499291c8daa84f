/*
 * trace_output.h - makes a trace wherever a command line says
 */
#ifndef TRACE_OUTPUT_H
#define TRACE_OUTPUT_H

#include <stdint.h>

#include "bench/names.h"
#include "bench/trace/trace_make.h"

/*
 * Makes the trace of a workload at `path`: "-" is standard output, and a symbolic link stands for
 * the file that it leads to. Writing a trace needs seeking and ends with a rename, so a pipe or a
 * character device gets a copy of a trace that was made in $TMPDIR (/tmp) and deleted. 0, or an
 * exit status, having said what is wrong.
 */
int trace_output(const char *path, const struct workload_choice *choice, uint64_t n, uint64_t seed,
		 uint64_t operations, const struct trace_watch *watch);

#endif
