/*
 * create_with.c - makes a set, and finds its accuracy, from options as text
 *
 * An export of a structure that has options contains this code after common/options.c.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "../common/options.h"
#include "exported.h"

/*
 * Parses the text into a new options struct, which the caller must free. Returns 0, -ENOMEM or
 * -EINVAL. If it does not return 0, `error` says why, and there is nothing to free.
 */
static int EXPORTED_STRUCTURE_options_from(const char *text, void **options, char *error,
					   size_t size)
{
	size_t bytes = timer_EXPORTED_STRUCTURE.options_size;
	const char *why;
	int result;

	*options = calloc(1, bytes ? bytes : 1);
	if (!*options) {
		snprintf(error, size, "out of memory");
		return -ENOMEM;
	}
	result = options_parse(timer_EXPORTED_STRUCTURE.options, text, *options, error, size);
	if (!result && timer_EXPORTED_STRUCTURE.refuse &&
	    (why = timer_EXPORTED_STRUCTURE.refuse(*options))) {
		snprintf(error, size, "%s", why);
		result = -EINVAL;
	}
	if (result)
		free(*options);
	return result;
}

int EXPORTED_STRUCTURE_create_with(const char *options, uint64_t now, struct timer_set **set,
				   char *error, size_t size)
{
	void *parsed;
	int result = EXPORTED_STRUCTURE_options_from(options, &parsed, error, size);

	if (result)
		return result;
	result = timer_EXPORTED_STRUCTURE.create(set, parsed, now);
	free(parsed);
	if (result)
		snprintf(error, size, "out of memory");
	return result;
}

int EXPORTED_STRUCTURE_accuracy_with(const char *options, struct timer_accuracy *accuracy,
				     char *error, size_t size)
{
	void *parsed;
	int result = EXPORTED_STRUCTURE_options_from(options, &parsed, error, size);

	if (result)
		return result;
	*accuracy = (struct timer_accuracy){ .when = TIMER_EXACT, .order = TIMER_BY_DEADLINE };
	if (timer_EXPORTED_STRUCTURE.accuracy)
		timer_EXPORTED_STRUCTURE.accuracy(parsed, accuracy);
	free(parsed);
	return 0;
}
