/*
 * provenance.h - identifies the code that measures a subject
 *
 * A unit is a file that is compiled. The unit "inlined/X.c" is the generated file that compiles
 * structure X into the replay loop. scripts/code-hash computes the hash of each unit from its
 * preprocessed text, which includes this project's headers but no comments and no white space.
 * provenance.c determines which units measure a given subject in a given pass.
 */
#ifndef PROVENANCE_H
#define PROVENANCE_H

#include "bench/cell.h"

#define PROVENANCE_HASH_SIZE 17

struct code_hash {
	const char *unit, *hash;
};

/*
 * All units that measure or are measured, sorted. An entry without a unit ends the table.
 * Generated.
 */
extern const struct code_hash code_hashes[];

/*
 * Writes 16 hexadecimal digits that identify the code that measures `subject` in `pass`, and the
 * flags of its compilation. Two builds have the same digits exactly if the code and the flags are
 * the same. If the subject is a library, the library's version does not count.
 */
void provenance_hash(const struct subject *subject, const struct pass *pass,
		     char hash[PROVENANCE_HASH_SIZE]);

/*
 * Does the same for names as given on a command line. Returns 0, or -ENOENT if the subject is
 * unknown.
 */
int provenance_hash_of(const char *subject, const char *pass, char hash[PROVENANCE_HASH_SIZE]);

#endif
