/*
 * experiment_file.h - finds the .ini file that a command line names
 */
#ifndef EXPERIMENT_FILE_H
#define EXPERIMENT_FILE_H

#include <stdbool.h>
#include <stddef.h>

/* The project's own experiments, for scripts_find. */
#define EXPERIMENT_FILES "bench/experiments"

/* Returns whether a word is the name of an experiment's file, that is, ends in .ini. */
bool experiment_file_is(const char *word);

/*
 * Writes the path of an experiment's file, for a name that experiment_file_is accepts. If the name
 * has no '/' and no such file exists, it may name one of the project's experiments, which `timerbed
 * list experiments` shows. Returns 0, or -ENOENT with one line in `error` (NAMES_ERROR_SIZE). The
 * line suggests a similar name if there is one.
 */
int experiment_file_find(const char *name, char *path, size_t size, char *error);

/*
 * For a word that names nothing: appends the experiment NAME.ini to the line in `error`
 * (NAMES_ERROR_SIZE), if NAME.ini is a file or one of the project's experiments and `word` is NAME.
 * Returns whether it is.
 */
bool experiment_file_suggest(const char *word, char *error);

/*
 * Calls visit(name, data) for each experiment's file in a folder, in order of name. Returns 0, or a
 * negative errno if the folder cannot be read.
 */
int experiment_file_each(const char *folder, void (*visit)(const char *name, void *data),
			 void *data);

#endif
