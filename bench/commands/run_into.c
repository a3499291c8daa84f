/*
 * run_into.c - runs an experiment into a folder
 */
#include "bench/commands/run_into.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "bench/commands/run_folder.h"
#include "bench/message.h"
#include "bench/run/environment.h"
#include "bench/run/folder.h"
#include "bench/run/runner.h"

/*
 * Makes the folder of traces. Returns its absolute path, which the caller frees, or NULL after
 * reporting an error.
 */
static char *absolute_cache(const char *cache)
{
	int result = folder_make(cache);
	char *path = result ? NULL : realpath(cache, NULL);

	if (!path)
		message_failed("%s: cannot make the folder: %s", cache,
			       strerror(result ? -result : errno));
	return path;
}

/*
 * Runs with the run's folder as the working directory. So the paths that workers and the programs
 * around them get do not contain the folder's name, which may have special characters. (callgrind
 * replaces each % in a path.)
 */
static int run_within(struct run *run, const char *folder)
{
	int before = open(".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	int status;

	if (before < 0 || chdir(folder)) {
		status = message_failed("%s: %s", before < 0 ? "." : folder, strerror(errno));
	} else {
		strcpy(run->records->folder, ".");
		status = runner_run(run);
		if (fchdir(before) && !status)
			status = message_failed("cannot return to the folder: %s", strerror(errno));
		snprintf(run->records->folder, sizeof(run->records->folder), "%s", folder);
	}
	if (before >= 0)
		close(before);
	return status;
}

int run_into(const struct request *request, const char *folder, volatile sig_atomic_t *stop)
{
	struct records records;
	char error[RECORDS_ERROR_SIZE], *cache = absolute_cache(request->cache);
	json_t *environment;
	int status;

	if (!cache)
		return EXIT_FAILED;
	if (request->mode == RECORDS_FORCE && run_folder_check_force(folder)) {
		free(cache);
		return EXIT_FAILED;
	}
	if (records_open(&records, folder, request->mode, error)) {
		records_close(&records);
		free(cache);
		return message_failed("%s", error);
	}
	environment = environment_describe();
	status = run_folder_describe(folder, environment, &request->experiment);
	if (!status)
		status = run_within(&(struct run){ .experiment = &request->experiment,
						   .records = &records,
						   .environment = environment,
						   .cache = cache,
						   .stop = stop },
				    folder);
	if (!status)
		status = tally_conclude(&records.tally);
	json_decref(environment);
	records_close(&records);
	free(cache);
	return status;
}
