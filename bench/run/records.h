/*
 * records.h - a run's folder and its cells.jsonl, with one JSON object (a record) per line
 *
 * A record is written and flushed to the disk before the next cell begins. If a record cannot be
 * written completely, the part that was written is removed. resume.h explains what happens to the
 * records of an earlier run.
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
	struct lines before; /* the folder's records when it was opened */
	char **finished;     /* keys of the complete blocks, sorted */
	size_t finished_count;
	struct tally tally; /* of the records appended by this run */
};

#define RECORDS_ERROR_SIZE 512

enum records_mode {
	RECORDS_NEW,	/* the folder must not have a run */
	RECORDS_RESUME, /* goes on with the folder's run, if any */
	RECORDS_FORCE,	/* deletes the folder's run, if any */
};

/*
 * Makes the folder if it is missing, locks it, and reads its records. Returns 0, or a negative
 * errno with one line in `error` (RECORDS_ERROR_SIZE): -EEXIST if the mode is RECORDS_NEW and the
 * folder has a run, -EBUSY while another run has locked the folder. The caller must call
 * records_close in any case.
 */
int records_open(struct records *records, const char *folder, enum records_mode mode, char *error);

/*
 * Begins appending. First moves the lines that are set aside to partial.jsonl; all other lines
 * stay. Returns 0, or a negative errno with one line in `error`. No line is lost if this function
 * fails.
 */
int records_begin(struct records *records, char *error);

/* Returns whether resuming has found the block complete. */
bool records_finished(const struct records *records, const char *block);

/*
 * Appends one record. Returns 0, or a negative errno (for example -ENOSPC) with a line in `error`.
 */
int records_append(struct records *records, const json_t *record, char *error);

void records_close(struct records *records);

#endif
