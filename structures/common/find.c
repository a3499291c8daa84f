/*
 * find.c - from text such as "hierarchical-wheel:tick=1us" to a structure and its set
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "find.h"
#include "options.h"

/* Suggestions are drawn from at most this many names. */
#define NAMES 64

static bool is_wrapper(const struct timer_structure *structure)
{
	return structure->create_over;
}

/* Whether a wrapper can wrap the structure. */
static bool can_be_within(const struct timer_structure *structure)
{
	return !is_wrapper(structure) && !structure->puts_off;
}

/* The text after the first ':', or "". */
static const char *settings_of(const char *text)
{
	text += strcspn(text, ":");
	return *text ? text + 1 : text;
}

const struct timer_structure *timer_structure_find(const char *name)
{
	size_t length = strcspn(name, ":");

	for (size_t i = 0; timer_structures[i]; i++)
		if (strlen(timer_structures[i]->name) == length &&
		    !strncmp(timer_structures[i]->name, name, length))
			return timer_structures[i];
	return NULL;
}

const struct timer_structure *timer_structure_within(const char *text)
{
	const struct timer_structure *found = timer_structure_find(text);

	if (!found || !is_wrapper(found))
		return found;
	found = timer_structure_find(settings_of(text));
	return found && can_be_within(found) ? found : NULL;
}

void timer_structure_names(const struct timer_structure *structure,
			   void (*visit)(const char *name, void *data), void *data)
{
	char name[128];

	if (!is_wrapper(structure)) {
		visit(structure->name, data);
		return;
	}
	for (size_t i = 0; timer_structures[i]; i++) {
		if (!can_be_within(timer_structures[i]))
			continue;
		snprintf(name, sizeof(name), "%s:%s", structure->name, timer_structures[i]->name);
		visit(name, data);
	}
}

/* Writes the error and returns -ENOENT. `before` is a wrapper's name with a colon, or "". */
static int unknown_structure(const char *before, const char *text, char *error, size_t size)
{
	const char *names[NAMES];
	char suggestion[OPTIONS_SUGGESTION_SIZE];
	char name[64];
	size_t count = 0;

	for (size_t i = 0; timer_structures[i] && count < NAMES; i++)
		if (!*before || can_be_within(timer_structures[i]))
			names[count++] = timer_structures[i]->name;
	snprintf(name, sizeof(name), "%.*s", (int)strcspn(text, ":"), text);
	snprintf(error, size, "%s%sno structure '%s'%s", before, *before ? " " : "", name,
		 options_suggest(name, names, count, "", suggestion));
	return -ENOENT;
}

/* Parses the options of a structure that is no wrapper. `before` is as above. */
static int parse(const char *before, const struct timer_structure *structure, const char *settings,
		 void **options, char *error, size_t size)
{
	char reason[OPTIONS_ERROR_SIZE];
	const char *why = reason;
	int result;

	*options = calloc(1, structure->options_size ? structure->options_size : 1);
	if (!*options) {
		snprintf(error, size, "%s%s: out of memory", before, structure->name);
		return -ENOMEM;
	}
	result = options_parse(structure->options, settings, *options, reason, sizeof(reason));
	if (!result && structure->refuse && (why = structure->refuse(*options)))
		result = -EINVAL;
	if (!result)
		return 0;
	free(*options);
	snprintf(error, size, "%s%s: %s", before, structure->name, why);
	return result;
}

/*
 * Finds the structure that the settings of a wrapper name. Then *settings are that structure's own.
 */
static int find_within(const struct timer_structure *wrapper, const char *before,
		       const char **settings, const struct timer_structure **within, char *error,
		       size_t size)
{
	if (!**settings) {
		snprintf(error, size, "%s wraps another structure: name it, as in %squad-heap",
			 wrapper->name, before);
		return -EINVAL;
	}
	*within = timer_structure_find(*settings);
	if (!*within)
		return unknown_structure(before, *settings, error, size);
	if (!can_be_within(*within)) {
		snprintf(error, size, "%s can't wrap %s, which %s itself", wrapper->name,
			 (*within)->name, is_wrapper(*within) ? "is a wrapper" : "puts timers off");
		return -EINVAL;
	}
	*settings = settings_of(*settings);
	return 0;
}

int timer_choice_open(struct timer_choice *choice, const struct timer_structure *structure,
		      const char *settings, char *error, size_t size)
{
	struct timer_choice made = {
		.structure = structure,
		.within = structure,
		.accuracy = { .when = TIMER_EXACT, .order = TIMER_BY_DEADLINE },
	};
	char before[64] = "";
	int result = 0;

	if (is_wrapper(structure)) {
		snprintf(before, sizeof(before), "%s:", structure->name);
		result = find_within(structure, before, &settings, &made.within, error, size);
	}
	if (!result)
		result = parse(before, made.within, settings, &made.options, error, size);
	if (result)
		return result;
	if (made.within->accuracy)
		made.within->accuracy(made.options, &made.accuracy);
	if (made.within->lap)
		made.lap = made.within->lap(made.options);
	*choice = made;
	return 0;
}

void timer_choice_free(struct timer_choice *choice)
{
	free(choice->options);
}

int timer_choice_create(const struct timer_choice *choice, struct timer_set **set, uint64_t now)
{
	if (is_wrapper(choice->structure))
		return choice->structure->create_over(set, choice->within, choice->options, now);
	return choice->structure->create(set, choice->options, now);
}

static int choose(struct timer_choice *choice, const char *text, char *error, size_t size)
{
	const struct timer_structure *found = timer_structure_find(text);

	if (!found)
		return unknown_structure("", text, error, size);
	return timer_choice_open(choice, found, settings_of(text), error, size);
}

int timer_set_create(const char *text, uint64_t now, const struct timer_structure **structure,
		     struct timer_set **set, char *error, size_t size)
{
	struct timer_choice choice;
	int result = choose(&choice, text, error, size);

	if (result)
		return result;
	result = timer_choice_create(&choice, set, now);
	timer_choice_free(&choice);
	if (result)
		snprintf(error, size, "%s: out of memory", choice.structure->name);
	else
		*structure = choice.structure;
	return result;
}

int timer_set_accuracy(const char *text, struct timer_accuracy *accuracy, char *error, size_t size)
{
	struct timer_choice choice;
	int result = choose(&choice, text, error, size);

	if (result)
		return result;
	*accuracy = choice.accuracy;
	timer_choice_free(&choice);
	return 0;
}
