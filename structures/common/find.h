/*
 * find.h - a choice: a structure, the structure that it wraps, and parsed options
 *
 * A program only needs timer_set_create. Code that makes many sets from one text, or a set of a
 * structure that is not in the registry, opens a choice once and makes the sets from it.
 */
#ifndef FIND_H
#define FIND_H

#include "../timer.h"

struct timer_choice {
	const struct timer_structure *structure;
	const struct timer_structure *within; /* the wrapped structure, or `structure` itself */
	void *options;			      /* parsed options of `within`; owned by the choice */
	struct timer_accuracy accuracy;
	uint64_t lap; /* ns; see timer_structure.lap */
};

/*
 * Parses the settings of a structure. A wrapper's settings are the text after "lazy:". Returns 0,
 * and then the caller must free the choice with timer_choice_free. Otherwise returns the same
 * errors as timer_set_create and stores nothing but one line in `error`, which begins with the
 * structures' names.
 */
int timer_choice_open(struct timer_choice *choice, const struct timer_structure *structure,
		      const char *settings, char *error, size_t size);
void timer_choice_free(struct timer_choice *choice);

/*
 * Visits the names that create the structure with its default options: the structure's own name or,
 * for a wrapper, one name for each structure that it can wrap. `name` is valid only during the
 * call.
 */
void timer_structure_names(const struct timer_structure *structure,
			   void (*visit)(const char *name, void *data), void *data);

/*
 * Makes a set from a choice, at the time `now`. 0 or -ENOMEM. The set does not refer to the choice.
 */
int timer_choice_create(const struct timer_choice *choice, struct timer_set **set, uint64_t now);

#endif
