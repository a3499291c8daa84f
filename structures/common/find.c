/*
 * find.c - finds the structure that text such as "hierarchical-wheel:tick=1us" names, and makes its
 * set
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "find.h"
#include "options.h"

/* Suggestions are chosen from at most this many names. */
#define NAMES 64

static bool is_wrapper(const struct timer_structure *structure)
{
	return structure->create_over;
}

/*
 * Returns why a wrapper cannot be around a structure, as the end of a sentence; NULL if it can.
 * Other wrappers may be between the two.
 */
static const char *refuse(const struct timer_structure *wrapper,
			  const struct timer_structure *structure)
{
	if (structure->postpones && (wrapper->postpones || !is_wrapper(structure)))
		return ", which postpones timers by itself";
	if (structure->groups && wrapper->groups)
		return ", which groups timers by itself";
	return wrapper == structure ? " again" : NULL;
}

/* Returns the text after the first ':', or "". */
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

void timer_structure_names(const struct timer_structure *structure,
			   void (*visit)(const char *name, void *data), void *data)
{
	char name[128];

	if (!is_wrapper(structure)) {
		visit(structure->name, data);
		return;
	}
	for (size_t i = 0; timer_structures[i]; i++) {
		if (is_wrapper(timer_structures[i]) || refuse(structure, timer_structures[i]))
			continue;
		snprintf(name, sizeof(name), "%s:%s", structure->name, timer_structures[i]->name);
		visit(name, data);
	}
	for (size_t i = 0; timer_nested_names[i]; i++)
		if (timer_structure_find(timer_nested_names[i]) == structure)
			visit(timer_nested_names[i], data);
}

/* Returns the first wrapper of a choice that cannot be around the structure; NULL if all can. */
static const struct timer_structure *first_that_refuses(const struct timer_choice *choice,
							const struct timer_structure *structure)
{
	for (size_t i = 0; i < choice->wrappers; i++)
		if (refuse(choice->wrapper[i], structure))
			return choice->wrapper[i];
	return NULL;
}

/* Writes the names of a choice's wrappers, each with a ':'. */
static void prefix_of(const struct timer_choice *choice, char *text, size_t size)
{
	size_t length = 0;

	*text = '\0';
	for (size_t i = 0; i < choice->wrappers && length < size; i++)
		length += (size_t)snprintf(text + length, size - length,
					   "%s:", choice->wrapper[i]->name);
}

/*
 * Writes the error and returns -ENOENT. The choice has the wrappers that precede the unknown name.
 */
static int unknown_structure(const struct timer_choice *choice, const char *text, char *error,
			     size_t size)
{
	const char *names[NAMES];
	char suggestion[OPTIONS_SUGGESTION_SIZE];
	char before[128], name[64];
	size_t count = 0;

	for (size_t i = 0; timer_structures[i] && count < NAMES; i++)
		if (!first_that_refuses(choice, timer_structures[i]))
			names[count++] = timer_structures[i]->name;
	prefix_of(choice, before, sizeof(before));
	snprintf(name, sizeof(name), "%.*s", (int)strcspn(text, ":"), text);
	snprintf(error, size, "%s%sno structure '%s'%s", before, *before ? " " : "", name,
		 options_suggest(name, names, count, "", suggestion));
	return -ENOENT;
}

/* Parses the options of the innermost structure into the choice. */
static int parse(struct timer_choice *choice, const char *settings, char *error, size_t size)
{
	const struct timer_structure *within = choice->within;
	char before[128], reason[OPTIONS_ERROR_SIZE];
	const char *why = reason;
	int result;

	prefix_of(choice, before, sizeof(before));
	choice->defaults = !*settings;
	choice->options = calloc(1, within->options_size ? within->options_size : 1);
	if (!choice->options) {
		snprintf(error, size, "%s%s: out of memory", before, within->name);
		return -ENOMEM;
	}
	result = options_parse(within->options, settings, choice->options, reason, sizeof(reason));
	if (!result && within->refuse && (why = within->refuse(choice->options)))
		result = -EINVAL;
	if (!result)
		return 0;
	free(choice->options);
	snprintf(error, size, "%s%s: %s", before, within->name, why);
	return result;
}

