/*
 * trace_layout.h - the offsets of a trace's sections, and the hashes of its blocks
 *
 * The writer and the reader of traces share this file and the structs of trace.h.
 */
#ifndef TRACE_LAYOUT_H
#define TRACE_LAYOUT_H

#include "trace.h"

/* Offsets in the file, in bytes. */
struct trace_layout {
	uint64_t phases, operations, advances, fired, hashes, end;
};

/*
 * Computes the offsets of the sections from the header's numbers of entries. Returns false on
 * overflow.
 */
bool trace_layout_of(const struct trace_header *header, struct trace_layout *layout);

/*
 * Returns the number of blocks, and so of hashes, in the `bytes` that precede the hashes section.
 */
uint64_t trace_blocks(uint64_t bytes);

/*
 * Returns the hash of the block at `offset` in the file. The header's member `hash` counts as zero,
 * because it is computed from the hashes of the blocks.
 */
uint64_t trace_block_hash(const void *block, size_t size, uint64_t offset);

/* Returns the hash of the hashes section, which is stored in the header's member `hash`. */
uint64_t trace_hashes_hash(const uint64_t *hashes, uint64_t count);

#endif
