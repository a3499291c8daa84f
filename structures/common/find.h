/*
 * find.h - a choice: a structure, the structures that it wraps, and parsed options
 *
 * A program only needs timer_set_create. Code that makes many sets from one text, or a set of a
 * structure that is not in the registry, opens a choice once and makes the sets from it.
 */
#ifndef FIND_H
#define FIND_H

#include "../timer.h"

/* The largest number of wrappers around a structure. */
#define TIMER_MOST_WRAPPERS 8

struct timer_choice {
	const struct timer_structure *structure; /* the outermost: wrapper[0], or else `within` */
	const struct timer_structure *wrapper[TIMER_MOST_WRAPPERS]; /* the outermost first */
	size_t wrappers;
	const struct timer_structure *within; /* the innermost structure, which is no wrapper */
	void *options;			      /* parsed options of `within`; owned by the choice */
	bool defaults;			      /* no option is given */
	struct timer_accuracy accuracy;
	uint64_t spurious_period; /* ns; see timer_structure.spurious_period */
};

/*
 * Parses the settings of a structure. The settings of a wrapper are the text after its name and the
 * ':'. Returns 0, and then the caller must free the choice with timer_choice_free. Otherwise
 * returns the same errors as timer_set_create and stores nothing but one line in `error`, which
 * begins with the structures' names.
 */
int timer_choice_open(struct timer_choice *choice, const struct timer_structure *structure,
		      const char *settings, char *error, size_t size);
void timer_choice_free(struct timer_choice *choice);

/*
 * Writes the structures' names without options, the outermost first, to `text` (of `size` bytes),
 * as in "lazy:quad-heap".
 */
void timer_choice_names(const struct timer_choice *choice, char *text, size_t size);

/*
 * The names of wrappers over wrappers that are listed and tested: the rows of
 * structures/wrappers/combinations that have more than one wrapper. NULL ends the array. Generated.
 */
extern const char *const timer_nested_names[];

/*
 * Visits the names that create the structure with its default options. These are the structure's
 * own name or, for a wrapper, one name for each structure that is not a wrapper and can be wrapped,
 * and the names in timer_nested_names that begin with this wrapper. `name` is valid only during the
 * call.
 */
void timer_structure_names(const struct timer_structure *structure,
			   void (*visit)(const char *name, void *data), void *data);

/*
 * Makes a set from a choice, at the time `now`. Returns 0 or -ENOMEM. The set does not refer to the
 * choice.
 */
int timer_choice_create(const struct timer_choice *choice, struct timer_set **set, uint64_t now);

#endif
