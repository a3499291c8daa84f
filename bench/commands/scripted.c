/*
 * scripted - the commands that scripts implement: statistics, drawing and text
 */
#include "bench/commands/commands.h"

#include <errno.h>
#include <string.h>

#include "bench/message.h"
#include "bench/scripts.h"
#include "structures/common/options.h"
#include "structures/timer.h"

int command_compare(int argc, char **argv)
{
	return scripts_become("scripts/compare.py", argc, argv);
}

int command_report(int argc, char **argv)
{
	return scripts_become("scripts/report.py", argc, argv);
}

/* Refuses structures that a wrapper cannot wrap, because the script does not know them. */
int command_export(int argc, char **argv)
{
	struct timer_accuracy accuracy;
	char error[OPTIONS_ERROR_SIZE];

	for (int i = 1; i < argc; i++)
		if (strchr(argv[i], ':') && timer_structure_find(argv[i]) &&
		    timer_set_accuracy(argv[i], &accuracy, error, sizeof(error)) == -EINVAL)
			return message_usage("%s", error);
	return scripts_become("scripts/export", argc, argv);
}
