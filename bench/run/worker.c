/*
 * worker.c - starting a worker, waiting for it, and taking over what it found
 */
#include "bench/run/worker.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "bench/replay/clock.h"
#include "bench/message.h"

#define WORDS 48

/* How often the parent looks whether it is to stop or the time is up: 5 ms, in us. */
#define LOOK_EVERY 5000

/* The program itself, wherever it was started from. */
static const char *own_path(void)
{
	static char path[4096];
	ssize_t length = readlink("/proc/self/exe", path, sizeof(path) - 1);

	return length > 0 ? path : "timerbed";
}

/* What a worker says on stderr goes into a file beside its record, to be told if it fails. */
static void complaint_path(const struct worker_task *task, char *path, size_t size)
{
	snprintf(path, size, "%s.err", task->output);
}

/* In the child: becomes the worker, or whatever the pass wraps around it. */
static _Noreturn void become_worker(const struct worker_task *task)
{
	char repeats[16], stride[16], cold[16], complaint[PATH_MAX];
	const char *words[WORDS] = {
		own_path(),   "cell",
		task->trace,  task->subject,
		"--dispatch", dispatch_words[task->dispatch],
		"--pass",     task->group->pass->name,
		"--repeats",  repeats,
		"--stride",   stride,
		"--cold",     cold,
		"--pages",    pages_words[task->group->pages],
		"--output",   task->output,
		NULL,
	};
	char *padding = calloc(1, task->padding + 1);
	int null = open("/dev/null", O_RDWR), complaints;

	complaint_path(task, complaint, sizeof(complaint));
	complaints = open(complaint, O_WRONLY | O_CREAT | O_TRUNC, 0666);
	snprintf(repeats, sizeof(repeats), "%u", task->group->repeats);
	snprintf(stride, sizeof(stride), "%u", task->group->stride);
	snprintf(cold, sizeof(cold), "%u", task->group->cold);
	if (padding) {
		memset(padding, 'x', task->padding);
		setenv("TIMERBED_PADDING", padding, 1);
	}
	/* Should that fail, the worker will find what pages it has, and say so. */
	pages_prepare(task->group->pages);
	dup2(null, STDIN_FILENO);
	dup2(null, STDOUT_FILENO);
	dup2(complaints < 0 ? null : complaints, STDERR_FILENO);
	setpgid(0, 0); /* so that a wrapper and what it starts can be stopped as one */
	if (task->group->pass->wrap)
		task->group->pass->wrap(words, task->scratch);
	execvp(words[0], (char *const *)words);
	_exit(127);
}

/* Waits for the worker. 0, or -EINTR / -ETIMEDOUT after killing it and all that it started. */
static int await_worker(pid_t worker, uint64_t budget, volatile sig_atomic_t *stop, int *status)
{
	uint64_t begun = clock_ns(CLOCK_MONOTONIC);
	int result = 0;

	while (!waitpid(worker, status, WNOHANG)) {
		if (*stop)
			result = -EINTR;
		else if (clock_ns(CLOCK_MONOTONIC) - begun > budget)
			result = -ETIMEDOUT;
		if (result) {
			kill(-worker, SIGKILL);
			kill(worker, SIGKILL);
			waitpid(worker, status, 0);
			return result;
		}
		usleep(LOOK_EVERY);
	}
	return 0;
}

/* The last line that a worker said, which is why it failed; empty if it said nothing. */
static void read_complaint(const struct worker_task *task, char *line, size_t size)
{
	char path[PATH_MAX];
	FILE *file;

	complaint_path(task, path, sizeof(path));
	file = fopen(path, "r");
	*line = '\0';
	while (file && fgets(line, (int)size, file))
		line[strcspn(line, "\n")] = '\0';
	if (file)
		fclose(file);
}

/* What ended a worker that didn't finish, in words. */
static void record_end(json_t *record, int status, const char *program, const char *complaint)
{
	json_t *words;

	if (WIFSIGNALED(status))
		words = json_sprintf("killed by signal %d", WTERMSIG(status));
	else if (WEXITSTATUS(status) == 127)
		words = json_sprintf("cannot start %s", program ? program : "a worker");
	else
		words = json_sprintf("worker failed with status %d: %s", WEXITSTATUS(status),
				     complaint);
	json_object_set_new(record, "status", words);
}

static void take_over(const struct worker_task *task, int status, json_t *record)
{
	const struct pass *pass = task->group->pass;
	json_error_t where;
	json_t *found = json_load_file(task->output, 0, &where);
	char error[CELL_ERROR_SIZE], complaint[256];

	read_complaint(task, complaint, sizeof(complaint));
	if (found)
		json_object_update(record, found);
	if (!found || !WIFEXITED(status) || WEXITSTATUS(status)) {
		/* The worker's own word for what went wrong is better than its exit status. */
		if (!found || !json_object_get(found, "status"))
			record_end(record, status, pass->program, complaint);
	} else if (pass->collect && pass->collect(record, task->scratch, error)) {
		json_object_set_new(record, "status", json_string(error));
	}
	json_decref(found);
}

/* Nothing of a worker stays behind, however it ended. */
static void discard(const struct worker_task *task)
{
	char path[PATH_MAX];

	complaint_path(task, path, sizeof(path));
	unlink(path);
	unlink(task->output);
}

int worker_run(const struct worker_task *task, volatile sig_atomic_t *stop, json_t *record)
{
	struct rusage before, after;
	pid_t worker;
	int status, result;

	getrusage(RUSAGE_CHILDREN, &before);
	fflush(NULL);
	worker = fork();
	if (worker < 0)
		return -errno;
	if (!worker)
		become_worker(task);
	setpgid(worker, worker);
	result = await_worker(worker, task->group->cell_budget, stop, &status);
	if (result == -EINTR) {
		discard(task);
		return result;
	}
	if (result)
		json_object_set_new(record, "status", json_string("too slow"));
	else
		take_over(task, status, record);
	discard(task);
	getrusage(RUSAGE_CHILDREN, &after);
	json_object_set_new(record, "involuntary_switches",
			    json_integer(after.ru_nivcsw - before.ru_nivcsw));
	return 0;
}
