/*
 * subject.c - a subject: a structure with its options parsed
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
	subject->defaults = subject->choice.defaults;
	return result;
}

int subject_open_other(struct subject *other, const struct subject *subject, const char *options,
		       char *error)
{
	char names[128], text[256];

	if (!subject->choice.wrappers)
		return subject_open(other, subject->structure, options, error);
	timer_choice_names(&subject->choice, names, sizeof(names));
	snprintf(text, sizeof(text), "%s:%s", strchr(names, ':') + 1, options);
	return subject_open(other, subject->structure, text, error);
}

void subject_close(struct subject *subject)
{
	timer_choice_free(&subject->choice);
}
