/*
 * scripted - the commands whose work is statistics, drawing or text, and so a script's
 */
#include "bench/commands/commands.h"
#include "bench/scripts.h"

int command_compare(int argc, char **argv)
{
	return scripts_become("scripts/compare.py", argc, argv);
}

int command_report(int argc, char **argv)
{
	return scripts_become("scripts/report.py", argc, argv);
}

int command_export(int argc, char **argv)
{
	return scripts_become("scripts/export", argc, argv);
}
