/*
 * identity.c - makes and compares the identities of records, as text
 */
#include "bench/run/identity.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench/run/settings.h"

#define TRACE	  "trace_hash"
#define GENERATOR "generator_hash"

/* The keys before and after the settings. */
static const char *const cell_keys[] = { "experiment", "subject",  "workload",
					 "n",	       "dispatch", "seed" };
static const char *const code_keys[] = { "source_hash", "flags", "compiler",
					 "library",	TRACE,	 GENERATOR };

#define CELL_KEYS (sizeof(cell_keys) / sizeof(*cell_keys))
#define CODE_KEYS (sizeof(code_keys) / sizeof(*code_keys))

const char *identity_key(size_t index)
{
	const struct setting *setting = group_settings;

	if (index < CELL_KEYS)
		return cell_keys[index];
	index -= CELL_KEYS;
	for (; setting->key; setting++) {
		if (setting->identifies && !index--)
			return setting->record;
	}
	return index < CODE_KEYS ? code_keys[index] : NULL;
}

/*
 * Ends each value. No value contains this character, because records contain no control characters.
 */
#define END '\x1f'

static void print_value(FILE *file, const json_t *value)
{
	if (json_is_string(value))
		fputs(json_string_value(value), file);
	else if (json_is_integer(value))
		fprintf(file, "%" JSON_INTEGER_FORMAT, json_integer_value(value));
	else if (json_is_real(value))
		fprintf(file, "%.17g", json_real_value(value));
	fputc(END, file);
}

char *identity_of(const json_t *record)
{
	char *text = NULL;
	size_t size;
	FILE *file = open_memstream(&text, &size);

	if (!file)
		return NULL;
	for (size_t i = 0; identity_key(i); i++)
		print_value(file, json_object_get(record, identity_key(i)));
	if (fclose(file)) {
		free(text);
		return NULL;
	}
	return text;
}

/* Returns the value of a key, and stores its length. */
static const char *value_of(const char *identity, const char *key, size_t *length)
{
	for (size_t i = 0; strcmp(identity_key(i), key); i++)
		identity += strcspn(identity, (char[]){ END, '\0' }) + 1;
	*length = strcspn(identity, (char[]){ END, '\0' });
	return identity;
}

bool identity_same_trace(const char *one, const char *other)
{
	size_t left, right;
	const char *first = value_of(one, TRACE, &left), *second = value_of(other, TRACE, &right);

	return left == right && !memcmp(first, second, left);
}

/*
 * Returns whether a difference in the key counts. `trace_known` tells whether the wanted identity
 * has a trace hash.
 */
static bool counts(const char *key, bool trace_known)
{
	if (!strcmp(key, TRACE))
		return trace_known;
	return strcmp(key, GENERATOR) || !trace_known;
}

const char *identity_difference(const char *wanted, const char *found, bool *lacking)
{
	bool trace_known = true;
	const char *key;

	*lacking = false;
	for (size_t i = 0; (key = identity_key(i)); i++) {
		size_t left = strcspn(wanted, (char[]){ END, '\0' });
		size_t right = strcspn(found, (char[]){ END, '\0' });

		if (!strcmp(key, TRACE))
			trace_known = left > 0;
		if ((left != right || memcmp(wanted, found, left)) && counts(key, trace_known)) {
			*lacking = right == 0;
			return key;
		}
		wanted += left + (wanted[left] != '\0');
		found += right + (found[right] != '\0');
	}
	return NULL;
}
