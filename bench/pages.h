/*
 * pages.h - the size of the pages that a cell's memory is made of: one policy for all of it
 *
 * Timers, structures and whatever else a worker allocates come from the C library's allocator, so
 * this is set once for the process, before it starts, and no structure knows. Small: the kernel is
 * told to give this process no transparent huge pages, whatever the machine's setting is. Huge: the
 * allocator asks for them wherever an allocation is large enough to hold one (glibc 2.35 and
 * later); and before the first measured phase all that lies in small pages and could lie in huge
 * ones is moved (Linux 6.1 and later), as an array that has grown step by step was not large when
 * it began. Whether they were given is another matter, so what was is counted and recorded.
 */
#ifndef PAGES_H
#define PAGES_H

#include <stdbool.h>
#include <stdint.h>

enum pages {
	PAGES_SMALL,
	PAGES_HUGE,
	PAGES,
};

extern const char *const pages_words[PAGES + 1]; /* "small", "huge", NULL */

/* The policy that a word names; PAGES for none. */
enum pages pages_find(const char *word);

/*
 * Sets the policy for the program that this process becomes by exec, and for all that it starts.
 * What is here already is left as it is. 0, or a negative errno.
 */
int pages_prepare(enum pages pages);

/*
 * Moves this process's private memory to huge pages, as far as the kernel does that. Takes about as
 * long as copying it.
 */
void pages_collapse(void);

/* Whether this process can't get huge pages, being told so by small. */
bool pages_ruled_out(void);

/* KiB of this process's private memory that lie in huge pages now; 0 if the kernel won't say. */
uint64_t pages_huge_kib(void);

/* The least memory in one piece, in bytes, that is sure to hold a huge page wherever it begins. */
#define PAGES_HUGE_SURELY (4u << 20)

#endif
