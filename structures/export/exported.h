/*
 * exported.h - what an export declares beside the contract
 *
 * The files of this folder are templates of `timerbed export`. The tests in structures/tests
 * compile and run them. scripts/exported.py copies their code, and replaces these words in code and
 * comments:
 *
 *	word                    in the export of lazy:quad-heap
 *	EXPORTED_NAME           lazy-quad-heap
 *	EXPORTED_STRUCTURE      lazy_quad_heap
 *	EXPORTED_EXAMPLE        a setting of its options, as text
 *	&timer_EXPORTED_WITHIN  &timer_quad_heap: the tables of all structures that the outermost
 *	                        wrapper wraps, the innermost one first
 *	EXPORTED_CREATE_OVER    lazy_create_over, the wrapper's function
 */
#ifndef EXPORTED_H
#define EXPORTED_H

#include "../timer.h"

/* The operations of EXPORTED_NAME. */
extern const struct timer_structure timer_EXPORTED_STRUCTURE;

/*
 * Makes a set at the time `now`, with options such as "EXPORTED_EXAMPLE". NULL or "" asks for the
 * defaults. Returns 0, and then the caller must end the set with timer_EXPORTED_STRUCTURE.destroy.
 * Otherwise returns -EINVAL for an option that is unknown, out of range or impossible, or -ENOMEM.
 * Then `error` (of `size` bytes) says why in one line, and nothing is stored.
 */
int EXPORTED_STRUCTURE_create_with(const char *options, uint64_t now, struct timer_set **set,
				   char *error, size_t size);

/* Stores the accuracy with these options. Returns errors as EXPORTED_STRUCTURE_create_with does. */
int EXPORTED_STRUCTURE_accuracy_with(const char *options, struct timer_accuracy *accuracy,
				     char *error, size_t size);

/* These are static in an export, so its header does not declare them. */
extern const struct timer_structure timer_EXPORTED_WITHIN;
int EXPORTED_CREATE_OVER(struct timer_set **set, const struct timer_inner *inner, uint64_t now);
int EXPORTED_STRUCTURE_create(struct timer_set **set, const void *options, uint64_t now);

#endif
