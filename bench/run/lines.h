/*
 * lines.h - the lines of a cells.jsonl, or of its compressed form cells.jsonl.zst
 */
#ifndef LINES_H
#define LINES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "bench/outcome.h"

/*
 * A line, and the parts of its record that resuming needs. A line that is not a record has block
 * "".
 */
struct line {
	const char *text; /* without its newline, in lines.text */
	size_t length;
	char *block, *subject;
	char *identity;	      /* identity.h */
	size_t cells;	      /* the number of cells of the block when it ran */
	uint64_t cell_budget; /* ns; 0 if the record lacks it */
	enum outcome outcome;
	bool aside; /* the line must move to partial.jsonl */
};

struct lines {
	struct line *line;
	size_t count;
	char *text;	 /* the whole file */
	bool compressed; /* the file was cells.jsonl.zst */
	bool unended;	 /* the last line had no newline */
};

/*
 * Reads cells.jsonl in the folder or, if it is missing, cells.jsonl.zst. If both are missing, there
 * are no lines. A last line without a newline counts if its JSON is complete. Returns 0, or a
 * negative errno: -EBADMSG if the compressed file is damaged. The caller must call lines_free in
 * any case.
 */
int lines_read(struct lines *lines, const char *folder);

/*
 * Appends to an open file the lines whose member `aside` equals `aside`. Returns 0 or a negative
 * errno.
 */
int lines_write(const struct lines *lines, bool aside, int file);

void lines_free(struct lines *lines);

#endif
