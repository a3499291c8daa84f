/* names.c - lists and patterns of names, and numbers */
#include "bench/names.h"

#include <errno.h>
#include <fnmatch.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench/replay/subject.h"
#include "bench/spelling.h"

/* The maximum number of workloads that are searched for a suggestion. */
#define SUGGESTED 64

/* A larger n would need ids of more than 32 bits, and so another trace format. */
#define MOST_TIMERS 4e9

static const struct workload *find_workload(const char *text)
{
	size_t length = strcspn(text, ":");

	for (size_t i = 0; workloads[i]; i++)
		if (strlen(workloads[i]->name) == length &&
		    !strncmp(workloads[i]->name, text, length))
			return workloads[i];
	return NULL;
}

static int unknown_workload(const char *text, char *error)
{
	char suggestion[OPTIONS_SUGGESTION_SIZE];
	const char *known[SUGGESTED];
	char name[64];
	size_t count = 0;

	for (; workloads[count] && count < SUGGESTED; count++)
		known[count] = workloads[count]->name;
	snprintf(name, sizeof(name), "%.*s", (int)strcspn(text, ":"), text);
	snprintf(error, NAMES_ERROR_SIZE, "no workload '%s'%s", name,
		 options_suggest(name, known, count, "", suggestion));
	return -ENOENT;
}

static const char *generator_hash(const char *name)
{
	for (const struct workload_code *code = workload_codes; code->name; code++)
		if (!strcmp(code->name, name))
			return code->generator_hash;
	return "";
}

int workload_choose(const char *text, struct workload_choice *choice, char *error)
{
	const struct workload *workload = find_workload(text);
	const char *settings = strchr(text, ':'), *why;
	char reason[OPTIONS_ERROR_SIZE];

	if (!workload)
		return unknown_workload(text, error);
	if (strlen(text) >= sizeof(choice->text)) {
		snprintf(error, NAMES_ERROR_SIZE, "workload '%.40s...': too many options", text);
		return -EINVAL;
	}
	choice->options = calloc(1, workload->options_size);
	if (!choice->options) {
		snprintf(error, NAMES_ERROR_SIZE, "out of memory");
		return -ENOMEM;
	}
	why = reason;
	if (options_parse(workload->options, settings ? settings + 1 : NULL, choice->options,
			  reason, sizeof(reason)) ||
	    (workload->refuse && (why = workload->refuse(choice->options)))) {
		snprintf(error, NAMES_ERROR_SIZE, "workload %s: %s", workload->name, why);
		workload_release(choice);
		return -EINVAL;
	}
	choice->workload = workload;
	choice->generator_hash = generator_hash(workload->name);
	strcpy(choice->text, text);
	return 0;
}

void workload_release(struct workload_choice *choice)
{
	free(choice->options);
	choice->options = NULL;
}

int names_add(struct names *names, const char *name)
{
	for (size_t i = 0; i < names->count; i++)
		if (!strcmp(names->name[i], name))
			return 0;
	if (names->count == names->room) {
		size_t room = names->room ? 2 * names->room : 16;
		char **grown = realloc(names->name, room * sizeof(*grown));

		if (!grown)
			return -ENOMEM;
		names->name = grown;
		names->room = room;
	}
	names->name[names->count] = strdup(name);
	if (!names->name[names->count])
		return -ENOMEM;
	names->count++;
	return 0;
}

void names_free(struct names *names)
{
	for (size_t i = 0; i < names->count; i++)
		free(names->name[i]);
	free(names->name);
	*names = (struct names){ 0 };
}

void names_keep(struct names *names, bool (*keep)(const char *name, void *data), void *data)
{
	size_t kept = 0;

	for (size_t i = 0; i < names->count; i++) {
		if (keep(names->name[i], data))
			names->name[kept++] = names->name[i];
		else
			free(names->name[i]);
	}
	names->count = kept;
}

static bool is_no_match(const char *name, void *pattern)
{
	return fnmatch(pattern, name, 0);
}

/* A pattern that is matched against all names. */
struct match {
	const char *pattern;
	struct names *names;
	int result;
	size_t matched;
};

