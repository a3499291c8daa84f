/*
 * again - the null control: measures a subject a second time, as if it were another subject
 *
 * Two runs of the same code differ only by noise. So the ratio of `again:binary-heap` to
 * `binary-heap` in a block shows how small a difference the machine can resolve. (A block measures
 * all subjects of a group once on one trace.)
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "bench/replay/subject.h"

static const char prefix[] = "again:";

static void again_list(void (*visit)(const char *name, const char *summary, void *data), void *data)
{
	(void)visit; /* names with the prefix would double every list */
	(void)data;
}

static int again_resolve(struct subject *subject, char *error)
{
	int result;

	if (strncmp(subject->name, prefix, strlen(prefix)))
		return -ENOENT;
	subject->target = subject->name + strlen(prefix);
	if (!strncmp(subject->target, prefix, strlen(prefix))) {
		snprintf(error, SUBJECT_ERROR_SIZE, "%.80s: again: is there twice", subject->name);
		return -EINVAL;
	}
	for (size_t i = 0; subject_families[i]; i++) {
		if (subject_families[i]->resolve == again_resolve)
			continue;
		subject->family = subject_families[i];
		result = subject->family->resolve(subject, error);
		if (result == -ENOENT)
			continue;
		subject->kind = "control";
		return result;
	}
	subject->target = subject->name;
	return -ENOENT;
}

const struct subject_family subject_again = {
	.name = "again:",
	.summary = "null control: again:SUBJECT is SUBJECT a second time in each block",
	.list = again_list,
	.resolve = again_resolve,
};
