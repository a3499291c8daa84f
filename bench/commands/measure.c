/*
 * measure.c - measures the cells of an experiment into a folder: what `run` and `map` share
 */
#include "bench/commands/measure.h"

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
#include "bench/run/estimate.h"
#include "bench/message.h"
#include "bench/run/plan.h"
#include "bench/run/runner.h"
#include "bench/scripts.h"
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
	"dispatch", "pass",	   "repeats", "operations", "least-operations", "stride", "cold",
	"pages",    "cell-budget", "x",	      "y",
};

static const struct argument table[] = {
	{ 'w', "workload", "NAME", "workloads: names or patterns; may be given again" },
	{ 'n', "n", "RANGE", "numbers of timers: 1e3..1e6 (by decades), 500, \"1e2 1e4\"" },
	{ 'r', "reps", "N", "blocks, each with a seed of its own (default 1)" },
	{ 's', "seed", "S", "the first block's seed (default 1)" },
	{ 'o', "out", "DIR", "the run's folder (default out/NAME)" },
	{ LETTER_RESUME, "resume", NULL, "go on with the run in the folder" },
	{ LETTER_FORCE, "force", NULL, "begin anew where the folder holds a run" },
	{ LETTER_DRY_RUN, "dry-run", NULL,
	  "print the blocks, then how long and how much memory; run nothing" },
	{ LETTER_CACHE, "cache", "DIR", "where traces are kept (default: out/traces)" },
	{ LETTER_BUDGET, "budget", "TIME", "begin no block that would end after this: 7m" },
	{ LETTER_KEYS + 0, "dispatch", "WAYS", "vtable, inline, or both: \"vtable inline\"" },
	{ LETTER_KEYS + 1, "pass", "PASS", "time, tail, memory, count or process" },
	{ LETTER_KEYS + 2, "repeats", "N", "replays of a trace within a process (default 3)" },
	{ LETTER_KEYS + 3, "operations", "X", "measured operations a timer (default 2)" },
	{ LETTER_KEYS + 4, "least-operations", "N", "but at least so many (default 1e5)" },
	{ LETTER_KEYS + 5, "stride", "BYTES", "from object to object: 64 (default) or 128" },
	{ LETTER_KEYS + 6, "cold", "LINES", "cache lines touched between operations" },
	{ LETTER_KEYS + 7, "pages", "SIZE", "small (default) or huge, if the kernel gives them" },
	{ LETTER_KEYS + 8, "cell-budget", "TIME", "after which a cell is too slow (default 60s)" },
	{ 'x', "x", "AXIS", "of a map: n=1e2..1e6, or an option's values: range=1e3,1e6" },
	{ 'y', "y", "AXIS", "the other axis, as in stopped=0,50%,99.9%" },
	{ 0 },
};

struct request {
	const char *command; /* as typed: run, map */
	struct experiment experiment;
	struct group *group; /* the command line's own, until a file replaces it */
	enum records_mode mode;
	bool dry_run;
	const char *out, *cache, *replicates;
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

	if (!experiment_set(request->group, key, value, error))
		return 0;
	return message_usage("%s: %s", request->command, error);
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
	case 'x':
		return set(request, "x", value);
	case 'y':
		return set(request, "y", value);
	case 'r':
		request->replicates = value;
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
	return result ? message_usage("%s: %s", request->command, error) : 0;
}

static bool is_file_name(const char *word)
{
	size_t length = strlen(word);

	return length > 4 && !strcmp(word + length - 4, ".ini");
}

/*
 * Of a file's settings the number of blocks may be set on the command line as well. A bare name
 * that is no file here is one of the project's own, as `timerbed list experiments` shows them.
 */
static int take_file(struct request *request, const char *path)
{
	struct experiment *experiment = &request->experiment;
	char error[NAMES_ERROR_SIZE], ours[SCRIPTS_PATH_SIZE], name[256];
	int result;

	snprintf(name, sizeof(name), "bench/experiments/%s", path);
	if (!strchr(path, '/') && access(path, R_OK) && !scripts_find(name, ours, sizeof(ours)))
		path = ours;
	experiment_free(experiment);
	result = experiment_read(experiment, path, error);
	for (size_t i = 0; i < experiment->group_count && !result && request->replicates; i++)
		result = experiment_set(&experiment->groups[i], "replicates", request->replicates,
					error);
	if (!result)
		return 0;
	return result == -EINVAL || result == -ENOENT
		       ? message_usage("%s: %s", request->command, error)
		       : message_failed("%s", error);
}

/* What stands after the options: an .ini file, or subjects. */
static int take_words(struct request *request, char **words, int count)
{
	char error[NAMES_ERROR_SIZE];
	int result;

	if (!count)
		return message_usage("%s: an EXPERIMENT.ini or subjects are needed",
				     request->command);
	if (!is_file_name(words[0])) {
		for (int i = 0; i < count; i++) {
			result = set(request, "subjects", words[i]);
			if (result)
				return result;
		}
		result = experiment_complete(&request->experiment, error);
		return result ? message_usage("%s: %s", request->command, error) : 0;
	}
	if (count > 1)
		return message_usage("%s: one EXPERIMENT.ini, and no subjects beside it",
				     request->command);
	return take_file(request, words[0]);
}

/* The blocks, and on the last line what they come to. */
static int print_plan(const struct experiment *experiment)
{
	char words[ESTIMATE_WORDS];
	struct estimate estimate;
	struct plan plan;

	if (estimate_experiment(experiment, &estimate) || plan_make(&plan, experiment))
		return message_failed("out of memory");
	for (size_t i = 0; i < plan.count; i++) {
		char key[512];

		plan_key(&plan.blocks[i], key, sizeof(key));
		printf("%s\t%zu subjects\n", key, plan.blocks[i].group->subjects.count);
	}
	plan_free(&plan);
	estimate_words(&estimate, words);
	printf("total\t%llu cells\t%s\n", (unsigned long long)estimate.cells, words);
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

/* The whole experiment, as it was understood, so that the folder tells what it holds. */
static int leave_experiment(const struct experiment *experiment, const char *folder)
{
	char *text = experiment_text(experiment);
	int result = text ? leave(folder, "experiment.ini", text) : message_failed("out of memory");

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
	return status;
}

int measure(int argc, char **argv, struct measured *measured,
	    int (*accept)(const struct experiment *experiment))
{
	struct request request = { .command = argv[0], .cache = "out/traces" };
	struct sigaction action = { .sa_handler = on_signal };
	int first, status;

	*measured = (struct measured){ 0 };
	request.experiment = (struct experiment){ .seed = 1, .budget = TIMER_NEVER };
	snprintf(request.experiment.name, sizeof(request.experiment.name), "%s", argv[0]);
	strcpy(request.experiment.source, "command line");
	request.group = experiment_add_group(&request.experiment, accept ? argv[0] : "cost");
	if (arguments_parse(argc, argv, table, take, &request, &first, &status) ||
	    (status = take_words(&request, argv + first, argc - first)) ||
	    (accept && (status = accept(&request.experiment)))) {
		experiment_free(&request.experiment);
		return status;
	}
	if (request.budget)
		request.experiment.budget = request.budget;
	snprintf(measured->folder, sizeof(measured->folder), request.out ? "%s" : "out/%s",
		 request.out ? request.out : request.experiment.name);
	sigaction(SIGINT, &action, NULL);
	sigaction(SIGTERM, &action, NULL);
	status = request.dry_run ? print_plan(&request.experiment)
				 : run_into(&request, measured->folder);
	measured->done = !request.dry_run && !status;
	experiment_free(&request.experiment);
	return status;
}
