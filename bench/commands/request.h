/*
 * request.h - reads the command lines of `run` and `map`
 */
#ifndef REQUEST_H
#define REQUEST_H

#include <stdbool.h>
#include <stdint.h>

#include "bench/run/experiment.h"
#include "bench/run/records.h"

struct request {
	const char *command; /* run or map */
	struct experiment experiment;
	enum records_mode mode;
	bool dry_run;
	const char *out;   /* the run's folder; NULL: out/NAME of the experiment */
	const char *cache; /* the folder of traces */
};

/*
 * Reads a command line. `label` is the label of the group if the command line itself lists the
 * cells. Returns 0, or non-zero with the exit status in *status after an error, which has been
 * reported, or after --help. The caller must call request_free in any case.
 */
int request_read(int argc, char **argv, const char *label, struct request *request, int *status);
void request_free(struct request *request);

#endif
