/*
 * pages.h - the page size of a cell's memory: one policy for the whole process
 *
 * Timers, structures and all other allocations of a worker come from the C library's allocator. So
 * the policy is set once for the process, before it starts, and no structure deals with it.
 *
 * With small pages, the kernel gives this process no transparent huge pages, whatever the machine's
 * setting is. With huge pages, the allocator asks for huge pages for each allocation that is large
 * enough to hold one (glibc 2.35 and later). An array that grew in steps began in small pages. So
 * before the first measured phase, memory in small pages is moved into huge pages where possible
 * (Linux 6.1 and later). The kernel may still give no huge pages, so they are counted and recorded.
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

/* Returns the policy with this word, or PAGES if no policy has it. */
enum pages pages_find(const char *word);

/*
 * Sets the policy for the program that this process will exec, and for all processes that it
 * starts. The memory of this process does not change. Returns 0 or a negative errno.
 */
int pages_prepare(enum pages pages);

/*
 * Moves this process's private memory into huge pages, as far as the kernel can. Takes about as
 * long as copying the memory.
 */
void pages_collapse(void);

/* Returns whether huge pages are disabled for this process, as pages_prepare(PAGES_SMALL) does. */
bool pages_huge_disabled(void);

/*
 * Returns the KiB of this process's anonymous memory that are in huge pages, or 0 if the kernel
 * does not report them.
 */
uint64_t pages_huge_kib(void);

/* A contiguous allocation of this many bytes always contains a whole huge page. */
#define PAGES_HUGE_SURELY (4u << 20)

#endif
