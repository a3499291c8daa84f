/*
 * records.h - a run's folder and its cells.jsonl, one JSON object a line
 *
 * A record is written with one write and flushed to the disk before the next cell begins. A line
 * that was cut short, and the lines of a block that was, are moved to partial.jsonl when the run is
 * resumed, and the block is run anew: ratios are only taken within blocks that ran as one.
 */
#ifndef RECORDS_H
#define RECORDS_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

struct records {
	char folder[4000]; /* room is left for a file name within PATH_MAX */
	int file;
	char **finished; /* keys of the blocks that are complete */
	size_t finished_count;
};

#define RECORDS_ERROR_SIZE 512

enum records_mode {
	RECORDS_NEW,	/* the folder must not hold a run */
	RECORDS_RESUME, /* goes on with the run that it holds, if any */
	RECORDS_FORCE,	/* what it holds of a run is deleted */
};

/* 0, or a negative errno (-EEXIST without resume or force) with one line in `error`. */
int records_open(struct records *records, const char *folder, enum records_mode mode, char *error);

/* Whether all cells of that block have been recorded. */
bool records_finished(const struct records *records, const char *block);

/* Appends one record. 0 or a negative errno, -ENOSPC among them, with a line in `error`. */
int records_append(struct records *records, const json_t *record, char *error);

void records_close(struct records *records);

#endif
