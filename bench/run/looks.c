/*
 * looks.c - runs scripts/resolved.py and reads its output
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

/*
 * Starts the script. Stores a stream of what the script prints, or NULL. Returns the process id, or
 * a negative errno.
 */
static pid_t start(const char *script, const char *folder, FILE **output)
{
	int ends[2];
	pid_t child;

	if (pipe2(ends, O_CLOEXEC))
		return -errno;
	child = fork();
	if (!child)
		become_script(script, folder, ends[1]);
	if (child < 0)
		child = -errno;
	close(ends[1]);
	*output = child < 0 ? NULL : fdopen(ends[0], "r");
	if (!*output)
		close(ends[0]);
	return child;
}

/* Adds the key of the first block with the same cells as `of`. */
static void add_first(const struct schedule *schedule, const struct block *of, json_t *stopped)
{
	char key[PLAN_KEY];

	for (size_t i = 0; i < schedule->plan.count; i++) {
		const struct block *block = schedule->items[i].block;

		if (block->replicate || !plan_same_cell(block, of))
			continue;
		plan_key(block, key, sizeof(key));
		json_array_append_new(stopped, json_string(key));
		return;
	}
}

/* Returns whether blocks with the same cells are waiting for a look. */
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
	char other[PLAN_KEY];

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

/*
 * Returns the whole output as text that the caller frees. The caller uses the text only if the
 * script succeeds, so a script that fails half-way resolves nothing.
 */
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

/* Returns the output of the script, which the caller frees, or NULL with a line in `error`. */
static char *ask(const char *folder, char *error)
{
	char script[SCRIPTS_PATH_SIZE], *text;
	FILE *output = NULL;
	int status = 0;
	pid_t child;

	if (scripts_find(SCRIPT, script, sizeof(script))) {
		snprintf(error, LOOKS_ERROR_SIZE, "%s is not beside the program", SCRIPT);
		return NULL;
	}
	child = start(script, folder, &output);
	if (child < 0) {
		snprintf(error, LOOKS_ERROR_SIZE, "%s: %s", SCRIPT, strerror((int)-child));
		return NULL;
	}
	text = read_all(output);
	while (waitpid(child, &status, 0) < 0 && errno == EINTR)
		;
	if (text && WIFEXITED(status) && !WEXITSTATUS(status))
		return text;
	free(text);
	snprintf(error, LOOKS_ERROR_SIZE, "%s failed", SCRIPT);
	return NULL;
}

bool looks_ask(struct schedule *schedule, const char *folder, json_t **stopped, char *error)
{
	char *text = ask(folder, error), *rest = text, *line;

	*stopped = json_array();
	while (rest && (line = strsep(&rest, "\n")))
		take_line(schedule, line, *stopped);
	free(text);
	return text != NULL;
}

void looks_peek(struct schedule *schedule, const char *folder, size_t stage)
{
	char error[LOOKS_ERROR_SIZE];
	char *text = ask(folder, error), *rest = text, *line;

	for (size_t i = 0; text && i < schedule->plan.count; i++)
		if (schedule->items[i].block->stage <= stage)
			schedule->items[i].chance = 1;
	while (rest && (line = strsep(&rest, "\n"))) {
		const struct block *block = find_block(schedule, line);

		if (block && block->stage <= stage)
			schedule_foresee(schedule, block, 0);
	}
	free(text);
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
