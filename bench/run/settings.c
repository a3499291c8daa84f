/*
 * settings.c - the table of settings, and the functions that use all of its rows
 */
#include "bench/run/settings.h"

#include <errno.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "bench/run/selection.h"
#include "bench/run/setting_kinds.h"
#include "structures/common/options.h"

static const char *const strides[] = { "64", "128", NULL };
static const char *const asides[] = { "no", "question", "point", NULL };

#define MEMBER(name) offsetof(struct group, name)

const struct setting group_settings[] = {
	{ .key = "subjects",
	  .help = "what is measured: names or patterns",
	  .kind = &setting_subjects },
	{ .key = "workloads",
	  .option = "workload",
	  .letter = 'w',
	  .value = "NAME",
	  .help = "workloads: names or patterns (may be repeated)",
	  .kind = &setting_workloads,
	  .select = select_workloads },
	{ .key = "n",
	  .option = "n",
	  .letter = 'n',
	  .value = "RANGE",
	  .help = "numbers of timers: 1e3..1e6 (by decades), \"1e2 500\" (may be repeated)",
	  .kind = &setting_n,
	  .select = select_n },
	{ .key = "x",
	  .option = "x",
	  .letter = 'x',
	  .value = "AXIS",
	  .help = "the columns of a map: n=1e2..1e6, or an option's values: range=1e3,1e6",
	  .kind = &setting_axis,
	  .offset = MEMBER(axes[0]),
	  .only_in_file = true },
	{ .key = "y",
	  .option = "y",
	  .letter = 'y',
	  .value = "AXIS",
	  .help = "the rows of a map, as in stopped=0,50%,99.9%",
	  .kind = &setting_axis,
	  .offset = MEMBER(axes[1]),
	  .only_in_file = true },
	{ .key = "dispatch",
	  .option = "dispatch",
	  .letter = 'd',
	  .value = "WAYS",
	  .help = "calls through the structure's table (vtable), compiled together with the replay "
		  "(inline), or both: \"vtable inline\"",
	  .kind = &setting_dispatch,
	  .offset = MEMBER(dispatch),
	  .fallback = "vtable",
	  .words = dispatch_words,
	  .select = select_dispatch },
	{ .key = "pass",
	  .option = "pass",
	  .value = "PASS",
	  .help = "what to measure: see timerbed list passes",
	  .kind = &setting_pass,
	  .offset = MEMBER(cell.pass),
	  .fallback = "time",
	  .select = select_pass,
	  .to_worker = true,
	  .record = "pass",
	  .identifies = true },
	{ .key = "replicates",
	  .option = "reps",
	  .letter = 'r',
	  .value = "N",
	  .help = "blocks, each with a seed of its own; a verdict needs at least 8",
	  .kind = &setting_replicates,
	  .offset = MEMBER(replicates),
	  .fallback = "1",
	  .least = 1,
	  .most = 1000 },
	{ .key = "looks",
	  .help = "numbers of blocks after which cells whose comparisons are resolved get no more",
	  .kind = &setting_looks },
	{ .key = "stage",
	  .help = "groups of one stage are measured before those of the next",
	  .kind = &setting_text_kind,
	  .offset = MEMBER(stage) },
	{ .key = "cap",
	  .help = "the time after which the group begins no further block",
	  .kind = &setting_duration,
	  .offset = MEMBER(cap),
	  .least = 1e6,
	  .most = 1e15 },
	{ .key = "repeats",
	  .option = "repeats",
	  .value = "N",
	  .help = "replays of a trace within a process, of which the least CPU time counts",
	  .kind = &setting_count,
	  .offset = MEMBER(cell.repeats),
	  .fallback = "3",
	  .least = 1,
	  .most = 64,
	  .to_worker = true,
	  .record = "repeats",
	  .identifies = true },
	/* With two operations per timer, every timer takes part about once. */
	{ .key = "operations",
	  .option = "operations",
	  .value = "X",
	  .help = "measured operations for each timer",
	  .kind = &setting_real,
	  .offset = MEMBER(operations_per_timer),
	  .fallback = "2",
	  .most = 1e6,
	  .record = "operations",
	  .identifies = true },
	/*
	 * 1e5 operations last for milliseconds, so that the time for reading the clock is
	 * negligible.
	 */
	{ .key = "least-operations",
	  .option = "least-operations",
	  .value = "N",
	  .help = "the least number of measured operations",
	  .kind = &setting_count,
	  .offset = MEMBER(least_operations),
	  .fallback = "1e5",
	  .least = 1,
	  .most = 1e12,
	  .record = "least_operations",
	  .identifies = true },
	{ .key = "stride",
	  .option = "stride",
	  .letter = 't',
	  .value = "BYTES",
	  .help = "from one timer's object to the next: 64 or 128",
	  .kind = &setting_count,
	  .offset = MEMBER(cell.stride),
	  .fallback = "64",
	  .least = 64,
	  .most = 128,
	  .words = strides,
	  .to_worker = true,
	  .record = "stride",
	  .identifies = true,
	  .tag = "x" },
	{ .key = "cold",
	  .option = "cold",
	  .value = "LINES",
	  .help = "cache lines of other memory that are touched before each operation",
	  .kind = &setting_count,
	  .offset = MEMBER(cell.cold),
	  .fallback = "0",
	  .most = 1000,
	  .to_worker = true,
	  .record = "cold",
	  .identifies = true,
	  .tag = "c" },
	{ .key = "pages",
	  .option = "pages",
	  .value = "SIZE",
	  .help = "memory in small or huge pages, if the kernel gives them",
	  .kind = &setting_word,
	  .offset = MEMBER(cell.pages),
	  .fallback = "small",
	  .words = pages_words,
	  .to_worker = true,
	  .record = "pages",
	  .identifies = true,
	  .tag = "" },
	{ .key = "simulated",
	  .option = "simulated",
	  .value = "TIME",
	  .help = "pass memory: go on with the trace for this virtual time (10m), generated as it "
		  "is replayed; 0: only the trace",
	  .kind = &setting_optional_duration,
	  .offset = MEMBER(simulated),
	  .fallback = "0",
	  .least = 1e6,
	  .most = 1e15,
	  .to_worker = true,
	  .record = "simulated_ns",
	  .identifies = true,
	  .tag = "" },
	{ .key = "cell-budget",
	  .option = "cell-budget",
	  .value = "TIME",
	  .help = "the time after which a cell is too slow and is given up",
	  .kind = &setting_duration,
	  .offset = MEMBER(cell_budget),
	  .fallback = "60s",
	  .least = 1e6,
	  .most = 1e15,
	  .record = "cell_budget_ns" },
	{ .key = "aside",
	  .help = "no; question: asks one thing of a few structures; point: its work makes a point; "
		  "neither counts in what costs least",
	  .kind = &setting_word,
	  .offset = MEMBER(aside),
	  .fallback = "no",
	  .words = asides,
	  .record = "aside" },
	{ 0 },
};

