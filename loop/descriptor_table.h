/*
 * descriptor_table.h - an entry for each descriptor, in chunks that come and go
 *
 * The kernel hands out the smallest free number, so the descriptors of a program are dense. After
 * a peak most of them are closed, and a few large ones may stay open. The table therefore
 * allocates its entries in chunks of 64 descriptors, and descriptor_table_trim frees the chunks in
 * which no entry is in use. Entries do not move. The directory of the chunks, 1/8 of a byte for
 * each descriptor, only grows; descriptor_table_free frees it.
 */
#ifndef DESCRIPTOR_TABLE_H
#define DESCRIPTOR_TABLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define TABLE_CHUNK 64

struct table_chunk {
	struct table_chunk *next_idle;
	size_t index;  /* in the directory */
	uint32_t used; /* entries in use */
	bool listed;   /* in the list `idle`: it stays there until a trim, even if used again */
	uint64_t entries[]; /* TABLE_CHUNK of entry_size bytes */
};

/* All zeros but entry_size: empty. */
struct descriptor_table {
	size_t entry_size;
	struct table_chunk **chunks; /* by descriptor / TABLE_CHUNK; NULL where there is none */
	size_t count;		     /* in `chunks` */
	struct table_chunk *idle;    /* has every chunk without an entry in use, and maybe others */
};

/*
 * Makes sure that the descriptor has an entry; a new one is all zeros. O(1), but for growth.
 * 0 or -ENOMEM.
 */
int descriptor_table_reserve(struct descriptor_table *table, int fd);

/*
 * The descriptor must have an entry. descriptor_table_use marks it as in use.
 * descriptor_table_disuse marks it as not in use and fills it with zeros; the entry stays until
 * the table is trimmed. O(1).
 */
void descriptor_table_use(struct descriptor_table *table, int fd);
void descriptor_table_disuse(struct descriptor_table *table, int fd);

/* Frees all chunks without an entry in use but one. O(1) for each chunk that has become idle. */
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
