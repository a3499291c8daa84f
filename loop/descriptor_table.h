/*
 * descriptor_table.h - a table of entries by descriptor, in chunks that are freed when unused
 *
 * The kernel gives a new descriptor the smallest free number, so the descriptors of a program are
 * dense. After a peak most of them are closed, and a few with large numbers may stay open. The
 * table therefore allocates its entries in chunks of 64 descriptors. descriptor_table_trim frees
 * chunks in which no entry is in use. Entries do not move. The directory of the chunks takes 1/8
 * byte for each descriptor. It only grows, until descriptor_table_free frees it.
 *
 * io_map.c and the backends poll and io_uring use tables. The caller holds the base's lock.
 */
#ifndef DESCRIPTOR_TABLE_H
#define DESCRIPTOR_TABLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define TABLE_CHUNK 64

struct table_chunk {
	struct table_chunk *next_idle;
	size_t index;	    /* the chunk's index in the directory */
	uint32_t used;	    /* number of entries in use */
	bool listed;	    /* in the list `idle`, from which only a trim removes the chunk */
	uint64_t entries[]; /* TABLE_CHUNK entries of entry_size bytes each */
};

/* If all fields but entry_size are zero, the table is empty. */
struct descriptor_table {
	size_t entry_size;
	struct table_chunk **chunks; /* the directory, by descriptor / TABLE_CHUNK */
	size_t count;		     /* the length of the directory */
	struct table_chunk *idle;    /* all chunks without an entry in use, and maybe others */
};

/*
 * Ensures that the descriptor has an entry. A new entry is all zeros. Returns 0 or -ENOMEM. O(1),
 * except for growth of the directory.
 */
int descriptor_table_reserve(struct descriptor_table *table, int fd);

/*
 * descriptor_table_use marks a descriptor's entry as in use. descriptor_table_disuse marks it as
 * not in use and fills it with zeros. The descriptor must have an entry. The entry exists at least
 * until the next trim. O(1).
 */
void descriptor_table_use(struct descriptor_table *table, int fd);
void descriptor_table_disuse(struct descriptor_table *table, int fd);

/* Frees all chunks without an entry in use, except one. O(chunks in the list `idle`). */
void descriptor_table_trim(struct descriptor_table *table);

/* Frees all memory. The table is empty after that. */
void descriptor_table_free(struct descriptor_table *table);

/* Returns the first descriptor from `fd` on that has an entry, or -1. */
int descriptor_table_next(const struct descriptor_table *table, int fd);

/*
 * Returns NULL, or a text that names the broken invariant. `is_used` returns whether an entry is in
 * use.
 */
const char *descriptor_table_check(const struct descriptor_table *table,
				   bool (*is_used)(const void *entry));

/* Returns the descriptor's entry, or NULL. `fd` may be negative. O(1). */
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
