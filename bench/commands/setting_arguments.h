/*
 * setting_arguments.h - options of a command that come from the rows of settings
 */
#ifndef SETTING_ARGUMENTS_H
#define SETTING_ARGUMENTS_H

#include "bench/commands/arguments.h"
#include "bench/run/settings.h"

/* A command's options: rows of its own, and rows of settings. Zeroed is empty. */
struct setting_arguments {
	struct argument row[ARGUMENTS_AT_MOST];
	char help[ARGUMENTS_AT_MOST][200];
	const struct setting *setting[ARGUMENTS_AT_MOST]; /* of the row; NULL: the command's own */
	size_t count;
};

/* Adds rows that end with one without a name. */
void setting_arguments_add(struct setting_arguments *arguments, const struct argument *rows);

/* Adds the row of a setting, with its default in the help. */
void setting_arguments_add_setting(struct setting_arguments *arguments,
				   const struct setting *setting);

/* Adds a row for each setting that has an option, for a command that also takes an .ini file. */
void setting_arguments_add_all(struct setting_arguments *arguments, const struct setting *settings);

/* The setting of the letter that arguments_parse passes on; NULL for an option of the command. */
const struct setting *setting_arguments_find(const struct setting_arguments *arguments, int letter);

#endif
