/*
 * provenance.h - which code a record is of
 *
 * A unit is a file that is compiled, or "inlined/X.c" for the generated one that compiles structure
 * X into the replay loop. scripts/code-hash gives each the hash of its own preprocessed text: all
 * of this tree's headers are in it, comments and white space are not. What measures a subject in a
 * pass is some of the units; provenance.c says which.
 */
#ifndef PROVENANCE_H
#define PROVENANCE_H

#include "bench/cell.h"

#define PROVENANCE_HASH_SIZE 17

struct code_hash {
	const char *unit, *hash;
};

/* All units that are measured or measure, sorted. Ends without unit. Generated. */
extern const struct code_hash code_hashes[];

/*
 * Writes 16 hexadecimal digits that identify the code which measures `subject` in `pass`, and the
 * flags that it was compiled with. Two builds give the same digits exactly when that code and those
 * flags are the same. A library's own version is not in them.
 */
void provenance_hash(const struct subject *subject, const struct pass *pass,
		     char hash[PROVENANCE_HASH_SIZE]);

/* The same for names as they are typed. 0, or -ENOENT when no unit belongs to the subject. */
int provenance_hash_of(const char *subject, const char *pass, char hash[PROVENANCE_HASH_SIZE]);

#endif
