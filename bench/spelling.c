/* spelling.c - whether two spellings name the same workload or subject */
#include "bench/spelling.h"

#include <stdio.h>
#include <string.h>

#include "bench/names.h"
#include "bench/replay/subject.h"
#include "structures/common/find.h"
#include "structures/common/options.h"

/* The possible prefixes of a structure in a subject's name. */
static const char *const prefixes[] = { "again:", "loop:" };

/* Options are parsed into zeroed memory, so equal options are equal bytes. */
static bool same_options(const void *a, const void *b, size_t size)
{
	return !size || !memcmp(a, b, size);
}

bool spelling_same_workload(const char *a, const char *b)
{
	struct workload_choice left, right;
	char error[NAMES_ERROR_SIZE];
	bool same;

	if (workload_choose(a, &left, error))
		return false;
	if (workload_choose(b, &right, error)) {
		workload_release(&left);
		return false;
	}
	same = left.workload == right.workload &&
	       same_options(left.options, right.options, left.workload->options_size);
	workload_release(&left);
	workload_release(&right);
	return same;
}

static bool same_structure(const char *a, const char *b)
{
	const struct timer_structure *structure = timer_structure_find(a);
	const char *settings[] = { strchr(a, ':'), strchr(b, ':') };
	char error[OPTIONS_ERROR_SIZE], names[2][SUBJECT_NAME_SIZE];
	struct timer_choice left, right;
	bool same;

	if (!structure || structure != timer_structure_find(b) ||
	    timer_choice_open(&left, structure, settings[0] ? settings[0] + 1 : "", error,
			      sizeof(error)))
		return false;
	if (timer_choice_open(&right, structure, settings[1] ? settings[1] + 1 : "", error,
			      sizeof(error))) {
		timer_choice_free(&left);
		return false;
	}
	timer_choice_names(&left, names[0], sizeof(names[0]));
	timer_choice_names(&right, names[1], sizeof(names[1]));
	same = !strcmp(names[0], names[1]) &&
	       same_options(left.options, right.options, left.within->options_size);
	timer_choice_free(&left);
	timer_choice_free(&right);
	return same;
}

bool spelling_same_subject(const char *a, const char *b)
{
	char structures[2][SUBJECT_NAME_SIZE];

	for (size_t i = 0; i < sizeof(prefixes) / sizeof(*prefixes); i++) {
		size_t length = strlen(prefixes[i]);
		bool left = !strncmp(a, prefixes[i], length);

		if (left != !strncmp(b, prefixes[i], length))
			return false;
		a += left ? length : 0;
		b += left ? length : 0;
	}
	/*
	 * Compares a loop's backend and the words after it as text, since they have only one
	 * spelling.
	 */
	if (strcmp(a + strcspn(a, "@"), b + strcspn(b, "@")))
		return false;
	snprintf(structures[0], SUBJECT_NAME_SIZE, "%.*s", (int)strcspn(a, "@"), a);
	snprintf(structures[1], SUBJECT_NAME_SIZE, "%.*s", (int)strcspn(b, "@"), b);
	return same_structure(structures[0], structures[1]);
}
