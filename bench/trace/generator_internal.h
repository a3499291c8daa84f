/*
 * generator_internal.h - what a generator is made of, for trace_make and the tests
 */
#ifndef GENERATOR_INTERNAL_H
#define GENERATOR_INTERNAL_H

#include "generator.h"
#include "oracle.h"
#include "random.h"
#include "trace_write.h"

/* Streams of random numbers from one seed: what the workload draws leaves the names alone. */
enum generator_stream { GENERATOR_WORKLOAD, GENERATOR_NAMES };

struct generator {
	struct trace_writer *writer; /* also holds the sticky failure */
	struct trace_phase *phase;   /* the present one, in the writer; NULL before the first */
	struct oracle oracle;
	struct random random;
	uint64_t seed;
	uint64_t ids;
	uint64_t grain; /* 0 before generator_begin */
	uint64_t now;
	uint32_t *names; /* the workload's id to the trace's: a random permutation */
	uint64_t *fired; /* what generator_advance returns */
	size_t fired_room;
};

void generator_open(struct generator *generator, struct trace_writer *writer, uint64_t seed);
void generator_close(struct generator *generator);

/* Bytes that a generator of so many ids takes. */
uint64_t generator_memory(uint64_t ids);

#endif
