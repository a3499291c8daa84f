/*
 * bed.h - a set with some timers and its oracle, for tests written out by hand
 *
 * Every call does the operation on both and judges the answer. The first wrong one is kept, and
 * everything after it does nothing.
 */
#ifndef BED_H
#define BED_H

#include "oracle.h"
#include "specimen.h"

struct bed {
	const struct specimen *specimen;
	struct timer_set *set;
	struct oracle oracle;
	struct oracle_object *objects;
	struct timer **out;
	size_t count;
	const char *wrong;
};

/* `count` idle timers, room reserved for all. */
void bed_open(struct bed *bed, const struct specimen *specimen, size_t count, uint64_t now);

/* Ends everything and returns what was wrong, or NULL. */
const char *bed_close(struct bed *bed);

void bed_insert(struct bed *bed, size_t number, uint64_t deadline, uint64_t interval);
void bed_reinsert(struct bed *bed, size_t number, uint64_t deadline, uint64_t interval);
void bed_disarm(struct bed *bed, size_t number);
void bed_remove(struct bed *bed, size_t number);

/* Expires with room for max; returns how many came, their timers in bed->out. */
size_t bed_expire(struct bed *bed, uint64_t now, size_t max);

/* Expires until nothing comes; returns how many did. */
size_t bed_drain(struct bed *bed, uint64_t now);

void bed_inspect(struct bed *bed);

/* Notes `what` unless `holds`. */
void bed_expect(struct bed *bed, bool holds, const char *what);

#endif
