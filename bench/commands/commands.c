/*
 * commands.c - the table of commands
 */
#include "bench/commands/commands.h"

#include <stddef.h>

const struct command commands[] = {
	{ "list", "[structures|workloads|subjects|backends|passes|experiments|settings]",
	  "lists names", command_list },
	{ "explain", "NAME",
	  "describes a structure, workload, subject, backend, pass, experiment or setting",
	  command_explain },
	{ "run", "EXPERIMENT.ini | SUBJECT... -w WORKLOAD -n RANGE [OPTION...]",
	  "measures cells into a folder; --resume continues a run", command_run },
	{ "map", "MAP.ini | SUBJECT... -w WORKLOAD -x AXIS -y AXIS [OPTION...]",
	  "the cheapest subject for each point of two axes: measures, draws, prints", command_map },
	{ "compare", "A B [--run DIR]", "ratios of two subjects, or of two runs, with intervals",
	  command_compare },
	{ "report", "DIR", "draws a run's figures and writes its report.html", command_report },
	{ "replay", "TRACE [SUBJECT...]", "replays one trace against subjects and checks it",
	  command_replay },
	{ "generate", "WORKLOAD [OPTION...]", "makes the trace of a workload", command_generate },
	{ "export", "STRUCTURE [-o DIR]", "writes a structure as one .h/.c pair for other projects",
	  command_export },
	{ "env", "", "what a run would record about this machine", command_env },
	{ "cell", "TRACE SUBJECT --output FILE", "(what a worker process runs)", command_cell },
	{ NULL, NULL, NULL, NULL },
};
