/*
 * options.h - options as a table: one row parses, checks, defaults and explains an option
 *
 * Structures and workloads declare what can be set about them as rows of struct option_spec (after
 * fio's option tables). "tick=1us,levels=8" is then parsed, range-checked and explained from the
 * rows alone; no code of its own per option.
 */
#ifndef OPTIONS_H
#define OPTIONS_H

#include <stddef.h>
#include <stdint.h>

enum option_type {
	OPTION_COUNT,	 /* uint64_t: 100, 1e6, 64 */
	OPTION_DURATION, /* uint64_t ns: 250ns, 1us, 20ms, 60s, 5m, 2h, 1d; a bare number is ns */
	OPTION_REAL,	 /* double: 0.995, 99.5% */
	OPTION_WORD,	 /* int: the place of the word in `words` */
};

struct option_spec {
	const char *name;
	enum option_type type;
	size_t offset;		  /* of the field in the options struct */
	double minimum, maximum;  /* in the field's unit, inclusive; not for words */
	const char *fallback;	  /* the default, as it would be typed */
	const char *const *words; /* for OPTION_WORD, NULL-terminated */
	const char *help;	  /* one line; says the unit if there is one */
};

/* Room enough for any message that this unit writes. */
#define OPTIONS_ERROR_SIZE 256

/*
 * Fills `into` with the defaults of `specs` (NULL: no options) and then with what `text` sets
 * ("name=value,name=value"; NULL or "" sets nothing). 0, or -EINVAL with one line in `error`, a
 * suggestion included when a name is nearly right.
 */
int options_parse(const struct option_spec *specs, const char *text, void *into, char *error,
		  size_t size);

/*
 * Parses one value as typed on a command line. 0, or -EINVAL with one line in `error`, which speaks
 * of it as `what`. Counts and durations have to be whole, which 1.5us is and 1.5ns is not.
 */
int options_parse_value(enum option_type type, const char *what, const char *text, double minimum,
			double maximum, void *into, char *error, size_t size);

/*
 * The nearest of `count` names to `typed` by edit distance, or NULL if none is near enough to be
 * what was meant. Backs every "did you mean".
 */
const char *options_nearest(const char *typed, const char *const *names, size_t count);

#endif
