/*
 * worker.c - starts a worker, waits for it, and merges its record
 */
#include "bench/run/worker.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "bench/message.h"
#include "bench/outcome.h"
#include "bench/run/channel.h"
#include "bench/run/guard.h"
#include "bench/run/settings.h"

#define WORDS 48

/* Room for "/proc/self/fd/" and a number. */
#define DESCRIPTOR_PATH 32

/* The maximum time, in ms, that the parent waits for output before it checks whether to stop. */
#define LOOK_EVERY 50

/*
 * The environment variable that tells a wrapped worker which descriptor to use for stderr. It is
 * needed because some wrappers discard what their child writes to stderr.
 */
#define COMPLAINTS "TIMERBED_COMPLAINTS"

/* A running worker and its output. */
struct running {
	const struct worker_task *task;
	struct channel record, complaints, report;
	int scratch; /* a memory file for the wrapper's output; -1 if the run's folder keeps it */
	char scratch_path[DESCRIPTOR_PATH];
};

static void descriptor_path(int descriptor, char *path)
{
	snprintf(path, DESCRIPTOR_PATH, "/proc/self/fd/%d", descriptor);
}

static const char *scratch_of(const struct running *running)
{
	return running->scratch < 0 ? running->task->scratch : running->scratch_path;
}

/* Makes exec keep the descriptor open, under the same number. */
static void pass_on(int descriptor)
{
	if (descriptor >= 0)
		fcntl(descriptor, F_SETFD, 0);
}

void worker_adopt_stderr(void)
{
	const char *number = getenv(COMPLAINTS);
	int descriptor = number ? atoi(number) : -1;

	if (descriptor > STDERR_FILENO && fcntl(descriptor, F_GETFD) >= 0)
		dup2(descriptor, STDERR_FILENO);
	unsetenv(COMPLAINTS);
}

/* Pads the worker's environment, and tells a wrapped worker its stderr. */
static void set_environment(const struct running *running)
{
	char *padding = calloc(1, running->task->padding + 1), number[16];

	if (padding) {
		memset(padding, 'x', running->task->padding);
		setenv("TIMERBED_PADDING", padding, 1);
	}
	if (!running->task->group->cell.pass->wrap)
		return;
	snprintf(number, sizeof(number), "%d", running->complaints.write);
	setenv(COMPLAINTS, number, 1);
}

/* Runs in the child: tells the parent why no worker starts. */
static _Noreturn void give_up(const struct running *running, const char *what)
{
	dprintf(running->complaints.write, "%s: %s\n", what, strerror(errno));
	_exit(WORKER_NOT_STARTED);
}

static void redirect(const struct running *running)
{
	int null = open("/dev/null", O_RDWR | O_CLOEXEC);

	if (null < 0)
		give_up(running, "/dev/null");
	dup2(null, STDIN_FILENO);
	dup2(null, STDOUT_FILENO);
	dup2(running->complaints.write, STDERR_FILENO);
	pass_on(running->complaints.write);
	pass_on(running->record.write);
	pass_on(running->scratch);
}

/*
 * Adds the settings as options. The memory of the words is never freed, because exec replaces the
 * process.
 */
static void add_settings(const struct running *running, const char **words)
{
	while (*words)
		words++;
	for (const struct setting *setting = group_settings; setting->key; setting++) {
		char *option, *text;

		if (!setting->to_worker)
			continue;
		text = setting_text(setting, running->task->group);
		if (!text || asprintf(&option, "--%s", setting->option) < 0)
			give_up(running, "the worker's options");
		if (!*text)
			continue; /* not set */
		*words++ = option;
		*words++ = text;
	}
	*words = NULL;
}

/*
 * Runs in the child: becomes the worker, or the program that the pass wraps around it. The worker
 * runs the same program image as this process, even if the program's file has been replaced.
 */
static void become_worker(const void *data)
{
	const struct running *running = data;
	const struct worker_task *task = running->task;
	int image = open("/proc/self/exe", O_RDONLY);
	char program[DESCRIPTOR_PATH], output[DESCRIPTOR_PATH];
	const char *words[WORDS] = {
		program,       "cell",	     task->trace,
		task->subject, "--dispatch", dispatch_words[task->dispatch],
		"--output",    output,
	};

	if (image < 0)
		give_up(running, "/proc/self/exe");
	descriptor_path(image, program);
	descriptor_path(running->record.write, output);
	add_settings(running, words);
	set_environment(running);
	redirect(running);
	/* Ignores errors, because the worker records which pages it has. */
	pages_prepare((enum pages)task->group->cell.pages);
	if (task->group->cell.pass->wrap)
		task->group->cell.pass->wrap(words, scratch_of(running));
	execvp(words[0], (char *const *)words);
	give_up(running, words[0] == program ? "the program" : words[0]);
}

