/*
 * scripts.h - the scripts and data files that come with the program
 */
#ifndef SCRIPTS_H
#define SCRIPTS_H

#include <stddef.h>

#define SCRIPTS_PATH_SIZE 4096

/*
 * Finds a file or folder of the source tree ("scripts/report.py") beside the program: the program
 * is in build/, or was installed with its data in ../share/timerbed. 0 or -ENOENT.
 */
int scripts_find(const char *name, char *path, size_t size);

/* Becomes the script with these arguments. Returns an exit status only when that fails. */
int scripts_become(const char *name, int argc, char **argv);

#endif
