/*
 * child.h - running something in a process of its own, which may die of it
 */
#ifndef TESTS_CHILD_H
#define TESTS_CHILD_H

#include <stdbool.h>
#include <stddef.h>

/* What a child that skips what it was asked for exits with (automake's convention). */
#define CHILD_SKIPPED 77

/*
 * Runs function(data) in a child process and waits for it. The child ends with status 0 when the
 * function returns. What it says on stderr is stored as text in `output`, of which the first
 * size - 1 bytes count (NULL: dropped). Returns the status as waitpid stores it. A child that
 * uses `seconds` of CPU time is killed: an endless loop is to end, too, on however busy a machine.
 */
int child_run(void (*function)(void *data), void *data, char *output, size_t size,
	      unsigned seconds);

static inline bool child_succeeded(int status)
{
	return status == 0;
}

/* One line on how a child ended. */
const char *child_status(int status);

/* Memory that the parent shares with its children, zeroed; ends the program if there is none. */
void *child_share(size_t size);
void child_unshare(void *shared, size_t size);

#endif
