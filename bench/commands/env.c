/*
 * env - `timerbed env`: prints what a run would record about this machine
 */
#include <stdio.h>

#include "bench/commands/arguments.h"
#include "bench/commands/commands.h"
#include "bench/message.h"
#include "bench/run/environment.h"

static const struct argument table[] = { { 0 } };

int command_env(int argc, char **argv)
{
	json_t *environment;
	int first, status;

	if (arguments_parse(argc, argv, table, NULL, NULL, &first, &status))
		return status;
	if (first < argc)
		return message_usage("'%s': the command has no arguments", argv[first]);
	environment = environment_describe();
	json_dumpf(environment, stdout, JSON_INDENT(2) | JSON_PRESERVE_ORDER);
	putchar('\n');
	json_decref(environment);
	return 0;
}
