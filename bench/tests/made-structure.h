/*
 * made-structure.h - makes a test's own structure a subject
 *
 * The test sets `structure` before it opens a cell whose subject is of the family `made`.
 */
#ifndef MADE_STRUCTURE_H
#define MADE_STRUCTURE_H

#include "bench/replay/replay.h"
#include "bench/replay/subject.h"

/* The structure of the current test. */
static const struct timer_structure *structure;

static int open_made(struct replay *replay)
{
	replay->structure = structure;
	return structure->create(&replay->set, NULL, 0);
}

static void close_made(struct replay *replay)
{
	replay->structure->destroy(replay->set);
}

static size_t footprint_of_made(const struct replay *replay)
{
	return replay->structure->footprint(replay->set);
}

static const char *check_made(const struct replay *replay)
{
	return replay->structure->check(replay->set);
}

static const struct subject_family made_family = { .name = "made",
						   .open = open_made,
						   .close = close_made,
						   .footprint = footprint_of_made,
						   .check = check_made };

#endif
