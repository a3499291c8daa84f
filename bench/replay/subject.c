/* subject.c - finds and lists the subjects of all families */
#include "bench/replay/subject.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "structures/common/options.h"

/* The maximum number of names that are searched for a suggestion. */
#define NAMES 256

const char *const dispatch_words[DISPATCHES + 1] = { "vtable", "inline", NULL };

void subject_list(void (*visit)(const char *name, const char *summary, void *data), void *data)
{
	for (size_t i = 0; subject_families[i]; i++)
		subject_families[i]->list(visit, data);
}

void subject_list_wrapped(void (*visit)(const char *name, const char *summary, void *data),
			  void *data)
{
	for (size_t i = 0; subject_families[i]; i++)
		if (subject_families[i]->list_wrapped)
			subject_families[i]->list_wrapped(visit, data);
}

struct name_list {
	char *names[NAMES]; /* copies */
	size_t count;
};

static void note_name(const char *name, const char *summary, void *data)
{
	struct name_list *list = data;

	(void)summary;
	if (list->count < NAMES && (list->names[list->count] = strdup(name)))
		list->count++;
}

static int unknown_subject(const char *name, char *error)
{
	struct name_list list = { .count = 0 };
	const char *nearest;
	char suggestion[OPTIONS_SUGGESTION_SIZE];
	char bare[SUBJECT_NAME_SIZE];

	subject_list(note_name, &list);
	snprintf(bare, sizeof(bare), "%.*s", (int)strcspn(name, ":"), name);
	nearest = options_nearest(bare, (const char *const *)list.names, list.count);
	if (!nearest) {
		subject_list_wrapped(note_name, &list);
		nearest = options_nearest(name, (const char *const *)list.names, list.count);
	}
	snprintf(error, SUBJECT_ERROR_SIZE, "no subject '%.64s'%s", name,
		 options_suggestion(nearest, "", suggestion));
	while (list.count)
		free(list.names[--list.count]);
	return -ENOENT;
}

int subject_find(const char *name, struct subject *subject, char *error)
{
	*subject = (struct subject){ .kind = "structure" };
	if (strlen(name) >= sizeof(subject->name)) {
		snprintf(error, SUBJECT_ERROR_SIZE, "subject '%.40s...': the name is too long",
			 name);
		return -EINVAL;
	}
	strcpy(subject->name, name);
	subject->target = subject->name;
	for (size_t i = 0; subject_families[i]; i++) {
		int result;

		subject->family = subject_families[i];
		result = subject->family->resolve(subject, error);
		if (result != -ENOENT)
			return result;
	}
	return unknown_subject(name, error);
}
