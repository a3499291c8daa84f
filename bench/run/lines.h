/*
 * lines.h - the lines of a cells.jsonl, or of its compressed form cells.jsonl.zst
 */
#ifndef LINES_H
#define LINES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "bench/outcome.h"

/* A line, and the parts of its record that resuming reads. A torn line has the block "". */
struct line {
	const char *text; /* without its newline */
	size_t length;
	char *block, *subject;
	char *identity;	      /* identity.h */
	size_t cells;	      /* how many the block had when it was run */
	uint64_t cell_budget; /* ns; 0 if the record doesn't say */
	enum outcome outcome;
	bool aside; /* the line is to move to partial.jsonl */
};

struct lines {
	struct line *line;
	size_t count;
	char *text;	 /* the whole file */
	bool compressed; /* it was cells.jsonl.zst */
	bool unended;	 /* the last line had lost its newline */
};

/*
 * Reads cells.jsonl in the folder or, where that is missing, cells.jsonl.zst. Without either file
 * there are no lines. A last line without a newline counts if its JSON is whole. 0, or a negative
 * errno: -EBADMSG if the compressed file is damaged. lines_free in any case.
 */
int lines_read(struct lines *lines, const char *folder);

/* Appends the lines whose `aside` is the given one to an open file. 0 or a negative errno. */
int lines_write(const struct lines *lines, bool aside, int file);

void lines_free(struct lines *lines);

#endif
