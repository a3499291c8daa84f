/* pages.c - asks for small or huge pages, and counts the huge pages */
#include "bench/pages.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>

/*
 * With the value 1, glibc calls madvise. That has an effect if the machine's setting for
 * transparent huge pages is madvise. If GLIBC_TUNABLES sets a tunable several times, the last
 * setting counts.
 */
#define TUNABLES "GLIBC_TUNABLES"
#define ASK	 "glibc.malloc.hugetlb=1"

/* Linux's number, for older headers of the C library. */
#ifndef MADV_COLLAPSE
#define MADV_COLLAPSE 25
#endif

const char *const pages_words[PAGES + 1] = { "small", "huge", NULL };

enum pages pages_find(const char *word)
{
	int pages = 0;

	while (pages < PAGES && strcmp(pages_words[pages], word))
		pages++;
	return (enum pages)pages;
}

static int ask_allocator(void)
{
	const char *before = getenv(TUNABLES);
	size_t size = (before ? strlen(before) : 0) + sizeof(":" ASK);
	char *tunables = malloc(size);
	int result = tunables ? 0 : -ENOMEM;

	if (tunables)
		snprintf(tunables, size, "%s%s" ASK, before ? before : "",
			 before && *before ? ":" : "");
	if (tunables && setenv(TUNABLES, tunables, 1))
		result = -errno;
	free(tunables);
	return result;
}

int pages_prepare(enum pages pages)
{
	if (prctl(PR_SET_THP_DISABLE, pages == PAGES_SMALL, 0, 0, 0))
		return -errno;
	return pages == PAGES_HUGE ? ask_allocator() : 0;
}

/*
 * Skips mappings of this size and larger ones. No cell has that much memory. A sanitizer's shadow
 * memory has, and walking through it would take minutes.
 */
#define LARGEST_MAPPING (UINT64_C(1) << 40)

/*
 * Parses a line of /proc/self/maps. Returns whether the mapping is private, anonymous and writable.
 */
static bool is_anonymous(const char *line, uintptr_t *begin, uintptr_t *end)
{
	char access[5];
	unsigned long inode;

	return sscanf(line, "%" SCNxPTR "-%" SCNxPTR " %4s %*s %*s %lu", begin, end, access,
		      &inode) == 4 &&
	       !strcmp(access, "rw-p") && !inode;
}

void pages_collapse(void)
{
	FILE *file = fopen("/proc/self/maps", "r");
	char line[512];
	uintptr_t begin, end;

	/*
	 * Ignores failures, because most mappings are too small for a huge page. The caller counts
	 * the huge pages later, with pages_huge_kib.
	 */
	while (file && fgets(line, sizeof(line), file))
		if (is_anonymous(line, &begin, &end) && end - begin < LARGEST_MAPPING)
			madvise((void *)begin, end - begin, MADV_COLLAPSE);
	if (file)
		fclose(file);
}

bool pages_huge_disabled(void)
{
	return prctl(PR_GET_THP_DISABLE, 0, 0, 0, 0) == 1;
}

uint64_t pages_huge_kib(void)
{
	FILE *file = fopen("/proc/self/smaps_rollup", "r");
	uint64_t kib = 0;
	char line[256];

	while (file && fgets(line, sizeof(line), file))
		if (sscanf(line, "AnonHugePages: %" SCNu64 " kB", &kib) == 1)
			break;
	if (file)
		fclose(file);
	return kib;
}
