/*
 * request.h - the command lines of `run` and `map`: the cells, the folder, and how to begin
 */
#ifndef REQUEST_H
#define REQUEST_H

#include <stdbool.h>
#include <stdint.h>

#include "bench/run/experiment.h"
#include "bench/run/records.h"

struct request {
	const char *command; /* as typed: run, map */
	struct experiment experiment;
	enum records_mode mode;
	bool dry_run;
	const char *out;   /* the run's folder; NULL: out/ and the experiment's name */
	const char *cache; /* the folder of traces */
};

/*
 * Reads a command line. `label` names the experiment of cells that the command line itself lists.
 * 0; or non-zero with the exit status in *status, after saying what is wrong or after --help.
 * request_free in any case.
 */
int request_read(int argc, char **argv, const char *label, struct request *request, int *status);
void request_free(struct request *request);

/* Whether a word is the name of an experiment's file: it ends in .ini. */
bool request_is_file(const char *word);

/*
 * Writes the path of an experiment's file. A bare name that is no file here names one of the
 * project's own experiments, which `timerbed list experiments` shows.
 */
void request_find_file(const char *name, char *path, size_t size);

#endif
