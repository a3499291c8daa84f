/*
 * child.h - tests of what ends the process: in a child, from which only the end comes back
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

/* What a child that calls it ends with: its exit status, or 128 and the signal. 0: it returned. */
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
