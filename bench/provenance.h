/*
 * provenance.h - which code a record is of
 */
#ifndef PROVENANCE_H
#define PROVENANCE_H

#include "bench/cell.h"

#define PROVENANCE_HASH_SIZE 17

/*
 * Writes 16 hexadecimal digits that identify the code which measures `subject` in `pass`, and the
 * flags that it was compiled with. Two builds give the same digits exactly when that code and those
 * flags are the same.
 */
void provenance_hash(const struct subject *subject, const struct pass *pass,
		     char hash[PROVENANCE_HASH_SIZE]);

#endif
