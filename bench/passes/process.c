/*
 * process - whole programs: hyperfine times one complete replay
 *
 * The other passes measure from inside the process. In this pass, hyperfine measures from outside:
 * it starts `timerbed replay`, which maps the trace, allocates the objects, replays everything and
 * exits. hyperfine runs its commands one after the other and does not interleave them. So each call
 * of hyperfine gets one command and makes one run, and the shuffled order of the blocks interleaves
 * the subjects. The JSON that hyperfine writes is kept.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "bench/cell.h"
#include "bench/clock.h"

/*
 * Returns the words as one string, quoted for hyperfine, which splits a command like a shell. The
 * caller owns the string. Returns NULL if memory runs out.
 */
static char *quoted(const char **words)
{
	size_t size = 1;
	char *text, *end;

	for (size_t i = 0; words[i]; i++)
		size += 4 * strlen(words[i]) + 3;
	text = malloc(size);
	if (!text)
		return NULL;
	end = text;
	for (size_t i = 0; words[i]; i++) {
		*end++ = '\'';
		for (const char *letter = words[i]; *letter; letter++) {
			if (*letter == '\'')
				end = stpcpy(end, "'\\'");
			*end++ = *letter;
		}
		end = stpcpy(end, "' ");
	}
	*end = '\0';
	return text;
}

/* Returns the word after an option of the worker's command, or "" if the option is missing. */
static const char *value_of(const char **words, const char *option)
{
	while (*words && strcmp(*words, option))
		words++;
	return *words ? words[1] : "";
}

/*
 * Words 0, 2 and 3 of the worker's command are the program, the trace and the subject (worker.c).
 */
static void wrap_in_hyperfine(const char **words, const char *scratch)
{
	const char *replay[] = {
		words[0],
		"replay",
		words[2],
		words[3],
		"--trusted",
		"--dispatch",
		value_of(words, "--dispatch"),
		"--stride",
		value_of(words, "--stride"),
		"--output",
		value_of(words, "--output"),
		NULL,
	};
	const char *command = quoted(replay);
	const char *const wrapped[] = {
		"hyperfine",	"--shell=none",
		"--warmup=0",	"--runs=1",
		"--style=none", "--command-name",
		words[3],	"--export-json",
		scratch,	command ? command : "false",
	};

	memcpy(words, wrapped, sizeof(wrapped));
	words[sizeof(wrapped) / sizeof(*wrapped)] = NULL;
}

extern const struct pass pass_process;

/*
 * Copies the results into the record, and the path of hyperfine's JSON, which stays in the run's
 * folder.
 */
static int collect_from_hyperfine(json_t *record, const char *scratch, char *error)
{
	json_error_t where;
	json_t *report = json_load_file(scratch, 0, &where);
	json_t *result = json_array_get(json_object_get(report, "results"), 0);
	const char *folder = strrchr(scratch, '/');

	if (!json_is_number(json_object_get(result, "median"))) {
		snprintf(error, CELL_ERROR_SIZE, "hyperfine left no result");
		json_decref(report);
		return -EBADMSG;
	}
	json_object_set(record, "seconds", json_object_get(result, "median"));
	json_object_set(record, "user_seconds", json_object_get(result, "user"));
	json_object_set(record, "system_seconds", json_object_get(result, "system"));
	json_object_set_new(
		record, "hyperfine",
		json_sprintf("%s/%s", pass_process.folder, folder ? folder + 1 : scratch));
	json_decref(report);
	return 0;
}

const struct pass pass_process = {
	.name = "process",
	.summary = "whole processes: a complete replay, by hyperfine",
	.wrap = wrap_in_hyperfine,
	.collect = collect_from_hyperfine,
	.folder = "hyperfine",
	.program = "hyperfine",
	.slowdown = 2,
};
