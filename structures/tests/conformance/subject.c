/*
 * subject.c - a structure with its options parsed
 */
#include <stdio.h>
#include <string.h>

#include "session.h"

int subject_open(struct subject *subject, const struct timer_structure *structure,
		 const char *options, char *error)
{
	int result;

	*subject = (struct subject){ .structure = structure };
	snprintf(subject->name, sizeof(subject->name), "%s%s%s", structure->name,
		 *options ? ":" : "", options);
	result = timer_choice_open(&subject->choice, structure, options, error, OPTIONS_ERROR_SIZE);
	subject->accuracy = subject->choice.accuracy;
	/* A wrapper's options are what it wraps and, after a colon, the options of that. */
	subject->defaults = !*options || (structure->create_over && !strchr(options, ':'));
	return result;
}

int subject_open_other(struct subject *other, const struct subject *subject, const char *options,
		       char *error)
{
	const struct timer_structure *within = subject->choice.within;
	char text[256];

	if (within == subject->structure)
		return subject_open(other, subject->structure, options, error);
	snprintf(text, sizeof(text), "%s:%s", within->name, options);
	return subject_open(other, subject->structure, text, error);
}

void subject_close(struct subject *subject)
{
	timer_choice_free(&subject->choice);
}
