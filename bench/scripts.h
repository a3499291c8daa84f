/*
 * scripts.h - the scripts and data files that come with the program
 */
#ifndef SCRIPTS_H
#define SCRIPTS_H

#include <stddef.h>

#define SCRIPTS_PATH_SIZE 4096

/*
 * Finds a file or folder of the source tree ("scripts/report.py"), starting from the path of the
 * program. The program is either in build/, or installed with its data in ../share/timerbed. Stores
 * the path. Returns 0 or -ENOENT.
 */
int scripts_find(const char *name, char *path, size_t size);

/*
 * Replaces the process by the script, with the same arguments. Returns only on failure, with an
 * exit status.
 */
int scripts_become(const char *name, int argc, char **argv);

#endif
