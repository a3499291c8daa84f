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

#endif
