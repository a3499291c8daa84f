/*
 * describe.h - the keys of a record that are known before the record's cell is measured
 */
#ifndef DESCRIBE_H
#define DESCRIBE_H

#include <jansson.h>

#include "bench/run/plan.h"
#include "bench/run/runner.h"

/*
 * Describes the names, settings, code, machine and build of a cell. `order` is the cell's place in
 * the shuffled block. `trace_hash` is NULL if the trace has not been made. Returns a new reference,
 * or NULL if memory runs out.
 */
json_t *describe_cell(const struct run *run, const struct block *block,
		      const struct subject *subject, size_t order, const char *trace_hash);

#endif
