/*
 * essay.h - what the essays at the heads of structures say, as far as `timerbed explain` quotes it
 */
#ifndef ESSAY_H
#define ESSAY_H

#include <stddef.h>

struct essay {
	const char *name;	/* the structure's */
	const char *gives_back; /* of its memory, after a peak */
};

/* Structures whose essay has the paragraph. Ends without name. Generated. */
extern const struct essay essays[];

#endif
