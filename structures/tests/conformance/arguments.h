/*
 * arguments.h - the command line of the test programs
 *
 *	[-s SEED] [-t STRUCTURE[:OPTIONS]] [-c CHECK] [-n STEPS] [-k PART/PARTS] [-v]
 *
 * With -c, only the checks that have this text in their names are run.
 *
 * With -k, every check of PART alone is run, from 0 on: all parts together run what a program
 * without -k runs.
 *
 * The environment variable TIMERBED_SEED goes before -s, and the time is what is taken without
 * either; the seed is printed in any case.
 */
#ifndef TESTS_ARGUMENTS_H
#define TESTS_ARGUMENTS_H

#include "suite.h"

/* Random operations of each kind, unless -n says otherwise. */
#define DEFAULT_STEPS 3000

struct arguments {
	struct settings settings;
	const char *only; /* NULL: everything */
	unsigned part, parts;
};

/* Ends the program with status 2 when the arguments are wrong. Prints the seed. */
void arguments_parse(struct arguments *arguments, int argc, char **argv);

#endif
