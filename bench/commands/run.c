/*
 * run - `timerbed run`: measures the cells of an experiment into a folder
 */
#include <errno.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "bench/commands/arguments.h"
#include "bench/run/cache.h"
#include "bench/run/environment.h"
#include "bench/message.h"
#include "bench/run/plan.h"
#include "bench/run/runner.h"
#include "structures/common/options.h"

/* Letters for options that have no short form. */
enum {
	LETTER_FORCE = 256,
	LETTER_RESUME,
	LETTER_DRY_RUN,
	LETTER_CACHE,
	LETTER_BUDGET,
	LETTER_KEYS
};

/* Options that set the key of the same name in the one group of a command line. */
static const char *const keys[] = {
	"dispatch",	    "pass",   "repeats", "operations",
	"least-operations", "stride", "cold",	 "cell-budget",
};

static const struct argument table[] = {
	{ 'w', "workload", "NAME", "workloads: names or patterns; may be given again" },
	{ 'n', "n", "RANGE", "numbers of timers: 1e3..1e6 (by decades), 500, \"1e2 1e4\"" },
	{ 'r', "reps", "N", "blocks, each with a seed of its own (default 1)" },
	{ 's', "seed", "S", "the first block's seed (default 1)" },
	{ 'o', "out", "DIR", "the run's folder (default out/NAME)" },
	{ LETTER_RESUME, "resume", NULL, "go on with the run in the folder" },
	{ LETTER_FORCE, "force", NULL, "begin anew where the folder holds a run" },
	{ LETTER_DRY_RUN, "dry-run", NULL, "print the blocks that would be run, and run nothing" },
	{ LETTER_CACHE, "cache", "DIR", "where traces are kept (default: out/traces)" },
	{ LETTER_BUDGET, "budget", "TIME", "begin no block that would end after this: 7m" },
	{ LETTER_KEYS + 0, "dispatch", "WAYS", "vtable, inline, or both: \"vtable inline\"" },
	{ LETTER_KEYS + 1, "pass", "PASS", "time, tail, memory, count or process" },
	{ LETTER_KEYS + 2, "repeats", "N", "replays of a trace within a process (default 3)" },
	{ LETTER_KEYS + 3, "operations", "X", "measured operations a timer (default 2)" },
	{ LETTER_KEYS + 4, "least-operations", "N", "but at least so many (default 1e5)" },
	{ LETTER_KEYS + 5, "stride", "BYTES", "from object to object: 64 (default) or 128" },
	{ LETTER_KEYS + 6, "cold", "LINES", "cache lines touched between operations" },
	{ LETTER_KEYS + 7, "cell-budget", "TIME", "after which a cell is too slow (default 60s)" },
	{ 0 },
};

struct request {
	struct experiment experiment;
	struct group *group; /* the command line's own, until a file replaces it */
	enum records_mode mode;
	bool dry_run;
	const char *out, *cache;
	uint64_t budget; /* 0: not given */
};

static volatile sig_atomic_t stop;

static void on_signal(int signal)
{
	(void)signal;
	stop = 1;
}

static int set(struct request *request, const char *key, const char *value)
{
	char error[NAMES_ERROR_SIZE];

	return experiment_set(request->group, key, value, error) ? message_usage("run: %s", error)
								 : 0;
}

static int take(int letter, const char *value, void *data)
{
	struct request *request = data;
	char error[OPTIONS_ERROR_SIZE];
	int result = 0;

	if (letter >= LETTER_KEYS)
		return set(request, keys[letter - LETTER_KEYS], value);
	switch (letter) {
	case 'w':
		return set(request, "workloads", value);
	case 'n':
		return set(request, "n", value);
	case 'r':
		return set(request, "replicates", value);
	case 's':
		result = options_parse_value(OPTION_COUNT, "seed", value, 0, 0x1p63,
					     &request->experiment.seed, error, sizeof(error));
		break;
	case LETTER_BUDGET:
		result = options_parse_value(OPTION_DURATION, "budget", value, 1e9, 1e15,
					     &request->budget, error, sizeof(error));
		break;
	case 'o':
		request->out = value;
		break;
	case LETTER_RESUME:
		request->mode = RECORDS_RESUME;
		break;
	case LETTER_FORCE:
		request->mode = RECORDS_FORCE;
		break;
	case LETTER_DRY_RUN:
		request->dry_run = true;
		break;
	default:
		request->cache = value;
	}
	return result ? message_usage("run: %s", error) : 0;
}

static bool is_file_name(const char *word)
{
	size_t length = strlen(word);

	return length > 4 && !strcmp(word + length - 4, ".ini");
}

/* What stands after the options: an .ini file, or subjects. */
static int take_words(struct request *request, char **words, int count)
{
	char error[NAMES_ERROR_SIZE];
	int result;

	if (!count)
		return message_usage("run: an EXPERIMENT.ini or subjects are needed");
	if (!is_file_name(words[0])) {
		for (int i = 0; i < count; i++) {
			result = set(request, "subjects", words[i]);
			if (result)
				return result;
		}
		result = experiment_complete(&request->experiment, error);
		return result ? message_usage("run: %s", error) : 0;
	}
	if (count > 1)
		return message_usage("run: one EXPERIMENT.ini, and no subjects beside it");
	experiment_free(&request->experiment);
	result = experiment_read(&request->experiment, words[0], error);
	if (!result)
		return 0;
	return result == -EINVAL || result == -ENOENT ? message_usage("run: %s", error)
						      : message_failed("%s", error);
}

