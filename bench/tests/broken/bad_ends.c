/*
 * bad_ends.c - structures whose worker does not end properly, and one whose cost varies
 */
#include <signal.h>
#include <stdio.h>
#include <unistd.h>

#include "faults.h"
#include "structures/tests/conformance/broken/right.h"

#define SUBJECT(name, ...) RIGHT_TABLE(subject_##name, #name, __VA_ARGS__)

static _Noreturn void spin(void)
{
	for (volatile unsigned turns = 0;;)
		turns = turns + 1;
}

static size_t expire_for_ever(struct timer_set *set, uint64_t now, struct timer **out, size_t max)
{
	(void)set, (void)now, (void)out, (void)max;
	spin();
}

SUBJECT(never_ends, .expire = expire_for_ever);

/*
 * Does not end, like never_ends, and makes a child that does not end either. TIMERBED_CHILD names a
 * file for the child's pid.
 */
static int create_with_child(struct timer_set **set, const void *options, uint64_t now)
{
	const char *path = getenv("TIMERBED_CHILD");
	char text[4096];
	FILE *file;
	pid_t child;

	if (!path)
		return -EINVAL;
	child = fork();
	if (!child)
		for (;;)
			pause();
	/* The file must appear with the complete number in it. */
	snprintf(text, sizeof(text), "%s.new", path);
	file = fopen(text, "w");
	if (!file)
		return -EINVAL;
	fprintf(file, "%d\n", (int)child);
	fclose(file);
	if (rename(text, path))
		return -EINVAL;
	return right_create(set, options, now);
}

SUBJECT(never_ends_nor_its_child, .create = create_with_child, .expire = expire_for_ever);

static size_t expire_and_crash(struct timer_set *set, uint64_t now, struct timer **out, size_t max)
{
	(void)set, (void)now, (void)out, (void)max;
	raise(SIGSEGV);
	return 0;
}

SUBJECT(crashes, .expire = expire_and_crash);

static size_t expire_and_exit(struct timer_set *set, uint64_t now, struct timer **out, size_t max)
{
	(void)set, (void)now, (void)out, (void)max;
	fprintf(stderr, "the structure gives up\n");
	exit(3);
}

SUBJECT(exits, .expire = expire_and_exit);

/*
 * Every set except the third wastes CPU time at each expire, by stores that depend on each other. A
 * loop that waits for a clock would not do, because some machines count CPU time in ticks, and then
 * other processes make it coarse.
 */
#define WASTED_STORES 100000

static int create_counted(struct timer_set **set, const void *options, uint64_t now)
{
	static unsigned sets;
	int result = right_create(set, options, now);

	if (!result)
		right_of(*set)->word[0] = ++sets != 3;
	return result;
}

static size_t expire_slowly(struct timer_set *set, uint64_t now, struct timer **out, size_t max)
{
	for (volatile unsigned left = right_of(set)->word[0] ? WASTED_STORES : 0; left;)
		left--;
	return right_expire(set, now, out, max);
}

SUBJECT(uneven_cost, .create = create_counted, .expire = expire_slowly);
