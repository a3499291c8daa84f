/*
 * child.c - fork, a pipe for stderr, and the exit status
 */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "child.h"

static void give_up(const char *what)
{
	perror(what);
	exit(1);
}

/* Calls _exit, because the child must not run the parent's exit handlers. */
static __attribute__((noreturn)) void be_child(void (*function)(void *), void *data, int says,
					       unsigned seconds)
{
	const struct rlimit no_core = { 0, 0 }, cpu = { seconds, seconds };

	setrlimit(RLIMIT_CORE, &no_core);
	setrlimit(RLIMIT_CPU, &cpu);
	dup2(says, STDERR_FILENO);
	function(data);
	_exit(0);
}

/* Reads until all writers have closed the pipe, because the child must not block on a full pipe. */
static void read_all(int from, char *output, size_t size)
{
	char rest[4096];
	size_t used = 0;

	for (;;) {
		bool room = output && used + 1 < size;
		ssize_t got = read(from, room ? output + used : rest,
				   room ? size - 1 - used : sizeof(rest));

		if (got < 0 && errno == EINTR)
			continue;
		if (got <= 0)
			break;
		if (room)
			used += (size_t)got;
	}
	if (output)
		output[used] = '\0';
}

int child_run(void (*function)(void *), void *data, char *output, size_t size, unsigned seconds)
{
	int ends[2], status;
	pid_t child;

	fflush(NULL);
	if (pipe(ends))
		give_up("pipe");
	child = fork();
	if (child < 0)
		give_up("fork");
	if (!child) {
		close(ends[0]);
		be_child(function, data, ends[1], seconds);
	}
	close(ends[1]);
	read_all(ends[0], output, size);
	close(ends[0]);
	while (waitpid(child, &status, 0) < 0)
		if (errno != EINTR)
			give_up("waitpid");
	return status;
}

const char *child_status(int status)
{
	static char text[64];

	if (WIFSIGNALED(status))
		snprintf(text, sizeof(text), "died of signal %d (%s)", WTERMSIG(status),
			 strsignal(WTERMSIG(status)));
	else
		snprintf(text, sizeof(text), "exited with %d", WEXITSTATUS(status));
	return text;
}

void *child_share(size_t size)
{
	void *shared = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);

	if (shared == MAP_FAILED)
		give_up("mmap");
	return shared;
}

void child_unshare(void *shared, size_t size)
{
	munmap(shared, size);
}
