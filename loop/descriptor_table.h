/*
 * descriptor_table.h - an entry for each descriptor, in chunks that come and go
 *
 * The kernel hands out the smallest number that is free, so descriptors are dense, and after a peak
 * most of them are gone while a few large ones may live on. So the entries stand in chunks of 64
 * descriptors. A chunk without an entry in use is freed when the table is trimmed. Entries do not
 * move. What is never given back before the end is the directory, 1/8 of a byte a descriptor.
 */
#ifndef DESCRIPTOR_TABLE_H
#define DESCRIPTOR_TABLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define TABLE_CHUNK 64

struct table_chunk {
	struct table_chunk *next_idle;
	size_t index;	    /* in the directory */
	uint32_t used;	    /* entries in use */
	bool listed;	    /* among the idle ones, or was idle when the table was last trimmed */
	uint64_t entries[]; /* TABLE_CHUNK of entry_size bytes */
};

/* All zeros but entry_size: empty. */
struct descriptor_table {
	size_t entry_size;
	struct table_chunk **chunks; /* by descriptor / TABLE_CHUNK; NULL where there is none */
	size_t count;		     /* in `chunks` */
	struct table_chunk *idle;    /* all chunks that have no entry in use are in this list */
};

/* Makes an entry for the descriptor, of zeros, if there is none. O(1) but for growth; -ENOMEM. */
int descriptor_table_reserve(struct descriptor_table *table, int fd);

/*
 * An entry that there is comes into use, or is no longer in use and is zeros from now on. O(1).
 * Until the table is trimmed an entry stays although it is not in use.
 */
void descriptor_table_use(struct descriptor_table *table, int fd);
void descriptor_table_disuse(struct descriptor_table *table, int fd);

/* Frees the chunks without an entry in use, but for one. O(1) for each that has become idle. */
void descriptor_table_trim(struct descriptor_table *table);

void descriptor_table_free(struct descriptor_table *table);

/* The smallest descriptor from `fd` on that has an entry; -1: there is none. */
int descriptor_table_next(const struct descriptor_table *table, int fd);

/* NULL, or what is broken. */
const char *descriptor_table_check(const struct descriptor_table *table,
				   bool (*is_used)(const void *entry));

/* The descriptor's entry, or NULL. */
static inline void *descriptor_table_find(const struct descriptor_table *table, int fd)
{
	size_t index = (size_t)fd / TABLE_CHUNK;
	struct table_chunk *chunk;

	if (fd < 0 || index >= table->count)
		return NULL;
	chunk = table->chunks[index];
	if (!chunk)
		return NULL;
	return (char *)chunk->entries + (size_t)fd % TABLE_CHUNK * table->entry_size;
}

#endif