/* Reads until the guard has ended. Returns 0, -EINTR if the run is to stop, or -ENOMEM. */
static int listen_to(struct running *running, volatile sig_atomic_t *stop)
{
	struct channel *channels[] = { &running->record, &running->complaints, &running->report };
	enum { COUNT = sizeof(channels) / sizeof(*channels) };

	while (!running->report.ended) {
		struct pollfd awaited[COUNT];

		if (*stop)
			return -EINTR;
		for (int i = 0; i < COUNT; i++)
			awaited[i] = (struct pollfd){
				.fd = channels[i]->ended ? -1 : channels[i]->read,
				.events = POLLIN,
			};
		poll(awaited, COUNT, LOOK_EVERY);
		for (int i = 0; i < COUNT; i++)
			if (channel_take(channels[i]))
				return -ENOMEM;
	}
	return 0;
}

static void set_outcome(json_t *record, enum outcome outcome)
{
	json_object_set_new(record, "outcome", json_string(outcome_words[outcome]));
}

/* Records in words why a worker did not finish. */
static void record_end(const struct running *running, json_t *record, int status)
{
	char complaint[256];
	const char *name = WIFSIGNALED(status) ? sigabbrev_np(WTERMSIG(status)) : NULL;
	json_t *words;

	/* The program's own message is more useful than what a wrapper prints after it. */
	channel_last_line(&running->complaints, "timerbed: ", complaint, sizeof(complaint));
	if (WIFSIGNALED(status))
		words = json_sprintf("killed by signal %d (SIG%s)", WTERMSIG(status),
				     name ? name : "?");
	else if (WEXITSTATUS(status) == WORKER_NOT_STARTED)
		words = json_sprintf("cannot start a worker: %s", complaint);
	else
		words = json_sprintf("worker failed with status %d: %s", WEXITSTATUS(status),
				     *complaint ? complaint : "it gave no reason");
	json_object_set_new(record, "status", words ? words : json_string("worker failed"));
	set_outcome(record, OUTCOME_FAILED);
}

static enum outcome outcome_of(const json_t *record)
{
	return outcome_find(json_string_value(json_object_get(record, "outcome")));
}

/* Merges the worker's record. An outcome other than "ok" takes precedence over the exit status. */
static void take_over(const struct running *running, int status, json_t *record)
{
	const struct pass *pass = running->task->group->cell.pass;
	json_t *found = json_loadb(running->record.text ? running->record.text : "",
				   running->record.length, JSON_DISABLE_EOF_CHECK, NULL);
	char error[CELL_ERROR_SIZE];
	bool finished = WIFEXITED(status) && !WEXITSTATUS(status);

	if (found)
		json_object_update(record, found);
	if (!found || outcome_of(found) == OUTCOMES ||
	    (!finished && outcome_of(found) == OUTCOME_OK))
		record_end(running, record, status);
	else if (finished && pass->collect && pass->collect(record, scratch_of(running), error) &&
		 outcome_of(record) == OUTCOME_OK) {
		json_object_set_new(record, "status", json_string(error));
		set_outcome(record, OUTCOME_FAILED);
	}
	json_decref(found);
}

/*
 * Records how the worker ended, from the guard's report or, without a report, from the guard's
 * status.
 */
static void record_result(const struct running *running, int guard_status, json_t *record)
{
	struct guard_report report = { .status = guard_status };

	if (running->report.length == sizeof(report))
		memcpy(&report, running->report.text, sizeof(report));
	if (report.error) {
		json_object_set_new(
			record, "status",
			json_sprintf("cannot start a worker: %s", strerror(report.error)));
		set_outcome(record, OUTCOME_FAILED);
	} else if (report.timed_out) {
		json_object_set_new(record, "status", json_string("too slow"));
		set_outcome(record, OUTCOME_TOO_SLOW);
	} else {
		take_over(running, report.status, record);
	}
	json_object_set_new(record, "involuntary_switches",
			    json_integer(report.involuntary_switches));
}

static int open_all(struct running *running)
{
	int record = channel_open(&running->record);
	int complaints = channel_open(&running->complaints);
	int report = channel_open(&running->report);

	running->scratch = -1;
	if (!running->task->scratch) {
		running->scratch = memfd_create("scratch", MFD_CLOEXEC);
		if (running->scratch < 0)
			return -errno;
		descriptor_path(running->scratch, running->scratch_path);
	}
	return record ? record : complaints ? complaints : report;
}

static void close_all(struct running *running)
{
	channel_close(&running->record);
	channel_close(&running->complaints);
	channel_close(&running->report);
	if (running->scratch >= 0)
		close(running->scratch);
}

int worker_run(const struct worker_task *task, volatile sig_atomic_t *stop, json_t *record)
{
	struct running running = { .task = task };
	int result = open_all(&running), status;
	pid_t guard = -1;

	fflush(NULL);
	if (!result) {
		guard = guard_start(task->group->cell_budget, running.report.write, become_worker,
				    &running);
		result = guard < 0 ? guard : 0;
	}
	if (!result) {
		channel_listen(&running.record);
		channel_listen(&running.complaints);
		channel_listen(&running.report);
		result = listen_to(&running, stop);
		status = guard_end(guard);
	}
	if (!result) {
		/* The end of the output may still be in the pipes. */
		channel_take(&running.record);
		channel_take(&running.complaints);
		record_result(&running, status, record);
	}
	close_all(&running);
	return result;
}
