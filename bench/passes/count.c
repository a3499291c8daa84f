/*
 * count - instructions and simulated cache misses under callgrind
 *
 * Unlike times, these counts are nearly the same in each run, whatever else the machine does. So
 * they guard against regressions. valgrind simulates the caches, with fixed sizes so that counts of
 * different machines can be compared. The simulation has no prefetching and no overlap of misses,
 * so compare its counts only with each other and not with times.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <valgrind/callgrind.h>

#include "bench/cell.h"

static void instrument(void *data, uint64_t phase)
{
	(void)data, (void)phase;
	CALLGRIND_START_INSTRUMENTATION;
}

static void stop_instrumenting(void *data, uint64_t phase, const struct replay_tally *part)
{
	(void)data, (void)phase, (void)part;
	CALLGRIND_STOP_INSTRUMENTATION;
}

static int measure_count(const struct cell *cell, json_t *record, char *error)
{
	const struct cell_hooks hooks = { instrument, stop_instrumenting, NULL };
	struct replay replay;
	struct replay_tally measured;
	int result = cell_open(cell, &replay, error);

	if (result)
		return result;
	measured = cell_replay(cell, &replay, REPLAY_PLAIN, REPLAY_PLAIN, &hooks);
	cell_record_replay(cell, &replay, &measured, record);
	replay_close(&replay);
	return 0;
}

static void wrap_in_callgrind(const char **words, const char *scratch)
{
	static const char *const before[] = {
		"valgrind",	   "--tool=callgrind", "--quiet",	  "--instr-atstart=no",
		"--cache-sim=yes", "--I1=32768,8,64",  "--D1=32768,8,64", "--LL=8388608,16,64",
	};
	const size_t count = sizeof(before) / sizeof(*before);
	size_t length = 0;
	char *file;

	while (words[length])
		length++;
	memmove(words + count + 1, words, (length + 1) * sizeof(*words));
	memcpy(words, before, sizeof(before));
	words[count] = asprintf(&file, "--callgrind-out-file=%s", scratch) < 0 ? "--help" : file;
}

/* Reads callgrind's "events:" line, and its "totals:" line, which has a number for each event. */
static int read_totals(FILE *file, json_t *record, double operations)
{
	static const struct {
		const char *key, *events; /* the events whose numbers are added up */
	} figures[] = {
		{ "instructions_per_op", " Ir " },
		{ "data_references_per_op", " Dr Dw " },
		{ "d1_misses_per_op", " D1mr D1mw " },
		{ "ll_misses_per_op", " DLmr DLmw " },
	};
	double sums[sizeof(figures) / sizeof(*figures)] = { 0 };
	char events[512] = "", line[512], event[40];
	bool found = false;

	while (fgets(line, sizeof(line), file)) {
		char *name, *number, *names, *numbers;

		if (!strncmp(line, "events:", 7))
			strcpy(events, line + 7);
		if (strncmp(line, "totals:", 7) || !*events)
			continue;
		name = strtok_r(events, " \n", &names);
		number = strtok_r(line + 7, " \n", &numbers);
		for (; name && number; name = strtok_r(NULL, " \n", &names),
				       number = strtok_r(NULL, " \n", &numbers)) {
			snprintf(event, sizeof(event), " %.36s ", name);
			for (size_t i = 0; i < sizeof(figures) / sizeof(*figures); i++)
				if (strstr(figures[i].events, event))
					sums[i] += strtod(number, NULL);
		}
		found = true;
	}
	for (size_t i = 0; found && i < sizeof(figures) / sizeof(*figures); i++)
		json_object_set_new(record, figures[i].key, json_real(sums[i] / operations));
	return found ? 0 : -EBADMSG;
}

static int collect_from_callgrind(json_t *record, const char *scratch, char *error)
{
	double operations = json_number_value(json_object_get(record, "ops"));
	FILE *file = fopen(scratch, "r");
	int result = -ENOENT;

	if (file) {
		result = operations > 0 ? read_totals(file, record, operations) : -EBADMSG;
		fclose(file);
		unlink(scratch);
	}
	if (result)
		snprintf(error, CELL_ERROR_SIZE, "callgrind left no totals");
	return result;
}

const struct pass pass_count = {
	.name = "count",
	.summary = "instructions and simulated cache misses an operation, under callgrind",
	.measure = measure_count,
	.wrap = wrap_in_callgrind,
	.collect = collect_from_callgrind,
	.program = "valgrind",
	.slowdown = 60,
};