static void match_name(const char *name, const char *summary, void *data)
{
	struct match *match = data;

	(void)summary;
	if (match->result || fnmatch(match->pattern, name, 0))
		return;
	match->result = names_add(match->names, name);
	match->matched++;
}

static void visit_workloads(void (*visit)(const char *name, const char *summary, void *data),
			    void *data)
{
	const struct match *match = data;
	bool variants = strchr(match->pattern, ':');

	for (size_t i = 0; workloads[i]; i++) {
		const struct workload *workload = workloads[i];
		char text[WORKLOAD_TEXT];

		if (!variants || !workload->variants)
			visit(workload->name, workload->summary, data);
		for (size_t j = 0; variants && workload->variants && workload->variants[j]; j++) {
			snprintf(text, sizeof(text), "%s:%s", workload->name,
				 workload->variants[j]);
			if (!*workload->variants[j])
				text[strlen(workload->name)] = '\0';
			visit(text, workload->summary, data);
		}
	}
}

/*
 * Visits wrapped subjects only for a pattern with a ':'. Otherwise "*" would match structures
 * twice.
 */
static void visit_subjects(void (*visit)(const char *name, const char *summary, void *data),
			   void *data)
{
	const struct match *match = data;

	subject_list(visit, data);
	if (strchr(match->pattern, ':'))
		subject_list_wrapped(visit, data);
}

/* In `run X -w hold idle`, a frequent mistake, the shell passes `idle` as a subject. */
static int check_subject(const char *word, char *error)
{
	struct subject subject;
	int result = subject_find(word, &subject, error);

	if (result == -ENOENT && find_workload(word))
		snprintf(error, NAMES_ERROR_SIZE,
			 "'%.64s' is a workload and no subject: workloads follow -w, and several "
			 "are one word, as in -w 'hold idle'",
			 word);
	return result;
}

static int check_workload(const char *word, char *error)
{
	struct workload_choice choice;
	struct subject subject;
	char ignored[SUBJECT_ERROR_SIZE];
	int result = workload_choose(word, &choice, error);

	if (!result)
		workload_release(&choice);
	if (result == -ENOENT && !subject_find(word, &subject, ignored))
		snprintf(error, NAMES_ERROR_SIZE,
			 "'%.64s' is a subject and no workload: subjects stand outside -w", word);
	return result;
}

/* A kind of names, with functions that check a name, compare two names and visit all names. */
struct namespace
{
	const char *what;
	int (*check)(const char *word, char *error);
	bool (*same)(const char *a, const char *b);
	void (*visit_all)(void (*visit)(const char *name, const char *summary, void *data),
			  void *data);
};

static const struct namespace subjects_space = { "subject", check_subject, spelling_same_subject,
						 visit_subjects };
static const struct namespace workloads_space = { "workload", check_workload,
						  spelling_same_workload, visit_workloads };

/*
 * Refuses a list that names one subject or workload in two spellings. It would be measured twice,
 * and would be two subjects or workloads in the results.
 */
static int refuse_twins(const struct namespace *space, const struct names *names, char *error)
{
	for (size_t i = 0; i < names->count; i++) {
		for (size_t j = 0; j < i; j++) {
			if (!space->same(names->name[i], names->name[j]))
				continue;
			snprintf(error, NAMES_ERROR_SIZE,
				 "%s '%.100s' is given twice: '%.100s' is another spelling of it",
				 space->what, names->name[i], names->name[j]);
			return -EINVAL;
		}
	}
	return 0;
}

static int expand_word(const struct namespace *space, char *word, struct names *names, char *error)
{
	struct match match = { .pattern = word, .names = names };
	int result;

	if (*word == '!') {
		names_keep(names, is_no_match, word + 1);
		return 0;
	}
	if (!strpbrk(word, "*?[")) {
		result = space->check(word, error);
		return result ? result : names_add(names, word);
	}
	space->visit_all(match_name, &match);
	if (!match.result && !match.matched) {
		snprintf(error, NAMES_ERROR_SIZE, "no %s matches '%.64s'", space->what, word);
		return -ENOENT;
	}
	return match.result;
}

