/*
 * subject.c - a structure with its options parsed
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "session.h"

int subject_open(struct subject *subject, const struct timer_structure *structure,
		 const char *options, char *error)
{
	const char *why;

	*subject = (struct subject){
		.structure = structure,
		.accuracy = { .when = TIMER_EXACT, .order = TIMER_BY_DEADLINE },
		.options = calloc(1, structure->options_size ? structure->options_size : 1),
	};
	if (!subject->options) {
		snprintf(error, OPTIONS_ERROR_SIZE, "out of memory");
		return -ENOMEM;
	}
	snprintf(subject->name, sizeof(subject->name), "%s%s%s", structure->name,
		 *options ? ":" : "", options);
	if (options_parse(structure->options, options, subject->options, error,
			  OPTIONS_ERROR_SIZE)) {
		subject_close(subject);
		return -EINVAL;
	}
	why = structure->refuse ? structure->refuse(subject->options) : NULL;
	if (why) {
		snprintf(error, OPTIONS_ERROR_SIZE, "%s", why);
		subject_close(subject);
		return -EINVAL;
	}
	if (structure->accuracy)
		structure->accuracy(subject->options, &subject->accuracy);
	return 0;
}

void subject_close(struct subject *subject)
{
	free(subject->options);
}
