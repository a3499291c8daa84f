/*
 * map - `timerbed map`: measures which subject costs least over two axes, draws and prints the
 * result
 */
#include "bench/commands/commands.h"
#include "bench/commands/run_experiment.h"
#include "bench/message.h"
#include "bench/scripts.h"

/* Refuses an experiment that has other groups than maps, because the result would not show them. */
static int accept_maps(const struct experiment *experiment)
{
	for (size_t i = 0; i < experiment->group_count; i++)
		if (!group_is_map(&experiment->groups[i]))
			return message_usage("%s: [%s] has no axes: x = n: 1e2..1e6, say, and "
					     "y = stopped: 0 50%% 99%%",
					     experiment->source, experiment->groups[i].label);
	return 0;
}

int command_map(int argc, char **argv)
{
	struct experiment_run run;
	int status = run_experiment(argc, argv, &run, accept_maps);
	char *words[] = { argv[0], run.folder };

	if (!run.done)
		return status;
	return scripts_become("scripts/map.py", 2, words);
}
