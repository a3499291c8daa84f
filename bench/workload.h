/*
 * workload.h - a family of workloads: a seeded generator of traces
 *
 * A workload is one file in bench/workloads. The file ends in the workload's table, named workload_
 * plus the file's name with '_' for '-'. The registry is generated from the names of the files.
 */
#ifndef WORKLOAD_H
#define WORKLOAD_H

#include "bench/trace/generator.h"
#include "structures/common/options.h"

/* The options of all workloads; the first member of each workload's options struct. */
struct workload_common {
	uint64_t batch; /* approximate number of operations in one turn (loop iteration) */
	uint64_t grain; /* ns */
};

/*
 * The rows for struct workload_common, which are the first rows of each workload's table of
 * options. `type` is the workload's options struct.
 */
#define WORKLOAD_COMMON_OPTIONS(type)                                                              \
	{ "batch",                                                                                 \
	  OPTION_COUNT,                                                                            \
	  offsetof(type, common.batch),                                                            \
	  1,                                                                                       \
	  1e6,                                                                                     \
	  "64",                                                                                    \
	  NULL,                                                                                    \
	  "operations in one loop iteration, about (at most n/8)" },                               \
	{                                                                                          \
		"grain", OPTION_DURATION, offsetof(type, common.grain), 1, 1e12, "1us", NULL,      \
			"all times in the trace are multiples of it"                               \
	}

struct workload {
	const char *name;	/* "hold" */
	const char *summary;	/* one line */
	const char *source;	/* paper or system, and the parameters that are assumed */
	const char *prediction; /* the expected result, written before it was measured */
	const struct option_spec *options;
	size_t options_size;
	const char *const
		*variants; /* options worth measuring, NULL-terminated; "" is the default */
	const char *(*refuse)(const void *options); /* why a combination is impossible, or NULL */

	/*
	 * Calls row for each word of an option that gets a line of its own in the explanation. The
	 * pointer is NULL if no word does.
	 */
	void (*explain)(void (*row)(const char *name, const char *what, const char *more));

	/*
	 * Generates a trace with about n timers armed in the steady state. An unmeasured phase
	 * "fill" reaches that state, unless the workload measures filling. The measured phases
	 * follow. Together they have about `operations` operations (more by less than one turn of
	 * the loop). Some workloads have a fixed number of operations instead; their head comments
	 * give it.
	 */
	void (*generate)(struct generator *generator, const void *options, uint64_t n,
			 uint64_t operations);
};

/* All workloads, NULL-terminated, in order of name. Generated. */
extern const struct workload *const workloads[];

/*
 * The hash of the code that determines a workload's trace. An entry without a name ends the table.
 */
struct workload_code {
	const char *name;
	const char *generator_hash;
};
extern const struct workload_code workload_codes[]; /* generated, too */

/*
 * Returns the number of operations in one turn of the loop: the option, but at most n/8, so that a
 * small n has several turns.
 */
static inline uint64_t workload_batch(const struct workload_common *common, uint64_t n)
{
	uint64_t most = n / 8 > 0 ? n / 8 : 1;

	return common->batch < most ? common->batch : most;
}

#endif
