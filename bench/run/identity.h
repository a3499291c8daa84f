/*
 * identity.h - the identity of a record: cell, settings, code, flags, compiler and trace
 *
 * Records of one cell may stand together only if their identities are equal. The values are
 * compared as text, so that 2 and 2.0 are the same.
 */
#ifndef IDENTITY_H
#define IDENTITY_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

/*
 * The keys in their order: those of the cell, the settings that identify it, those of the code. The
 * two that identify the trace come last: see identity_difference. NULL beyond the last.
 */
const char *identity_key(size_t index);

/* The values of these keys in a record, as one text that the caller frees; NULL without memory. */
char *identity_of(const json_t *record);

/*
 * The first key whose values differ; NULL if none do. A trace is identified by its hash. Where the
 * wanted identity has no hash, because the trace has not been made, the hash of the code that
 * generates the trace stands for it. *lacking says whether the found record has no such key.
 */
const char *identity_difference(const char *wanted, const char *found, bool *lacking);

/* Whether two identities have the same trace hash. */
bool identity_same_trace(const char *one, const char *other);

#endif
