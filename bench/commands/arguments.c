/*
 * arguments.c - parses a command's options
 */
#include "bench/commands/arguments.h"

#include <getopt.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "bench/message.h"
#include "structures/common/options.h"

#define ROWS ARGUMENTS_AT_MOST

#define HELP_LETTER 'h'

/* The columns at which the help of an option begins, and at which it ends at the latest. */
#define HELP_COLUMN 31
#define COLUMNS	    100

const struct command *command_find(const char *name)
{
	for (const struct command *command = commands; command->name; command++)
		if (!strcmp(command->name, name))
			return command;
	return NULL;
}

/* Prints a row's help. Wraps a long help within its column. */
static void print_help(const char *help)
{
	int column = HELP_COLUMN;
	size_t length;

	for (; *help; help += length) {
		help += strspn(help, " ");
		length = strcspn(help, " ");
		if (column > HELP_COLUMN && column + 1 + (int)length > COLUMNS)
			column = printf("\n%*s", HELP_COLUMN, "") - 1;
		else if (column > HELP_COLUMN)
			column += printf(" ");
		column += printf("%.*s", (int)length, help);
	}
	putchar('\n');
}

void arguments_help(const struct command *command, const struct argument *table)
{
	printf("usage: timerbed %s %s\n\n%s\n", command->name, command->arguments,
	       command->summary);
	for (const struct argument *row = table; row && row->name; row++) {
		char option[64];

		snprintf(option, sizeof(option), "--%s%s%s", row->name, row->value ? " " : "",
			 row->value ? row->value : "");
		if (row == table)
			putchar('\n');
		if (row->letter < 256)
			printf("  -%c, %-24s ", row->letter, option);
		else
			printf("      %-24s ", option);
		print_help(row->help);
	}
}

static size_t fill(const struct argument *table, struct option *longs, char *shorts)
{
	size_t count = 0;

	*shorts++ = ':'; /* distinguishes a missing value from an unknown option */
	*shorts++ = HELP_LETTER;
	for (; table[count].name && count < ROWS - 1; count++) {
		longs[count] = (struct option){
			.name = table[count].name,
			.has_arg = table[count].value ? required_argument : no_argument,
			.val = table[count].letter,
		};
		if (table[count].letter > 255)
			continue;
		*shorts++ = (char)table[count].letter;
		if (table[count].value)
			*shorts++ = ':';
	}
	*shorts = '\0';
	longs[count] = (struct option){ .name = "help", .val = HELP_LETTER };
	longs[count + 1] = (struct option){ 0 };
	return count;
}

static int wrong_option(const struct argument *table, size_t count, const char *typed,
			bool value_missing)
{
	const char *names[ROWS], *nearest = NULL;
	char option[64], suggestion[OPTIONS_SUGGESTION_SIZE];

	if (value_missing)
		return message_usage("option '%s' needs a value", typed);
	for (size_t i = 0; i < count; i++)
		names[i] = table[i].name;
	if (!strncmp(typed, "--", 2))
		nearest = options_nearest(typed + 2, names, count);
	if (nearest)
		snprintf(option, sizeof(option), "--%s", nearest);
	return message_usage("no option '%s'%s", typed,
			     options_suggestion(nearest ? option : NULL, "", suggestion));
}

int arguments_parse(int argc, char **argv, const struct argument *table,
		    int (*take)(int letter, const char *value, void *data), void *data, int *first,
		    int *status)
{
	struct option longs[ROWS + 1];
	char shorts[2 * ROWS + 4];
	size_t count = fill(table, longs, shorts);
	int letter;

	optind = 0; /* glibc: restart the scan */
	opterr = 0;
	while ((letter = getopt_long(argc, argv, shorts, longs, NULL)) != -1) {
		if (letter == '?' || letter == ':')
			*status = wrong_option(table, count, argv[optind - 1], letter == ':');
		else if (letter == HELP_LETTER)
			arguments_help(command_find(argv[0]), table), *status = 0;
		else if (!(*status = take(letter, optarg, data)))
			continue;
		return -1;
	}
	*first = optind;
	*status = 0;
	return 0;
}
