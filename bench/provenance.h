/*
 * provenance.h - identifies the code that measures a subject
 *
 * A unit is a file that is compiled, or "inlined/X.c" for the generated file that compiles
 * structure X into the replay loop. scripts/code-hash gives each unit the hash of its own
 * preprocessed text, with all of this project's headers and without comments and white space. Some
 * of the units measure a given subject in a given pass; provenance.c says which.
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
 * Writes 16 hexadecimal digits that identify the code which measures `subject` in `pass` and the
 * flags of its compilation. Two builds have the same digits exactly if that code and the flags are
 * the same. The version of a library that is measured does not count.
 */
void provenance_hash(const struct subject *subject, const struct pass *pass,
		     char hash[PROVENANCE_HASH_SIZE]);

/* The same for names as given on a command line. 0, or -ENOENT if the subject is unknown. */
int provenance_hash_of(const char *subject, const char *pass, char hash[PROVENANCE_HASH_SIZE]);

#endif
