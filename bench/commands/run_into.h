/*
 * run_into.h - runs an experiment into a folder
 */
#ifndef RUN_INTO_H
#define RUN_INTO_H

#include <signal.h>

#include "bench/commands/request.h"

/*
 * Measures the requested experiment into the folder, in the request's mode. The run ends when *stop
 * becomes non-zero. Returns 0, or an exit status after reporting an error.
 */
int run_into(const struct request *request, const char *folder, volatile sig_atomic_t *stop);

#endif
