/*
 * trace.h - a stream of timer operations in virtual time, with the firings it must cause
 *
 * All measurements replay a trace. A workload's generator makes a trace, or a program is recorded.
 * The trace is a file that is mapped and replayed unchanged, so all subjects get the same bytes.
 * While the trace is made, an oracle determines which timers fire at each advance, and the trace
 * stores these firings. So the stream does not depend on the subject (it is open-loop), and a
 * subject is checked while it is timed.
 *
 * LAYOUT (little-endian, every section 64-byte aligned, in this order):
 *
 *	header      struct trace_header, 512 bytes
 *	phases      struct trace_phase[TRACE_PHASES]; entries beyond the header's count are 0
 *	operations  struct trace_operation[]  the stream, 16 bytes each
 *	advances    struct trace_advance[]    the oracle's results for each advance
 *	fired       uint32_t[]                ids that fire, by advance and then by deadline
 *	hashes      uint64_t[]                XXH3 of each 1 MiB of all preceding sections; the
 *	                                      header's member `hash` counts as zero
 *
 * A trace file may be compressed (zstd, any level). trace_open then unpacks it into memory.
 *
 * All times are ns of virtual time and multiples of the header's grain, the trace's unit of time. A
 * deadline may also be TIMER_NEVER. Ids are 0..ids-1 and randomly permuted, so a subject that keeps
 * object `id` at index `id` of an array accesses memory in random order.
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
	TRACE_INTERVAL,	    /* time is the interval of the entry before it */
	TRACE_DISARM,	    /* id; the owner keeps the timer's memory, and may arm it again */
	TRACE_REMOVE,	    /* id; the owner gets the timer's memory back and may overwrite it */
	TRACE_ADVANCE,	    /* time is the new now; id is the index in advances[] */
	TRACE_MARK,	    /* id is the index in phases[] */
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
	uint64_t fired_end; /* the index in fired[] after the last id that this advance fires */
};

struct trace_phase {
	char name[24];
	uint32_t measured; /* 1: operations are counted and timed; 0: preparation */
	uint32_t unused;
	uint64_t first;		  /* index in operations[] of its first entry, the mark */
	uint64_t arms, stops;	  /* number of arms; number of disarms and removes */
	uint64_t advances, fired; /* number of advances; number of firings */
	uint64_t checksum;	  /* the sum of trace_firing over all firings in the phase */
	uint64_t armed_peak;	  /* maximum number of armed timers */
};

struct trace_header {
	char magic[16];
	uint32_t version;
	uint32_t header_size;
	uint64_t file_size; /* bytes of the whole file */
	uint64_t n;	    /* the workload's n */
	uint64_t seed;
	uint64_t grain; /* ns; every time in the trace is a multiple of the grain */
	uint64_t ids;
	uint64_t phases, operations, advances, fired, hashes; /* entries in each section */
	uint64_t hash;					      /* XXH3 of the hashes section */
	char workload[128]; /* "hold:dist=pareto", or a file's name */
	char generator[32]; /* hash of the code that made the trace */
	uint8_t unused[240];
};

_Static_assert(sizeof(struct trace_operation) == 16, "an entry of the stream is 16 bytes");
_Static_assert(sizeof(struct trace_header) == 512, "the header is 512 bytes");

/* A trace in memory, read-only. All pointers point into one mapping, which trace_close unmaps. */
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
 * Returns the contribution of one firing to the checksum of its phase. The checksum is the sum of
 * these contributions, so timers that fire at the same advance may fire in any order. A timer that
 * fires at another advance, or with another deadline, changes the checksum. The multipliers are the
 * first two of SplitMix64's finaliser (Steele et al., OOPSLA 2014).
 */
static inline uint64_t trace_firing(uint32_t id, uint64_t deadline, uint64_t now)
{
	uint64_t x = (deadline ^ ((uint64_t)id << 32 | id)) * UINT64_C(0xbf58476d1ce4e5b9);

	return (x ^ x >> 32 ^ now) * UINT64_C(0x94d049bb133111eb);
}

/*
 * Opens a trace, and checks its size, layout and hashes. Returns 0, a negative errno if the file
 * cannot be read, or -EBADMSG if the file is truncated or corrupt. On an error, `error`
 * (TRACE_ERROR_SIZE) holds one line with the file's name and, for -EBADMSG, the offset of the first
 * bad byte or block.
 */
int trace_open(struct trace *trace, const char *path, char *error);

/*
 * Checks the whole stream of a trace from an untrusted source: the kinds, the ids, the order and
 * the grain of times, the firings, the counts of each phase, and that each operation is allowed in
 * its timer's state. Returns 0, or a negative errno with one line in `error`. The errno is -EBADMSG
 * for a wrong entry, and the line has the offset of the first one. Takes O(operations log ids).
 */
int trace_validate(const struct trace *trace, const char *path, char *error);

void trace_close(struct trace *trace);

#endif
