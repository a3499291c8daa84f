/*
 * arguments.h - the command line of the test programs
 *
 * 	[-s SEED] [-t STRUCTURE[:OPTIONS]] [-c CHECK] [-n STEPS] [-k PART/PARTS] [-v]
 *
 * With -c, a program runs only the checks whose names contain this text.
 *
 * With -k, a program runs only the checks of PART, which is counted from 0. All parts together run
 * what a program without -k runs.
 *
 * The environment variable TIMERBED_SEED takes precedence over -s. Without both, the seed is the
 * time. The program always prints the seed.
 */
#ifndef TESTS_ARGUMENTS_H
#define TESTS_ARGUMENTS_H

#include "suite.h"

/* The default of -n: the random operations of each kind of sequence. */
#define DEFAULT_STEPS 3000

struct arguments {
	struct settings settings;
	const char *only; /* the argument of -t; NULL runs everything */
	unsigned part, parts;
};

/* Ends the program with status 2 if the arguments are wrong. Prints the seed. */
void arguments_parse(struct arguments *arguments, int argc, char **argv);

#endif
