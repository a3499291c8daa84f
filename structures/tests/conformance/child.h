/*
 * child.h - runs a function that may crash in its own child process
 */
#ifndef TESTS_CHILD_H
#define TESTS_CHILD_H

#include <stdbool.h>
#include <stddef.h>

/* The exit status of a child that skips its task (automake's convention). */
#define CHILD_SKIPPED 77

/*
 * Runs function(data) in a child process and waits for it. The child ends with status 0 when the
 * function returns. The first size - 1 bytes that the child writes to stderr are stored as text in
 * `output`, unless `output` is NULL. Returns the status as waitpid stores it. A child that uses
 * `seconds` of CPU time is killed. So an endless loop ends, and a busy machine does not end a slow
 * child early.
 */
int child_run(void (*function)(void *data), void *data, char *output, size_t size,
	      unsigned seconds);

static inline bool child_succeeded(int status)
{
	return status == 0;
}

/* Returns one line that says how a child ended. The text is valid until the next call. */
const char *child_status(int status);

/*
 * Returns zeroed memory that the parent shares with its children. Ends the program if there is
 * none.
 */
void *child_share(size_t size);
void child_unshare(void *shared, size_t size);

#endif