static int print_plan(const struct experiment *experiment)
{
	struct plan plan;

	if (plan_make(&plan, experiment))
		return message_failed("out of memory");
	for (size_t i = 0; i < plan.count; i++) {
		char key[512];

		plan_key(&plan.blocks[i], key, sizeof(key));
		printf("%s\t%zu subjects\n", key, plan.blocks[i].group->subjects.count);
	}
	plan_free(&plan);
	return 0;
}

/* Writes text to a file of the run's folder. */
static int leave(const char *folder, const char *name, const char *text)
{
	char path[PATH_MAX];
	FILE *file;

	snprintf(path, sizeof(path), "%s/%s", folder, name);
	file = fopen(path, "w");
	if (!file || fputs(text, file) == EOF || fclose(file))
		return message_failed("%s: %s", path, strerror(errno));
	return 0;
}

/* A list, in lines that an .ini file may have. */
static void print_list(FILE *file, const char *key, const struct names *names)
{
	int column = fprintf(file, "%s =", key);

	for (size_t i = 0; i < names->count; i++) {
		int length = (int)strlen(names->name[i]);

		if (i && column + 1 + length > 90)
			column = fprintf(file, "\n\t%s", names->name[i]) + 7;
		else
			column += fprintf(file, " %s", names->name[i]);
	}
	fputc('\n', file);
}

/* The whole experiment, as it was understood, so that the folder tells what it holds. */
static int leave_experiment(const struct experiment *experiment, const char *folder)
{
	char *text = NULL;
	size_t size;
	FILE *file = open_memstream(&text, &size);
	int result;

	if (!file)
		return message_failed("out of memory");
	fprintf(file, "[experiment]\nname = %s\nquestion = %s\nseed = %llu\n", experiment->name,
		experiment->question, (unsigned long long)experiment->seed);
	for (size_t i = 0; i < experiment->group_count; i++) {
		const struct group *group = &experiment->groups[i];

		fprintf(file, "\n[%s.%zu]\n", group->label, i + 1);
		print_list(file, "subjects", &group->subjects);
		print_list(file, "workloads", &group->workloads);
		fprintf(file, "n =");
		for (size_t j = 0; j < group->counts; j++)
			fprintf(file, " %llu", (unsigned long long)group->n[j]);
		fprintf(file,
			"\npass = %s\nreplicates = %u\nrepeats = %u\noperations = %g\n"
			"least-operations = %llu\nstride = %u\ncold = %u\ncell-budget = %lluns\n"
			"dispatch =%s%s\n",
			group->pass->name, group->replicates, group->repeats,
			group->operations_per_timer, (unsigned long long)group->least_operations,
			group->stride, group->cold, (unsigned long long)group->cell_budget,
			group->dispatch[DISPATCH_VTABLE] ? " vtable" : "",
			group->dispatch[DISPATCH_INLINE] ? " inline" : "");
	}
	fclose(file);
	result = leave(folder, "experiment.ini", text);
	free(text);
	return result;
}

static int run_into(const struct request *request, const char *folder)
{
	struct records records;
	char error[RECORDS_ERROR_SIZE];
	json_t *environment;
	char *text;
	struct run run = {
		.experiment = &request->experiment,
		.records = &records,
		.cache = request->cache,
		.stop = &stop,
	};
	int status;

	if (records_open(&records, folder, request->mode, error)) {
		records_close(&records);
		return message_failed("%s", error);
	}
	run.environment = environment = environment_describe();
	text = json_dumps(environment, JSON_INDENT(2) | JSON_PRESERVE_ORDER);
	status = text ? leave(folder, "env.json", text) : message_failed("out of memory");
	free(text);
	if (!status)
		status = leave_experiment(&request->experiment, folder);
	if (!status)
		status = runner_run(&run);
	json_decref(environment);
	records_close(&records);
	if (!status)
		puts(folder);
	return status;
}

int command_run(int argc, char **argv)
{
	struct request request = { .cache = "out/traces" };
	struct sigaction action = { .sa_handler = on_signal };
	char folder[PATH_MAX];
	int first, status;

	request.experiment = (struct experiment){ .seed = 1, .budget = TIMER_NEVER };
	strcpy(request.experiment.name, "run");
	strcpy(request.experiment.source, "command line");
	request.group = experiment_add_group(&request.experiment, "cost");
	if (arguments_parse(argc, argv, table, take, &request, &first, &status) ||
	    (status = take_words(&request, argv + first, argc - first))) {
		experiment_free(&request.experiment);
		return status;
	}
	if (request.budget)
		request.experiment.budget = request.budget;
	snprintf(folder, sizeof(folder), "out/%s", request.experiment.name);
	sigaction(SIGINT, &action, NULL);
	sigaction(SIGTERM, &action, NULL);
	status = request.dry_run ? print_plan(&request.experiment)
				 : run_into(&request, request.out ? request.out : folder);
	experiment_free(&request.experiment);
	return status;
}
