/*
 * run - `timerbed run`: measures the cells of an experiment into a folder
 */
#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

#include "bench/commands/commands.h"
#include "bench/commands/run_experiment.h"
#include "bench/scripts.h"

/*
 * Shows the user the answer and the next commands to type. The text goes to stderr, because stdout
 * is only for the folder's name. It is shown only if both are terminals. Otherwise a program may
 * read stdout, or stderr may be a log. If the table cannot be printed, the run succeeds
 * nevertheless.
 */
static void show(char *folder)
{
	char *words[] = { "table", "--next", "--", folder, NULL };
	pid_t child;

	if (!isatty(STDOUT_FILENO) || !isatty(STDERR_FILENO))
		return;
	fflush(NULL);
	child = fork();
	if (!child) {
		dup2(STDERR_FILENO, STDOUT_FILENO);
		_exit(scripts_become("scripts/table.py", 4, words));
	}
	if (child > 0)
		waitpid(child, NULL, 0);
}

int command_run(int argc, char **argv)
{
	struct experiment_run run;
	int status = run_experiment(argc, argv, &run, NULL);

	if (run.done) {
		show(run.folder);
		puts(run.folder);
	}
	return status;
}
