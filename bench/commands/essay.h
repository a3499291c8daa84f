/*
 * essay.h - the parts of structures' head comments (their essays) that `timerbed explain` quotes
 */
#ifndef ESSAY_H
#define ESSAY_H

#include <stddef.h>

struct essay {
	const char *name;	/* the structure's name */
	const char *gives_back; /* the memory that it gives back after a peak */
};

/*
 * The structures whose essay has the paragraph GIVES BACK. An entry without a name ends the table.
 * Generated.
 */
extern const struct essay essays[];

#endif
