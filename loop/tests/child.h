/*
 * child.h - calls a function in a child process, for tests of calls that end the process
 *
 * The test learns only how the child ended.
 */
#ifndef CHILD_H
#define CHILD_H

#include <sys/wait.h>
#include <unistd.h>

#include "loop/tests/loop_test.h"

static inline void say_nothing(int severity, const char *message)
{
	(void)severity, (void)message;
}

/*
 * Calls the function in a child process. Returns the child's exit status, or 128 plus the number of
 * the signal that ended the child, or 0 if the function returned.
 */
static inline int end_of_child(void (*function)(void))
{
	pid_t child = fork();
	int status;

	assert_true(child >= 0);
	if (!child) {
		event_set_log_callback(say_nothing);
		alarm(600);
		function();
		_exit(0);
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

#endif
