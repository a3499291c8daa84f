/*
 * options.h - options as a table: one row parses, checks, defaults and explains an option
 *
 * Structures and workloads declare their options as rows of struct option_spec, like fio's option
 * tables. The rows are enough to parse, range-check and explain "tick=1us,levels=8"; no option has
 * code of its own.
 */
#ifndef OPTIONS_H
#define OPTIONS_H

#include <stddef.h>
#include <stdint.h>

enum option_type {
	OPTION_COUNT,	 /* uint64_t: 100, 1e6, 64 */
	OPTION_DURATION, /* uint64_t ns: 250ns, 1us, 20ms, 60s, 5m, 2h, 1d; a bare number is ns */
	OPTION_REAL,	 /* double: 0.995, 99.5% */
	OPTION_WORD,	 /* int: the index of the word in `words` */
};

struct option_spec {
	const char *name;
	enum option_type type;
	size_t offset;		  /* offset of the field in the options struct */
	double minimum, maximum;  /* in the field's unit, inclusive; unused for words */
	const char *fallback;	  /* the default, as a user would type it */
	const char *const *words; /* for OPTION_WORD, NULL-terminated */
	const char *help;	  /* one line; names the unit if there is one */
};

/* Enough bytes for any message of these functions. */
#define OPTIONS_ERROR_SIZE 256

/*
 * Fills `into` with the defaults of `specs` (NULL: no options), and then with the values in `text`
 * ("name=value,name=value"; NULL or "" sets nothing). Returns 0, or -EINVAL with one line in
 * `error` (of `size` bytes). If a name is nearly right, that line suggests the right name.
 */
int options_parse(const struct option_spec *specs, const char *text, void *into, char *error,
		  size_t size);

/*
 * Parses one value as typed on a command line, and stores it in `into`. Returns 0, or -EINVAL with
 * one line in `error` (of `size` bytes). That line calls the value `what`. A count must be a whole
 * number, and a duration a whole number of ns: 1.5us is allowed, but 1.5ns is not.
 */
int options_parse_value(enum option_type type, const char *what, const char *text, double minimum,
			double maximum, void *into, char *error, size_t size);

/* Enough bytes for any number that options_number writes. */
#define OPTIONS_NUMBER_SIZE 40

/*
 * Writes a number as it can be typed to `text` (of OPTIONS_NUMBER_SIZE bytes), and returns `text`.
 * A duration, which is given in ns, gets the largest unit in which it is at least 1.
 */
const char *options_number(enum option_type type, double number, char *text);

/*
 * Returns the name, of `count` names, that is nearest to `typed` by edit distance; NULL if no name
 * is near enough for a suggestion.
 */
const char *options_nearest(const char *typed, const char *const *names, size_t count);

/* Enough bytes for a suggestion, whatever the name. */
#define OPTIONS_SUGGESTION_SIZE 128

/*
 * Writes the end of a message about an unknown name to `text` (of OPTIONS_SUGGESTION_SIZE bytes),
 * and returns `text`. The end is ": did you mean 'NAME'?" with the nearest name, or `otherwise` if
 * `nearest` is NULL.
 */
const char *options_suggestion(const char *nearest, const char *otherwise, char *text);

/* Does the same with the name, of `count` names, that is nearest to `typed`. */
const char *options_suggest(const char *typed, const char *const *names, size_t count,
			    const char *otherwise, char *text);

#endif
