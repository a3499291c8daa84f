/*
 * trace.h - a stream of timer operations in virtual time, with what it should cause
 *
 * Everything that timerbed measures is a trace: a workload generates one, a recorded program is
 * one. A trace is a file that is mapped and replayed as it is, so that every subject gets the same
 * bytes. The expected firings travel with it: an oracle worked out, while the trace was made, what
 * fires at each advance, so the stream is open-loop and a subject is checked as it is timed.
 *
 * LAYOUT (little-endian, every section 64-byte aligned, in this order):
 *
 *	header      struct trace_header, 512 bytes
 *	phases      struct trace_phase[TRACE_PHASES]; those beyond the header's count are zero
 *	operations  struct trace_operation[]  the stream, 16 bytes each
 *	advances    struct trace_advance[]    what the oracle knows of each advance
 *	fired       uint32_t[]                ids that fire, by advance and then by deadline
 *	hashes      uint64_t[]                XXH3 of each 1 MiB of all that stands above, in
 *	                                      which the header's own `hash` counts as zero
 *
 * A trace may also be kept compressed (zstd, any level); it is then unpacked into memory first.
 *
 * All times are ns of virtual time and multiples of the header's grain. Ids are 0..ids-1 and
 * already randomly permuted: a subject that lays object `id` at place `id` visits memory in random
 * order.
 */
#ifndef TRACE_H
#define TRACE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define TRACE_MAGIC	 "timerbed trace\n" /* 16 bytes with its NUL */
#define TRACE_VERSION	 1
#define TRACE_HASH_BLOCK (1u << 20)
#define TRACE_PHASES	 8

enum trace_kind {
	TRACE_ARM,	    /* id; time is the deadline; interval = deadline - now */
	TRACE_ARM_ABSOLUTE, /* id; time is the deadline; interval = 0 */
	TRACE_ARM_INTERVAL, /* id; time is the deadline; the next entry is the interval */
	TRACE_INTERVAL,	    /* time is the interval of the entry before */
	TRACE_DISARM,	    /* id; it stays the subject's and may be armed again */
	TRACE_REMOVE,	    /* id; its memory is the caller's, who may scribble on it */
	TRACE_ADVANCE,	    /* time is the new now; id is the place in advances[] */
	TRACE_MARK,	    /* id is the place in phases[] */
	TRACE_KINDS,
};

struct trace_operation {
	uint64_t time;
	uint32_t id;
	uint32_t kind;
};

struct trace_advance {
	uint64_t
		earliest; /* the earliest armed deadline just before this advance, or TIMER_NEVER */
	uint64_t fired_end; /* fired[] up to here has fired once this advance is done */
};

struct trace_phase {
	char name[24];
	uint32_t measured; /* 1: counts and times are taken; 0: setting the scene */
	uint32_t unused;
	uint64_t first;		  /* its first entry in operations[], the mark itself */
	uint64_t arms, stops;	  /* what the phase holds: arms, disarms + removes, */
	uint64_t advances, fired; /* advances, and timers that fire */
	uint64_t checksum;	  /* the sum of trace_firing over all that fire in it */
	uint64_t armed_peak;	  /* most timers armed at once */
};

struct trace_header {
	char magic[16];
	uint32_t version;
	uint32_t header_size;
	uint64_t file_size; /* of the whole file */
	uint64_t n;	    /* the workload's n */
	uint64_t seed;
	uint64_t grain; /* ns; every time in the trace is a multiple of it */
	uint64_t ids;
	uint64_t phases, operations, advances, fired, hashes; /* entries in each section */
	uint64_t hash;					      /* XXH3 of the hashes section */
	char workload[128]; /* "hold:dist=pareto", or a file's name */
	char generator[32]; /* hash of the code that made it */
	uint8_t unused[240];
};

_Static_assert(sizeof(struct trace_operation) == 16, "an entry of the stream is 16 bytes");
_Static_assert(sizeof(struct trace_header) == 512, "the header is 512 bytes");

/* A trace in memory. Read-only; everything points into one mapping that trace_close ends. */
struct trace {
	const struct trace_header *header;
	const struct trace_phase *phases;
	const struct trace_operation *operations;
	const struct trace_advance *advances;
	const uint32_t *fired;
	void *mapping;
	size_t mapped;
};

#define TRACE_ERROR_SIZE 512

/*
 * One firing's share in the checksum of a phase. The sum over firings is commutative, so ties may
 * fire in any order, and yet a timer that fires at another advance or under another deadline shows.
 * The multipliers are the first two of SplitMix64's finaliser (Steele et al., OOPSLA 2014).
 */
static inline uint64_t trace_firing(uint32_t id, uint64_t deadline, uint64_t now)
{
	uint64_t x = (deadline ^ ((uint64_t)id << 32 | id)) * UINT64_C(0xbf58476d1ce4e5b9);

	return (x ^ x >> 32 ^ now) * UINT64_C(0x94d049bb133111eb);
}

/*
 * Opens a trace and checks its size, layout and hashes. 0; a negative errno if the file cannot be
 * read; -EBADMSG if it is truncated or corrupt. `error` (TRACE_ERROR_SIZE) then says what is wrong
 * in one line, with the file's name and the offset of the first bad byte or block.
 */
int trace_open(struct trace *trace, const char *path, char *error);

/*
 * Walks the whole stream: kinds, ids, order of time, grain, and that each timer's operations make
 * sense in the state the oracle says it is in. For traces that someone else made. -EBADMSG and a
 * line with the offset of the first entry that is wrong.
 */
int trace_validate(const struct trace *trace, const char *path, char *error);

void trace_close(struct trace *trace);

#endif
