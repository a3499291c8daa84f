/*
 * run_experiment.c - runs the experiment of a command line, for `run` and `map`
 */
#include "bench/commands/run_experiment.h"

#include "bench/commands/dry_run.h"
#include "bench/commands/interrupt.h"
#include "bench/commands/request.h"
#include "bench/commands/run_into.h"

int run_experiment(int argc, char **argv, struct experiment_run *run,
		   int (*accept)(const struct experiment *experiment))
{
	struct request request;
	int status;

	*run = (struct experiment_run){ 0 };
	if (request_read(argc, argv, accept ? argv[0] : "cost", &request, &status) ||
	    (accept && (status = accept(&request.experiment))) ||
	    (status = run_folder_path(request.out, &request.experiment, run->folder,
				      sizeof(run->folder)))) {
		request_free(&request);
		return status;
	}
	status = request.dry_run ? dry_run_print(&request.experiment)
				 : run_into(&request, run->folder, interrupt_catch());
	run->done = !request.dry_run && !status;
	request_free(&request);
	return status;
}
