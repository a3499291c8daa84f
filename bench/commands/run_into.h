/*
 * run_into.h - runs an experiment into a folder
 */
#ifndef RUN_INTO_H
#define RUN_INTO_H

#include <signal.h>

#include "bench/commands/request.h"

/*
 * Measures the requested experiment into the folder, as the request's mode says. When *stop becomes
 * non-zero, the run ends. 0, or an exit status after saying what is wrong.
 */
int run_into(const struct request *request, const char *folder, volatile sig_atomic_t *stop);

#endif
