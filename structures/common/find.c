/*
 * find.c - from text such as "hierarchical-wheel:tick=1us" to a structure and its set
 */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "options.h"
#include "structures/timer.h"

/* More names than this are not offered as suggestions. */
#define NAMES 64

const struct timer_structure *timer_structure_find(const char *name)
{
	size_t length = strcspn(name, ":");

	for (size_t i = 0; timer_structures[i]; i++)
		if (strlen(timer_structures[i]->name) == length &&
		    !strncmp(timer_structures[i]->name, name, length))
			return timer_structures[i];
	return NULL;
}

static int unknown_structure(const char *text, char *error, size_t size)
{
	const char *names[NAMES];
	const char *nearest;
	char name[64];
	size_t count = 0;

	for (; timer_structures[count] && count < NAMES; count++)
		names[count] = timer_structures[count]->name;
	snprintf(name, sizeof(name), "%.*s", (int)strcspn(text, ":"), text);
	nearest = options_nearest(name, names, count);
	snprintf(error, size, "no structure '%s'%s%s%s", name, nearest ? ": did you mean '" : "",
		 nearest ? nearest : "", nearest ? "'?" : "");
	return -ENOENT;
}

/* Why these options can't be, prefixed with what they were asked of. */
static int impossible(const struct timer_structure *structure, const char *why, char *error,
		      size_t size)
{
	snprintf(error, size, "%s: %s", structure->name, why);
	return -EINVAL;
}

/* Finds the structure and fills a new options struct, which the caller frees (NULL if none). */
static int resolve(const char *text, const struct timer_structure **structure, void **options,
		   char *error, size_t size)
{
	const struct timer_structure *found = timer_structure_find(text);
	const char *settings = strchr(text, ':'), *why;
	char reason[OPTIONS_ERROR_SIZE];
	int result;

	if (!found)
		return unknown_structure(text, error, size);
	*options = calloc(1, found->options_size ? found->options_size : 1);
	if (!*options) {
		snprintf(error, size, "%s: out of memory", found->name);
		return -ENOMEM;
	}
	result = options_parse(found->options, settings ? settings + 1 : NULL, *options, reason,
			       sizeof(reason));
	why = reason;
	if (!result && found->refuse && (why = found->refuse(*options)))
		result = -EINVAL;
	if (result) {
		free(*options);
		return impossible(found, why, error, size);
	}
	*structure = found;
	return 0;
}

int timer_set_create(const char *text, uint64_t now, const struct timer_structure **structure,
		     struct timer_set **set, char *error, size_t size)
{
	const struct timer_structure *found;
	void *options;
	int result = resolve(text, &found, &options, error, size);

	if (result)
		return result;
	result = found->create(set, options, now);
	free(options);
	if (result)
		snprintf(error, size, "%s: out of memory", found->name);
	else
		*structure = found;
	return result;
}

int timer_set_accuracy(const char *text, struct timer_accuracy *accuracy, char *error, size_t size)
{
	const struct timer_structure *found;
	void *options;
	int result = resolve(text, &found, &options, error, size);

	if (result)
		return result;
	*accuracy = (struct timer_accuracy){ .when = TIMER_EXACT, .order = TIMER_BY_DEADLINE };
	if (found->accuracy)
		found->accuracy(options, accuracy);
	free(options);
	return 0;
}
