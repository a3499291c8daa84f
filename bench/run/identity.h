/*
 * identity.h - the identity of a record: its cell, settings, code, flags, compiler and trace
 *
 * A run may contain records of the same cell only if their identities are equal. Values are
 * compared as text, so 2 and 2.0 are equal.
 */
#ifndef IDENTITY_H
#define IDENTITY_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

/*
 * Returns key number `index`, or NULL beyond the last key. The order is: the keys of the cell, the
 * settings that identify it, the keys of the code. The last two keys identify the trace.
 */
const char *identity_key(size_t index);

/*
 * Returns the values of these keys in a record, as one text that the caller frees. Returns NULL if
 * memory runs out.
 */
char *identity_of(const json_t *record);

/*
 * Returns the first key whose values differ, or NULL if none differ. A trace is identified by its
 * hash. If the wanted identity has no hash, because the trace has not been made, the hash of the
 * code that generates the trace is compared instead. Stores in *lacking whether the found record
 * lacks the key that differs.
 */
const char *identity_difference(const char *wanted, const char *found, bool *lacking);

/* Returns whether two identities have the same trace hash. */
bool identity_same_trace(const char *one, const char *other);

#endif
