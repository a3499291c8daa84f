/* trace_layout.c - the offsets of a trace's sections, and the hashes of its blocks */
#define XXH_INLINE_ALL
#include <xxhash.h>

#include "trace_layout.h"

#define SECTION_ALIGNMENT 64

/* Moves *offset past a section of `count` entries to the beginning of the next section. */
static bool pass(uint64_t *offset, uint64_t count, uint64_t entry)
{
	uint64_t bytes, end;

	if (__builtin_mul_overflow(count, entry, &bytes) ||
	    __builtin_add_overflow(*offset, bytes, &end) ||
	    __builtin_add_overflow(end, SECTION_ALIGNMENT - 1, &end))
		return false;
	*offset = end / SECTION_ALIGNMENT * SECTION_ALIGNMENT;
	return true;
}

bool trace_layout_of(const struct trace_header *header, struct trace_layout *layout)
{
	uint64_t offset = sizeof(struct trace_header);
	uint64_t bytes;

	layout->phases = offset;
	if (!pass(&offset, TRACE_PHASES, sizeof(struct trace_phase)))
		return false;
	layout->operations = offset;
	if (!pass(&offset, header->operations, sizeof(struct trace_operation)))
		return false;
	layout->advances = offset;
	if (!pass(&offset, header->advances, sizeof(struct trace_advance)))
		return false;
	layout->fired = offset;
	if (!pass(&offset, header->fired, sizeof(uint32_t)))
		return false;
	layout->hashes = offset;
	return !__builtin_mul_overflow(header->hashes, sizeof(uint64_t), &bytes) &&
	       !__builtin_add_overflow(offset, bytes, &layout->end);
}

uint64_t trace_blocks(uint64_t bytes)
{
	return bytes / TRACE_HASH_BLOCK + (bytes % TRACE_HASH_BLOCK != 0);
}

uint64_t trace_block_hash(const void *block, size_t size, uint64_t offset)
{
	static const uint64_t zero;
	size_t hash = offsetof(struct trace_header, hash);
	size_t rest = hash + sizeof(zero);
	XXH3_state_t state;

	if (offset || size < rest)
		return XXH3_64bits(block, size);
	XXH3_INITSTATE(&state);
	XXH3_64bits_reset(&state);
	XXH3_64bits_update(&state, block, hash);
	XXH3_64bits_update(&state, &zero, sizeof(zero));
	XXH3_64bits_update(&state, (const char *)block + rest, size - rest);
	return XXH3_64bits_digest(&state);
}

uint64_t trace_hashes_hash(const uint64_t *hashes, uint64_t count)
{
	return XXH3_64bits(hashes, count * sizeof(*hashes));
}
