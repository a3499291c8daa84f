/*
 * descriptor_table.h - a table of entries by descriptor, in chunks that are freed when unused
 *
 * The kernel hands out the smallest free number, so the descriptors of a program are dense. After a
 * peak most of them are closed, and a few with large numbers may stay open. The table therefore
 * allocates its entries in chunks of 64 descriptors, and descriptor_table_trim frees the chunks in
 * which no entry is in use. Entries do not move. The directory of the chunks takes 1/8 byte for
 * each descriptor. It only grows, until descriptor_table_free frees it.
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
	bool listed;	    /* in the list `idle`, from which only a trim removes it */
	uint64_t entries[]; /* TABLE_CHUNK of entry_size bytes */
};

/* A table of zeros, except entry_size, is empty. */
struct descriptor_table {
	size_t entry_size;
	struct table_chunk **chunks; /* by descriptor / TABLE_CHUNK; NULL: no chunk */
	size_t count;		     /* length of `chunks` */
	struct table_chunk *idle;    /* all chunks without an entry in use, and maybe others */
};

/*
 * Makes sure that the descriptor has an entry; a new entry is all zeros. O(1), except for growth of
 * the directory. Returns 0 or -ENOMEM.
 */
int descriptor_table_reserve(struct descriptor_table *table, int fd);

/*
 * descriptor_table_use marks the descriptor's entry as in use, and descriptor_table_disuse marks it
 * as not in use and fills it with zeros. The descriptor must have an entry, which exists until the
 * next trim at least. O(1).
 */
void descriptor_table_use(struct descriptor_table *table, int fd);
void descriptor_table_disuse(struct descriptor_table *table, int fd);

/* Frees the chunks without an entry in use, except one. O(chunks in the list `idle`). */
void descriptor_table_trim(struct descriptor_table *table);

void descriptor_table_free(struct descriptor_table *table);

/* The first descriptor from `fd` on that has an entry; -1: none. */
int descriptor_table_next(const struct descriptor_table *table, int fd);

/* NULL, or a text that names the broken invariant. */
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