/*
 * Expands the words of `rest`, which commas separate. If `rest` has a ':', it is one word, and its
 * commas separate options.
 */
static int expand_words(const struct namespace *space, char *rest, struct names *names, char *error)
{
	const char *between = strchr(rest, ':') ? "" : ",";
	char *word;
	int result = 0;

	while (!result && (word = strsep(&rest, between)))
		if (*word)
			result = expand_word(space, word, names, error);
	return result;
}

static int expand(const struct namespace *space, const char *words, struct names *names,
		  char *error)
{
	char *copy = strdup(words), *rest = copy, *word;
	int result = copy ? 0 : -ENOMEM;

	*error = '\0';
	while (!result && (word = strsep(&rest, " \t\n")))
		result = expand_words(space, word, names, error);
	free(copy);
	if (!result)
		result = refuse_twins(space, names, error);
	if (result == -ENOMEM)
		snprintf(error, NAMES_ERROR_SIZE, "out of memory");
	return result;
}

int names_expand_subjects(const char *words, struct names *names, char *error)
{
	return expand(&subjects_space, words, names, error);
}

int names_expand_workloads(const char *words, struct names *names, char *error)
{
	return expand(&workloads_space, words, names, error);
}

int names_refuse_twin_workloads(const struct names *names, char *error)
{
	return refuse_twins(&workloads_space, names, error);
}

/* Adds a number unless it is in the list. */
static int add_count(uint64_t value, uint64_t *counts, size_t room, size_t *count, char *error)
{
	for (size_t i = 0; i < *count; i++)
		if (counts[i] == value)
			return 0;
	if (*count == room) {
		snprintf(error, NAMES_ERROR_SIZE, "more than %zu values of n", room);
		return -EINVAL;
	}
	counts[(*count)++] = value;
	return 0;
}

int names_read_range(const char *word, uint64_t *first, uint64_t *last, char *error)
{
	const char *dots = strstr(word, "..");
	char begin[64];
	int result;

	snprintf(begin, sizeof(begin), "%.*s", dots ? (int)(dots - word) : (int)strlen(word), word);
	result = options_parse_value(OPTION_COUNT, "n", begin, 1, MOST_TIMERS, first, error,
				     NAMES_ERROR_SIZE);
	*last = *first;
	if (!result && dots)
		result = options_parse_value(OPTION_COUNT, "n", dots + 2, 1, MOST_TIMERS, last,
					     error, NAMES_ERROR_SIZE);
	if (!result && *last < *first) {
		snprintf(error, NAMES_ERROR_SIZE, "n: the range ends before it begins");
		result = -EINVAL;
	}
	return result;
}

/*
 * Adds the numbers of a range "1e3..1e6": the first, ten times the first, and so on, up to the
 * last.
 */
static int expand_range(const char *word, uint64_t *counts, size_t room, size_t *count, char *error)
{
	uint64_t first = 0, last = 0;
	int result = names_read_range(word, &first, &last, error);

	for (; !result && first <= last; first *= 10)
		result = add_count(first, counts, room, count, error);
	return result;
}

int names_refuse_thousands(const char *words, char *error)
{
	for (const char *comma = strchr(words, ','); comma; comma = strchr(comma + 1, ',')) {
		if (comma == words || comma[1] != '0' || strspn(comma + 1, "0123456789") != 3)
			continue;
		snprintf(error, NAMES_ERROR_SIZE,
			 "n: '%.40s': a comma stands between two numbers: write 1000 or 1e3 for a "
			 "thousand",
			 words);
		return -EINVAL;
	}
	return 0;
}

int names_expand_counts(const char *words, uint64_t *counts, size_t room, size_t *count,
			char *error)
{
	char *copy = strdup(words), *rest = copy, *word;
	int result = copy ? names_refuse_thousands(words, error) : -ENOMEM;

	while (!result && (word = strsep(&rest, " ,\t\n")))
		if (*word)
			result = expand_range(word, counts, room, count, error);
	free(copy);
	return result;
}
