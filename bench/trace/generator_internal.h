/* generator_internal.h - the members of a generator, for trace_make.c and the tests */
#ifndef GENERATOR_INTERNAL_H
#define GENERATOR_INTERNAL_H

#include "generator.h"
#include "oracle.h"
#include "random.h"
#include "trace_write.h"

/*
 * Streams of random numbers from one seed. The permutation of the ids has a stream of its own, so
 * the numbers that the workload draws do not change it.
 */
enum generator_stream { GENERATOR_WORKLOAD, GENERATOR_NAMES };

struct generator {
	struct trace_writer *writer; /* also holds the sticky failure */
	struct trace_phase *phase;   /* the current phase, in the writer; NULL before the first */
	struct oracle oracle;
	struct random random;
	uint64_t seed;
	uint64_t ids;
	uint64_t grain; /* 0 before generator_begin */
	uint64_t now;
	uint32_t *names; /* maps the workload's ids to the trace's: a random permutation */
	uint64_t *fired; /* the ids that the latest advance fired */
	size_t fired_room;
};

void generator_open(struct generator *generator, struct trace_writer *writer, uint64_t seed);
void generator_close(struct generator *generator);

/* Returns the number of bytes that a generator of `ids` timers needs at most. */
uint64_t generator_memory(uint64_t ids);

#endif