#undef MEMBER
#define MEMBER(name) offsetof(struct experiment, name)

const struct setting experiment_settings[] = {
	{ .key = "name",
	  .help = "the run's folder in out/",
	  .kind = &setting_name,
	  .offset = MEMBER(name) },
	{ .key = "question",
	  .help = "what the experiment asks, in one line",
	  .kind = &setting_question,
	  .offset = MEMBER(question) },
	{ .key = "seed",
	  .option = "seed",
	  .letter = 's',
	  .value = "S",
	  .help = "the first block's seed; the next block's is one more",
	  .kind = &setting_count,
	  .offset = MEMBER(seed),
	  .fallback = "1",
	  .most = 0x1p63 },
	{ .key = "budget",
	  .option = "budget",
	  .value = "TIME",
	  .help = "begin no block that would end after this time",
	  .kind = &setting_duration,
	  .offset = MEMBER(budget),
	  .least = 1e9,
	  .most = 1e15,
	  .not_written = true },
	{ 0 },
};

#undef MEMBER

#define COLUMNS	     90 /* the width after which a list continues in the next line */
#define KEYS_AT_MOST 32

int setting_read(const struct setting *setting, void *object, const char *value, char *error)
{
	int result = setting->kind->read(setting, object, value, error);

	if (result == -ENOMEM)
		snprintf(error, NAMES_ERROR_SIZE, "%s: out of memory", setting->key);
	return result;
}

int settings_read(const struct setting *settings, void *object, const char *key, const char *value,
		  char *error)
{
	const char *names[KEYS_AT_MOST];
	char suggestion[OPTIONS_SUGGESTION_SIZE];
	size_t count = 0;

	for (; settings[count].key; count++) {
		if (!strcmp(settings[count].key, key))
			return setting_read(&settings[count], object, value, error);
		names[count] = settings[count].key;
	}
	snprintf(error, NAMES_ERROR_SIZE, "no key '%.40s'%s", key,
		 options_suggest(key, names, count, "", suggestion));
	return -EINVAL;
}

void settings_set_defaults(const struct setting *settings, void *object)
{
	char error[NAMES_ERROR_SIZE];

	for (; settings->key; settings++)
		if (settings->fallback)
			setting_read(settings, object, settings->fallback, error);
}

char *setting_text(const struct setting *setting, const void *object)
{
	char *text = NULL;
	size_t size;
	FILE *file = open_memstream(&text, &size);

	if (!file)
		return NULL;
	setting->kind->write(setting, object, file);
	if (!fclose(file))
		return text;
	free(text);
	return NULL;
}

static void write_line(const char *key, char *text, FILE *file)
{
	int column = fprintf(file, "%s =", key);
	char *word;

	while ((word = strsep(&text, " "))) {
		int length = (int)strlen(word);

		if (column + 1 + length > COLUMNS)
			column = fprintf(file, "\n\t%s", word) + 6;
		else
			column += fprintf(file, " %s", word);
	}
	fputc('\n', file);
}

void settings_write(const struct setting *settings, const void *object, FILE *file)
{
	for (; settings->key; settings++) {
		char *text = settings->not_written ? NULL : setting_text(settings, object);

		if (text && *text)
			write_line(settings->key, text, file);
		free(text);
	}
}

void settings_record(const struct group *group, json_t *record)
{
	for (const struct setting *setting = group_settings; setting->key; setting++)
		if (setting->record) /* sets no key for a NULL */
			json_object_set_new(record, setting->record,
					    setting->kind->record(setting, group));
}

json_t *settings_variants(void)
{
	json_t *variants = json_object();

	for (const struct setting *setting = group_settings; setting->key; setting++)
		if (setting->tag)
			json_object_set_new(variants, setting->record,
					    json_string(setting->fallback));
	return variants;
}

/*
 * Numbers are always in the key, if they are set. Words are in the key only if they are not the
 * default.
 */
void settings_write_key(const struct group *group, FILE *file)
{
	for (const struct setting *setting = group_settings; setting->key; setting++) {
		char *text = setting->tag ? setting_text(setting, group) : NULL;

		if (text && *text && (*setting->tag || strcmp(text, setting->fallback)))
			fprintf(file, "/%s%s", setting->tag, text);
		free(text);
	}
}

const struct setting *setting_find(const char *key)
{
	const struct setting *setting = group_settings;

	while (strcmp(setting->key, key))
		setting++;
	return setting;
}