/*
 * Adds the wrapper *structure to the choice. Then sets *structure to what the wrapper wraps, which
 * is the structure at the beginning of `settings`. Returns 0 or an error of timer_set_create.
 */
static int enter(struct timer_choice *choice, const struct timer_structure **structure,
		 const char *settings, char *error, size_t size)
{
	const struct timer_structure *wrapper = *structure, *found, *refusing;
	char before[128];

	if (choice->wrappers == TIMER_MOST_WRAPPERS) {
		snprintf(error, size, "%s: more than %d wrappers", wrapper->name,
			 TIMER_MOST_WRAPPERS);
		return -EINVAL;
	}
	choice->wrapper[choice->wrappers++] = wrapper;
	prefix_of(choice, before, sizeof(before));
	if (!*settings) {
		snprintf(error, size, "%s wraps another structure: name it, as in %squad-heap",
			 wrapper->name, before);
		return -EINVAL;
	}
	found = timer_structure_find(settings);
	if (!found)
		return unknown_structure(choice, settings, error, size);
	refusing = first_that_refuses(choice, found);
	if (refusing) {
		snprintf(error, size, "%s can't wrap %s%s", refusing->name, found->name,
			 refuse(refusing, found));
		return -EINVAL;
	}
	*structure = found;
	return 0;
}

/*
 * Finds a choice's structures. Then *settings are the options of the innermost one. Returns 0 or an
 * error of timer_set_create.
 */
static int find_structures(struct timer_choice *choice, const char **settings, char *error,
			   size_t size)
{
	const struct timer_structure *structure = choice->structure;

	while (is_wrapper(structure)) {
		int result = enter(choice, &structure, *settings, error, size);

		if (result)
			return result;
		*settings = settings_of(*settings);
	}
	choice->within = structure;
	return 0;
}

int timer_choice_open(struct timer_choice *choice, const struct timer_structure *structure,
		      const char *settings, char *error, size_t size)
{
	struct timer_choice made = {
		.structure = structure,
		.accuracy = { .when = TIMER_EXACT, .order = TIMER_BY_DEADLINE },
	};
	int result = find_structures(&made, &settings, error, size);

	if (!result)
		result = parse(&made, settings, error, size);
	if (result)
		return result;
	if (made.within->accuracy)
		made.within->accuracy(made.options, &made.accuracy);
	if (made.within->spurious_period)
		made.spurious_period = made.within->spurious_period(made.options);
	*choice = made;
	return 0;
}

void timer_choice_free(struct timer_choice *choice)
{
	free(choice->options);
}

void timer_choice_names(const struct timer_choice *choice, char *text, size_t size)
{
	size_t length;

	prefix_of(choice, text, size);
	length = strlen(text);
	snprintf(text + length, size - length, "%s", choice->within->name);
}

int timer_choice_create(const struct timer_choice *choice, struct timer_set **set, uint64_t now)
{
	struct timer_inner inner[TIMER_MOST_WRAPPERS] = { { choice->within, choice->options,
							    NULL } };
	size_t wrappers = choice->wrappers;

	if (!wrappers)
		return choice->within->create(set, choice->options, now);
	for (size_t i = 1; i < wrappers; i++)
		inner[i] =
			(struct timer_inner){ choice->wrapper[wrappers - i], NULL, &inner[i - 1] };
	return choice->structure->create_over(set, &inner[wrappers - 1], now);
}

static int choose(struct timer_choice *choice, const char *text, char *error, size_t size)
{
	const struct timer_structure *found = timer_structure_find(text);

	if (!found)
		return unknown_structure(&(struct timer_choice){ 0 }, text, error, size);
	return timer_choice_open(choice, found, settings_of(text), error, size);
}

const struct timer_structure *timer_structure_within(const char *text)
{
	struct timer_choice choice = { .structure = timer_structure_find(text) };
	const char *settings = settings_of(text);
	char error[OPTIONS_ERROR_SIZE];

	if (!choice.structure || find_structures(&choice, &settings, error, sizeof(error)))
		return NULL;
	return choice.within;
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
