/*
 * trace_layout.h - where a trace's sections stand in its file, and how its blocks are hashed
 *
 * What the writer and the reader of traces have to agree on beyond the structs of trace.h.
 */
#ifndef TRACE_LAYOUT_H
#define TRACE_LAYOUT_H

#include "trace.h"

/* Offsets in the file, bytes. */
struct trace_layout {
	uint64_t phases, operations, advances, fired, hashes, end;
};

/* Where the sections are when they have the header's numbers of entries. False on overflow. */
bool trace_layout_of(const struct trace_header *header, struct trace_layout *layout);

/* How many hashes cover the `bytes` that stand above the hashes. */
uint64_t trace_blocks(uint64_t bytes);

/*
 * The hash of the block that begins at `offset` in the file. The header's own `hash` counts as
 * zero, because it cannot be known before the blocks' hashes are.
 */
uint64_t trace_block_hash(const void *block, size_t size, uint64_t offset);

/* The hash of the hashes section, for the header. */
uint64_t trace_hashes_hash(const uint64_t *hashes, uint64_t count);

#endif
