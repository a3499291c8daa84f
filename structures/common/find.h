/*
 * find.h - a structure that has been chosen, its options and what it wraps included
 *
 * timer_set_create is all that a program needs. Who makes many sets of the same text, or of a
 * structure that is in no registry, parses it once.
 */
#ifndef FIND_H
#define FIND_H

#include "../timer.h"

struct timer_choice {
	const struct timer_structure *structure;
	const struct timer_structure *within; /* what it wraps; itself if it is no wrapper */
	void *options;			      /* parsed, of the one within */
	struct timer_accuracy accuracy;
	uint64_t lap; /* 0 when the one within has none that matters */
};

/*
 * Parses the settings of a structure: of a wrapper, what stands behind "lazy:". 0, and the caller
 * ends the choice with timer_choice_free; or as timer_set_create, with nothing stored. The line in
 * `error` begins with the names of the structures that it is about.
 */
int timer_choice_open(struct timer_choice *choice, const struct timer_structure *structure,
		      const char *settings, char *error, size_t size);
void timer_choice_free(struct timer_choice *choice);

/*
 * Visits the names by which a structure can be asked for with no options: its own or, of a wrapper,
 * one for each that it can wrap. `name` is the visitor's for the time of the call.
 */
void timer_structure_names(const struct timer_structure *structure,
			   void (*visit)(const char *name, void *data), void *data);

/* Makes a set of what was chosen, that has seen `now`. 0 or -ENOMEM. */
int timer_choice_create(const struct timer_choice *choice, struct timer_set **set, uint64_t now);

#endif
