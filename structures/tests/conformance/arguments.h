/*
 * arguments.h - the command line of the test programs
 *
 * 	[-s SEED] [-t STRUCTURE[:OPTIONS]] [-c CHECK] [-n STEPS] [-k PART/PARTS] [-v]
 *
 * With -c, only the checks that have this text in their names are run.
 *
 * With -k, only the checks of PART are run, counted from 0. All parts together run what a program
 * without -k runs.
 *
 * The environment variable TIMERBED_SEED takes precedence over -s. Without either, the time is the
 * seed. The seed is printed in any case.
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
