/*
 * arguments.c - parses the command line and the seed
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "arguments.h"

static void usage(const char *program)
{
	fprintf(stderr,
		"usage: %s [-s SEED] [-t STRUCTURE[:OPTIONS]] [-c CHECK] [-n STEPS] [-k PART/PARTS] [-v]\n",
		program);
	exit(2);
}

static uint64_t number(const char *program, const char *text)
{
	char *rest;
	uint64_t value;

	errno = 0;
	value = strtoull(text, &rest, 0);
	if (errno || rest == text || *rest || *text == '-') {
		fprintf(stderr, "%s: '%s' is not a number\n", program, text);
		usage(program);
	}
	return value;
}

/* Parses PART/PARTS, where PART is less than PARTS. */
static void part(struct arguments *arguments, const char *program, const char *text)
{
	char end;

	if (sscanf(text, "%u/%u%c", &arguments->part, &arguments->parts, &end) == 2 &&
	    arguments->part < arguments->parts)
		return;
	fprintf(stderr, "%s: '%s' is not PART/PARTS\n", program, text);
	usage(program);
}

void arguments_parse(struct arguments *arguments, int argc, char **argv)
{
	const char *seed = getenv("TIMERBED_SEED");
	int letter;

	*arguments = (struct arguments){
		.settings = { .seed = (uint64_t)time(NULL), .steps = DEFAULT_STEPS, .whole = true },
		.parts = 1,
	};
	while ((letter = getopt(argc, argv, "s:t:c:n:k:v")) != -1) {
		if (letter == 's')
			arguments->settings.seed = number(*argv, optarg);
		else if (letter == 't')
			arguments->only = optarg;
		else if (letter == 'c')
			arguments->settings.check = optarg;
		else if (letter == 'n')
			arguments->settings.steps = number(*argv, optarg);
		else if (letter == 'k')
			part(arguments, *argv, optarg);
		else if (letter == 'v')
			arguments->settings.verbose = true;
		else
			usage(*argv);
	}
	if (optind < argc)
		usage(*argv);
	if (seed && *seed)
		arguments->settings.seed = number(*argv, seed);
	printf("seed %llu\n", (unsigned long long)arguments->settings.seed);
}
