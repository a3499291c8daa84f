/*
 * descriptor_table.c - a table of entries by descriptor, in chunks that are freed when unused
 */
#include "loop/descriptor_table.h"

#include <errno.h>
#include <string.h>

#include "loop/memory.h"

static struct table_chunk *chunk_of(const struct descriptor_table *table, int fd)
{
	return table->chunks[(size_t)fd / TABLE_CHUNK];
}

static void list_as_idle(struct descriptor_table *table, struct table_chunk *chunk)
{
	chunk->next_idle = table->idle;
	chunk->listed = true;
	table->idle = chunk;
}

static int grow_directory(struct descriptor_table *table, size_t index)
{
	size_t count = table->count ? table->count : 8;
	struct table_chunk **chunks;

	if (index < table->count)
		return 0;
	while (count <= index)
		count *= 2;
	chunks = memory_reallocate(table->chunks, count * sizeof(*chunks));
	if (!chunks)
		return -ENOMEM;
	memset(chunks + table->count, 0, (count - table->count) * sizeof(*chunks));
	table->chunks = chunks;
	table->count = count;
	return 0;
}

int descriptor_table_reserve(struct descriptor_table *table, int fd)
{
	size_t index = (size_t)fd / TABLE_CHUNK;
	struct table_chunk *chunk;
	int result = grow_directory(table, index);

	if (result || table->chunks[index])
		return result;
	chunk = memory_allocate_zeroed(1, sizeof(*chunk) + TABLE_CHUNK * table->entry_size);
	if (!chunk)
		return -ENOMEM;
	chunk->index = index;
	table->chunks[index] = chunk;
	list_as_idle(table, chunk);
	return 0;
}

void descriptor_table_use(struct descriptor_table *table, int fd)
{
	chunk_of(table, fd)->used++;
}

void descriptor_table_disuse(struct descriptor_table *table, int fd)
{
	struct table_chunk *chunk = chunk_of(table, fd);

	memset(descriptor_table_find(table, fd), 0, table->entry_size);
	chunk->used--;
	if (!chunk->used && !chunk->listed)
		list_as_idle(table, chunk);
}

static void free_chunk(struct descriptor_table *table, struct table_chunk *chunk)
{
	table->chunks[chunk->index] = NULL;
	memory_free(chunk);
}

/*
 * Keeps one unused chunk. So a program that repeatedly adds and deletes a single descriptor does
 * not allocate each time.
 */
void descriptor_table_trim(struct descriptor_table *table)
{
	struct table_chunk *chunk = table->idle, *next, *kept = NULL;

	table->idle = NULL;
	for (; chunk; chunk = next) {
		next = chunk->next_idle;
		chunk->listed = false;
		if (chunk->used)
			continue;
		if (kept)
			free_chunk(table, chunk);
		else
			kept = chunk;
	}
	if (kept)
		list_as_idle(table, kept);
}

void descriptor_table_free(struct descriptor_table *table)
{
	for (size_t i = 0; i < table->count; i++)
		memory_free(table->chunks[i]);
	memory_free(table->chunks);
	*table = (struct descriptor_table){ .entry_size = table->entry_size };
}

int descriptor_table_next(const struct descriptor_table *table, int fd)
{
	size_t index = (size_t)fd / TABLE_CHUNK;

	if (index < table->count && table->chunks[index])
		return fd;
	for (index++; index < table->count; index++) {
		if (table->chunks[index])
			return (int)(index * TABLE_CHUNK);
	}
	return -1;
}

static bool is_idle(const struct descriptor_table *table, const struct table_chunk *chunk)
{
	const struct table_chunk *idle = table->idle;

	while (idle && idle != chunk)
		idle = idle->next_idle;
	return idle;
}

static const char *check_chunk(const struct descriptor_table *table, size_t index,
			       bool (*is_used)(const void *entry))
{
	const struct table_chunk *chunk = table->chunks[index];
	uint32_t used = 0;

	if (chunk->index != index)
		return "a chunk of descriptors has a wrong index";
	for (int i = 0; i < TABLE_CHUNK; i++)
		used += is_used((const char *)chunk->entries + (size_t)i * table->entry_size);
	if (used != chunk->used)
		return "the count of descriptors in a chunk is wrong";
	if (is_idle(table, chunk) != chunk->listed || (!used && !chunk->listed))
		return "the list of chunks without descriptors is wrong";
	return NULL;
}

const char *descriptor_table_check(const struct descriptor_table *table,
				   bool (*is_used)(const void *entry))
{
	const char *broken = NULL;

	for (size_t i = 0; i < table->count && !broken; i++) {
		if (table->chunks[i])
			broken = check_chunk(table, i, is_used);
	}
	return broken;
}
