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
 * Shows a person the answer and what to type next. The text goes to stderr, as stdout carries the
 * name of the folder alone. It is only shown where both are terminals: elsewhere a program reads
 * stdout, or stderr is kept as a log. A table that cannot be printed does not fail a run that has
 * been run.
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
