/*
 * child.h - runs a function in a process of its own, which may die of it
 */
#ifndef TESTS_CHILD_H
#define TESTS_CHILD_H

#include <stdbool.h>
#include <stddef.h>

/* The exit status of a child that skips what it was asked for (automake's convention). */
#define CHILD_SKIPPED 77

/*
 * Runs function(data) in a child process and waits for it. The child ends with status 0 when the
 * function returns. The first size - 1 bytes that it writes to stderr are stored as text in
 * `output` (NULL: dropped). Returns the status as waitpid stores it. A child that uses `seconds` of
 * CPU time is killed, so that an endless loop ends, too, however busy the machine is.
 */
int child_run(void (*function)(void *data), void *data, char *output, size_t size,
	      unsigned seconds);

static inline bool child_succeeded(int status)
{
	return status == 0;
}

/* One line on how a child ended, valid until the next call. */
const char *child_status(int status);

/* Zeroed memory that the parent shares with its children. Ends the program if there is none. */
void *child_share(size_t size);
void child_unshare(void *shared, size_t size);

#endif
