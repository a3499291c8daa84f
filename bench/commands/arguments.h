/*
 * arguments.h - a command's options as a table, over getopt_long
 *
 * getopt_long parses; the table adds --help, a suggestion for a mistyped option, and one line on
 * stderr for whatever is wrong.
 */
#ifndef ARGUMENTS_H
#define ARGUMENTS_H

#include "bench/commands/commands.h"

struct argument {
	int letter;	   /* the short option, or a number above 255 where there is none */
	const char *name;  /* the long option */
	const char *value; /* what it takes, as in "--out DIR"; NULL for a flag */
	const char *help;  /* one line */
};

/*
 * Parses argv by the table (which ends with a row without a name), calling `take` for each option;
 * it returns 0 or an exit status, having said what is wrong. Returns 0 with *first set to the first
 * argument that is no option (options may stand anywhere), or an exit status in *status and
 * non-zero: after --help that is 0.
 */
int arguments_parse(int argc, char **argv, const struct argument *table,
		    int (*take)(int letter, const char *value, void *data), void *data, int *first,
		    int *status);

/* The most rows that a table may have, with the last, which has no name. */
#define ARGUMENTS_AT_MOST 48

/* The usage line and the options, to stdout. */
void arguments_help(const struct command *command, const struct argument *table);

/* The row of that name in commands[], or NULL. */
const struct command *command_find(const char *name);

#endif
