/*
 * run - `timerbed run`: measures the cells of an experiment into a folder
 */
#include <stdio.h>

#include "bench/commands/commands.h"
#include "bench/commands/measure.h"

int command_run(int argc, char **argv)
{
	struct measured measured;
	int status = measure(argc, argv, &measured, NULL);

	if (measured.done)
		puts(measured.folder);
	return status;
}
