/*
 * identity.h - what a record is a measurement of: settings, code, flags and compiler
 *
 * Records of one cell may stand together only if all of that is equal. The values are compared as
 * text, so that 2 and 2.0 are the same.
 */
#ifndef IDENTITY_H
#define IDENTITY_H

#include <jansson.h>
#include <stdbool.h>

/* The keys, NULL-terminated. What identifies the trace is last: see identity_difference. */
extern const char *const identity_keys[];

/* The values of those keys in a record, as one text that the caller frees; NULL without memory. */
char *identity_of(const json_t *record);

/*
 * The first key whose values differ; NULL if none do. A trace is known by its hash, or, where the
 * wanted identity has none because the trace has not been made, by the code that generates it.
 * *lacking is set to 1 if the record that was found has no such key, else to 0.
 */
const char *identity_difference(const char *wanted, const char *found, int *lacking);

/* Whether two identities have the same trace hash. */
bool identity_same_trace(const char *one, const char *other);

#endif
