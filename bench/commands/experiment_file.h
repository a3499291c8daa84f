/*
 * experiment_file.h - finding the .ini file that a command line names
 */
#ifndef EXPERIMENT_FILE_H
#define EXPERIMENT_FILE_H

#include <stdbool.h>
#include <stddef.h>

/* The project's own experiments, for scripts_find. */
#define EXPERIMENT_FILES "bench/experiments"

/* Whether a word is the name of an experiment's file: it ends in .ini. */
bool experiment_file_is(const char *word);

/*
 * Writes the path of an experiment's file, which experiment_file_is accepts. A bare name that is no
 * file here names one of the project's own experiments, which `timerbed list experiments` shows. 0;
 * or -ENOENT with one line in `error`, of NAMES_ERROR_SIZE bytes. The line has a suggestion if a
 * name is nearly right.
 */
int experiment_file_find(const char *name, char *path, size_t size, char *error);

/*
 * Calls visit(name, data) for each experiment's file in a folder, in order of name. 0, or a
 * negative errno if the folder cannot be read.
 */
int experiment_file_each(const char *folder, void (*visit)(const char *name, void *data),
			 void *data);

#endif
