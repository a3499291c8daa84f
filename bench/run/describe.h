/*
 * describe.h - the keys of a record that are known before its cell is measured
 */
#ifndef DESCRIBE_H
#define DESCRIBE_H

#include <jansson.h>

#include "bench/run/plan.h"
#include "bench/run/runner.h"

/*
 * Names, settings, code, machine and build of a cell. `order` is its place in the shuffled block;
 * `trace_hash` may be NULL where the trace has not been made. A new reference, or NULL.
 */
json_t *describe_cell(const struct run *run, const struct block *block,
		      const struct subject *subject, size_t order, const char *trace_hash);

#endif
