/*
 * records.h - a run's folder and its cells.jsonl, one JSON object a line
 *
 * A record is written with one write and flushed to the disk before the next cell begins. A record
 * that could not be written whole is cut off again. resume.h says what becomes of the records of an
 * earlier run.
 */
#ifndef RECORDS_H
#define RECORDS_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

#include "bench/run/folder.h"
#include "bench/run/lines.h"
#include "bench/run/tally.h"

struct records {
	char folder[FOLDER_PATH_SIZE];
	int file, lock;
	struct lines before; /* what the folder held when it was opened */
	char **finished;     /* keys of the blocks that are complete, in order */
	size_t finished_count;
	struct tally tally; /* of what has been appended */
};

#define RECORDS_ERROR_SIZE 512

enum records_mode {
	RECORDS_NEW,	/* the folder must not hold a run */
	RECORDS_RESUME, /* goes on with the run that the folder holds, if any */
	RECORDS_FORCE,	/* deletes the run that the folder holds, if any */
};

/*
 * Makes the folder if it is missing, locks it, and reads the records in it. 0, or a
 * negative errno with one line in `error`: -EEXIST without resume or force, -EBUSY while another
 * run has the folder. records_close in any case.
 */
int records_open(struct records *records, const char *folder, enum records_mode mode, char *error);

/*
 * Begins appending: lines that are set aside go to partial.jsonl first, all others stay. 0, or a
 * negative errno with one line in `error`; no line is lost then.
 */
int records_begin(struct records *records, char *error);

/* Whether resuming has found that block complete. */
bool records_finished(const struct records *records, const char *block);

/* Appends one record. 0 or a negative errno, -ENOSPC among them, with a line in `error`. */
int records_append(struct records *records, const json_t *record, char *error);

void records_close(struct records *records);

#endif
