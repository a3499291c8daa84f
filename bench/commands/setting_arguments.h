/*
 * setting_arguments.h - makes options of a command from the rows of settings
 */
#ifndef SETTING_ARGUMENTS_H
#define SETTING_ARGUMENTS_H

#include "bench/commands/arguments.h"
#include "bench/run/settings.h"

/* A command's options: rows of its own, and rows of settings. A zeroed struct is empty. */
struct setting_arguments {
	struct argument row[ARGUMENTS_AT_MOST];
	char help[ARGUMENTS_AT_MOST][200];
	const struct setting *setting[ARGUMENTS_AT_MOST]; /* NULL for the command's own rows */
	size_t count;
};

/* Adds the command's own rows. A row without a name ends them. */
void setting_arguments_add(struct setting_arguments *arguments, const struct argument *rows);

/* Adds the row of a setting, with its default in the help. */
void setting_arguments_add_setting(struct setting_arguments *arguments,
				   const struct setting *setting);

/* Adds a row for each setting that has an option, for a command that also takes an .ini file. */
void setting_arguments_add_all(struct setting_arguments *arguments, const struct setting *settings);

/* Returns the setting for a letter from arguments_parse, or NULL for the command's own option. */
const struct setting *setting_arguments_find(const struct setting_arguments *arguments, int letter);

/*
 * Replaces the setting's key at the beginning of an error (NAMES_ERROR_SIZE) by its option. A line
 * that begins otherwise stays as it is.
 */
void setting_argument_name(const struct setting *setting, char *error);

/* Like setting_read, but the error names the setting's option, not its key. */
int setting_argument_read(const struct setting *setting, void *object, const char *value,
			  char *error);

#endif
