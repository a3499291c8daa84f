/*
 * arguments.h - parses a command's options by a table, with getopt_long
 *
 * The functions add --help, a suggestion for a mistyped option, and one line on stderr for each
 * error.
 */
#ifndef ARGUMENTS_H
#define ARGUMENTS_H

#include "bench/commands/commands.h"

struct argument {
	int letter;	   /* the short option; a number above 255 if there is none */
	const char *name;  /* the long option */
	const char *value; /* the value's name, as in "--out DIR"; NULL for a flag */
	const char *help;  /* one line */
};

/*
 * Parses argv by the table, which ends with a row without a name. Calls `take` for each option.
 * `take` returns 0, or an exit status after reporting an error. Options and other arguments may be
 * mixed; the other arguments are moved to the end of argv. If successful, returns 0 and sets *first
 * to the index of the first argument that is not an option. Otherwise returns non-zero and sets
 * *status to the exit status, which is 0 after --help.
 */
int arguments_parse(int argc, char **argv, const struct argument *table,
		    int (*take)(int letter, const char *value, void *data), void *data, int *first,
		    int *status);

/* The maximum number of rows of a table, including the last row without a name. */
#define ARGUMENTS_AT_MOST 48

/* Prints the usage line and the options to stdout. */
void arguments_help(const struct command *command, const struct argument *table);

/* Returns the row of commands[] with this name, or NULL. */
const struct command *command_find(const char *name);

#endif
