/*
 * measure.c - measures an experiment from a command line, for `run` and `map`
 */
#include "bench/commands/measure.h"

#include "bench/commands/dry_run.h"
#include "bench/commands/interrupt.h"
#include "bench/commands/request.h"
#include "bench/commands/run_into.h"

int measure(int argc, char **argv, struct measured *measured,
	    int (*accept)(const struct experiment *experiment))
{
	struct request request;
	int status;

	*measured = (struct measured){ 0 };
	if (request_read(argc, argv, accept ? argv[0] : "cost", &request, &status) ||
	    (accept && (status = accept(&request.experiment))) ||
	    (status = run_folder_path(request.out, &request.experiment, measured->folder,
				      sizeof(measured->folder)))) {
		request_free(&request);
		return status;
	}
	status = request.dry_run ? dry_run_print(&request.experiment)
				 : run_into(&request, measured->folder, interrupt_catch());
	measured->done = !request.dry_run && !status;
	request_free(&request);
	return status;
}
