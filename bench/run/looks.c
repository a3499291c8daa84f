/*
 * looks.c - running scripts/resolved.py and reading what it says
 */
#include "bench/run/looks.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "bench/scripts.h"

#define SCRIPT "scripts/resolved.py"

static _Noreturn void become_script(const char *script, const char *folder, int output)
{
	int null = open("/dev/null", O_RDWR);

	dup2(null, STDIN_FILENO);
	dup2(output, STDOUT_FILENO);
	dup2(null, STDERR_FILENO);
	execl(script, script, folder, (char *)NULL);
	_exit(127);
}

/* Starts the script. Its process, and where its output is to be read; or a negative errno. */
static pid_t start(const char *script, const char *folder, FILE **output)
{
	int ends[2];
	pid_t child;

	if (pipe2(ends, O_CLOEXEC))
		return -errno;
	child = fork();
	if (!child)
		become_script(script, folder, ends[1]);
	close(ends[1]);
	*output = child < 0 ? NULL : fdopen(ends[0], "r");
	if (!*output)
		close(ends[0]);
	return child;
}

/* The key of a block, without and with its place among the blocks of its cells. */
static void add_first(const struct schedule *schedule, const struct block *of, json_t *stopped)
{
	char key[512];

	for (size_t i = 0; i < schedule->plan.count; i++) {
		const struct block *block = schedule->items[i].block;

		if (block->replicate || !plan_same_cell(block, of))
			continue;
		plan_key(block, key, sizeof(key));
		json_array_append_new(stopped, json_string(key));
		return;
	}
}

/* Whether blocks of the same cells are waiting for this look. */
static bool waits(const struct schedule *schedule, const struct block *of)
{
	for (size_t i = 0; i < schedule->plan.count; i++)
		if (schedule->items[i].state == SCHEDULE_WAITING &&
		    schedule->items[i].block->look > 0 &&
		    plan_same_cell(schedule->items[i].block, of))
			return true;
	return false;
}

static const struct block *find_block(const struct schedule *schedule, const char *key)
{
	char other[512];

	for (size_t i = 0; i < schedule->plan.count; i++) {
		plan_key(schedule->items[i].block, other, sizeof(other));
		if (!strcmp(key, other))
			return schedule->items[i].block;
	}
	return NULL;
}

static void take_line(struct schedule *schedule, const char *line, json_t *stopped)
{
	const struct block *block = find_block(schedule, line);

	if (!block || !waits(schedule, block))
		return;
	add_first(schedule, block, stopped);
	schedule_resolve(schedule, block);
}

/* All of the output, so that a script that fails half-way resolves nothing. */
static char *read_all(FILE *output)
{
	char *text = NULL;
	size_t size = 0;
	ssize_t length = output ? getdelim(&text, &size, '\0', output) : -1;

	if (output)
		fclose(output);
	if (length >= 0)
		return text;
	free(text);
	return strdup("");
}

int looks_ask(struct schedule *schedule, const char *folder, json_t **stopped, char *error)
{
	char script[SCRIPTS_PATH_SIZE], *text, *rest, *line;
	FILE *output = NULL;
	int status = 0;
	pid_t child;

	*stopped = json_array();
	if (scripts_find(SCRIPT, script, sizeof(script))) {
		snprintf(error, LOOKS_ERROR_SIZE, "%s is not beside the program", SCRIPT);
		return -ENOENT;
	}
	child = start(script, folder, &output);
	if (child < 0) {
		snprintf(error, LOOKS_ERROR_SIZE, "%s: %s", SCRIPT, strerror(errno));
		return -errno;
	}
	rest = text = read_all(output);
	while (waitpid(child, &status, 0) < 0 && errno == EINTR)
		;
	if (!WIFEXITED(status) || WEXITSTATUS(status)) {
		free(text);
		snprintf(error, LOOKS_ERROR_SIZE, "%s failed", SCRIPT);
		return -ECHILD;
	}
	while (rest && (line = strsep(&rest, "\n")))
		take_line(schedule, line, *stopped);
	free(text);
	return 0;
}

void looks_apply(struct schedule *schedule, const json_t *stopped)
{
	size_t i;
	const json_t *key;

	json_array_foreach(stopped, i, key)
	{
		const struct block *block = find_block(schedule, json_string_value(key));

		if (block)
			schedule_resolve(schedule, block);
	}
}
