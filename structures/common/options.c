/*
 * options.c - parsing and checking of options by their table
 *
 * All names begin with options_, because an export (scripts/export) has this code in one file with
 * a structure.
 */
#include "options.h"

#include <ctype.h>
#include <errno.h>
#include <float.h>
#include <math.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

/* Words are compared up to this length. "name=value" must be shorter than twice this length. */
#define OPTIONS_WORD_SIZE 64

static int options_refuse(char *error, size_t size, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(error, size, format, arguments);
	va_end(arguments);
	return -EINVAL;
}

/*
 * Returns the Levenshtein distance of two words, each cut at OPTIONS_WORD_SIZE, without regard to
 * case.
 */
static size_t options_edit_distance(const char *a, const char *b)
{
	size_t row[OPTIONS_WORD_SIZE + 1], columns = strnlen(b, OPTIONS_WORD_SIZE);

	for (size_t j = 0; j <= columns; j++)
		row[j] = j;
	for (size_t i = 0; i < OPTIONS_WORD_SIZE && a[i]; i++) {
		size_t diagonal = row[0];

		row[0] = i + 1;
		for (size_t j = 0; j < columns; j++) {
			size_t best = diagonal + (tolower((unsigned char)a[i]) !=
						  tolower((unsigned char)b[j]));

			diagonal = row[j + 1];
			if (row[j] + 1 < best)
				best = row[j] + 1;
			if (diagonal + 1 < best)
				best = diagonal + 1;
			row[j + 1] = best;
		}
	}
	return row[columns];
}

const char *options_nearest(const char *typed, const char *const *names, size_t count)
{
	const char *nearest = NULL;
	size_t typed_length = strnlen(typed, OPTIONS_WORD_SIZE);
	/* A third of the letters may be wrong, and at least one. More mistakes are rare. */
	size_t limit = typed_length / 3 + 1;

	for (size_t i = 0; i < count; i++) {
		size_t distance = options_edit_distance(typed, names[i]);

		/* The beginning of a name ("quad") counts as near. The first such name is taken. */
		if (typed_length > 2 && !strncasecmp(typed, names[i], typed_length) && limit > 1)
			distance = 1;
		if (distance < limit || (distance == limit && !nearest)) {
			limit = distance;
			nearest = names[i];
		}
	}
	return nearest;
}

const char *options_suggestion(const char *nearest, const char *otherwise, char *text)
{
	snprintf(text, OPTIONS_SUGGESTION_SIZE, "%s%.80s%s", nearest ? ": did you mean '" : "",
		 nearest ? nearest : otherwise, nearest ? "'?" : "");
	return text;
}

const char *options_suggest(const char *typed, const char *const *names, size_t count,
			    const char *otherwise, char *text)
{
	return options_suggestion(options_nearest(typed, names, count), otherwise, text);
}

/*
 * A value in this unit is multiplied by `multiplier` and divided by `divisor`. 1/100 is not exact
 * in a double, but x / 100 is rounded correctly.
 */
struct options_unit {
	const char *suffix;
	uint64_t multiplier, divisor;
};

static const struct options_unit options_duration_units[] = {
	{ "", 1, 1 },
	{ "ns", 1, 1 },
	{ "us", 1000, 1 },
	{ "ms", 1000000, 1 },
	{ "s", 1000000000, 1 },
	{ "m", 60000000000, 1 },
	{ "h", 3600000000000, 1 },
	{ "d", 86400000000000, 1 },
	{ NULL, 0, 0 },
};
static const struct options_unit options_plain_units[] = { { "", 1, 1 }, { NULL, 0, 0 } };
static const struct options_unit options_real_units[] = { { "", 1, 1 },
							  { "%", 1, 100 },
							  { NULL, 0, 0 } };

static const struct options_unit *const options_units_of[] = {
	[OPTION_COUNT] = options_plain_units,
	[OPTION_DURATION] = options_duration_units,
	[OPTION_REAL] = options_real_units,
};

static const struct options_unit *options_find_unit(enum option_type type, const char *suffix)
{
	for (const struct options_unit *unit = options_units_of[type]; unit->suffix; unit++)
		if (!strcmp(suffix, unit->suffix))
			return unit;
	return NULL;
}

/*
 * Returns whether text begins with a decimal number. strtod would also take signs, blanks, names
 * and "0x".
 */
static bool options_is_decimal(const char *text)
{
	size_t digits = strspn(text, "0123456789");

	return (digits || *text == '.') && tolower((unsigned char)text[digits]) != 'x';
}

/*
 * Reads a number with one of the type's units. Returns whether the text is a number and a unit and
 * nothing else.
 */
static bool options_read_number(enum option_type type, const char *text, double *number)
{
	const struct options_unit *unit;
	char *rest;

	if (!options_is_decimal(text))
		return false;
	*number = strtod(text, &rest);
	unit = rest == text ? NULL : options_find_unit(type, rest);
	if (!unit)
		return false;
	*number = *number * (double)unit->multiplier / (double)unit->divisor;
	return isfinite(*number);
}

/*
 * Reads a whole number with its unit. Returns whether the text is that and nothing else. A double
 * would lose digits of large numbers.
 */
static bool options_read_integer(enum option_type type, const char *text, uint64_t *integer)
{
	const struct options_unit *unit;
	char *rest;

	if (!isdigit((unsigned char)*text))
		return false;
	errno = 0;
	*integer = strtoull(text, &rest, 10);
	unit = options_find_unit(type, rest);
	return !errno && unit && !__builtin_mul_overflow(*integer, unit->multiplier, integer);
}

/*
 * Finds the nearest whole number: 1.001us is 1000.9999999999999 ns in doubles and means 1001.
 * Returns false if the number is further from it than two multiplications can round.
 */
static bool options_to_integer(double number, uint64_t *integer)
{
	double nearest = nearbyint(number);

	if (number >= 0x1p64 || fabs(number - nearest) > 4 * DBL_EPSILON * number)
		return false;
	*integer = (uint64_t)nearest;
	return true;
}

/*
 * Returns whether an integer is within bounds that are doubles. Conversion of the integer to a
 * double would round it.
 */
static bool options_within(uint64_t integer, double minimum, double maximum)
{
	return (minimum <= 0 || (minimum < 0x1p64 && integer >= (uint64_t)ceil(minimum))) &&
	       (maximum >= 0x1p64 || (maximum >= 0 && integer <= (uint64_t)floor(maximum)));
}

static const char *const options_type_words[] = {
	[OPTION_COUNT] = "a count such as 64 or 1e6",
	[OPTION_DURATION] = "a duration such as 250ns, 1us, 20ms, 60s or 2h",
	[OPTION_REAL] = "a number such as 0.995 or 99.5%",
};

const char *options_number(enum option_type type, double number, char *text)
{
	const struct options_unit *largest =
		options_find_unit(type, type == OPTION_DURATION ? "ns" : "");

	for (const struct options_unit *unit = options_duration_units;
	     type == OPTION_DURATION && unit->suffix; unit++)
		if (*unit->suffix && number >= (double)unit->multiplier)
			largest = unit;
	snprintf(text, OPTIONS_NUMBER_SIZE, "%.*g%s", type == OPTION_DURATION ? 6 : 10,
		 number / (double)largest->multiplier, largest->suffix);
	return text;
}

static int options_out_of_range(enum option_type type, const char *what, const char *text,
				double minimum, double maximum, char *error, size_t size)
{
	char least[OPTIONS_NUMBER_SIZE], most[OPTIONS_NUMBER_SIZE];
	bool no_unit = type == OPTION_DURATION && !text[strspn(text, "0123456789.")];

	return options_refuse(error, size, "%s: %.40s%s is out of range (%s to %s)", what, text,
			      no_unit ? " ns" : "", options_number(type, minimum, least),
			      options_number(type, maximum, most));
}

int options_parse_value(enum option_type type, const char *what, const char *text, double minimum,
			double maximum, void *into, char *error, size_t size)
{
	uint64_t integer;
	double number;

	if (type != OPTION_REAL && options_read_integer(type, text, &integer)) {
		if (!options_within(integer, minimum, maximum))
			return options_out_of_range(type, what, text, minimum, maximum, error,
						    size);
		memcpy(into, &integer, sizeof(integer));
		return 0;
	}
	if (!options_read_number(type, text, &number))
		return options_refuse(error, size, "%s: '%.40s' is not %s", what, text,
				      options_type_words[type]);
	if (number < minimum || number > maximum)
		return options_out_of_range(type, what, text, minimum, maximum, error, size);
	if (type == OPTION_REAL) {
		memcpy(into, &number, sizeof(number));
		return 0;
	}
	if (!options_to_integer(number, &integer))
		return options_refuse(error, size, "%s: %.40s is not a whole number%s", what, text,
				      type == OPTION_DURATION ? " of ns" : "");
	memcpy(into, &integer, sizeof(integer));
	return 0;
}

static size_t options_count_words(const char *const *words)
{
	size_t count = 0;

	while (words[count])
		count++;
	return count;
}

static int options_parse_word(const struct option_spec *spec, const char *text, void *field,
			      char *error, size_t size)
{
	size_t count = options_count_words(spec->words), length = 0;
	char list[160] = "";

	for (size_t i = 0; i < count; i++) {
		if (!strcmp(spec->words[i], text)) {
			int place = (int)i;

			memcpy(field, &place, sizeof(place));
			return 0;
		}
		if (length < sizeof(list))
			length += (size_t)snprintf(list + length, sizeof(list) - length, "%s%s",
						   i ? ", " : "", spec->words[i]);
	}
	return options_refuse(error, size, "%s: '%.40s' is not one of %s", spec->name, text, list);
}

static int options_parse_field(const struct option_spec *spec, const char *text, void *into,
			       char *error, size_t size)
{
	void *field = (char *)into + spec->offset;

	if (spec->type == OPTION_WORD)
		return options_parse_word(spec, text, field, error, size);
	return options_parse_value(spec->type, spec->name, text, spec->minimum, spec->maximum,
				   field, error, size);
}

static int options_unknown_option(const struct option_spec *specs, const char *name, char *error,
				  size_t size)
{
	char suggestion[OPTIONS_SUGGESTION_SIZE], first[OPTIONS_SUGGESTION_SIZE];
	const char *names[32];
	size_t count = 0;

	for (; specs && specs[count].name && count < sizeof(names) / sizeof(*names); count++)
		names[count] = specs[count].name;
	if (!count)
		return options_refuse(error, size, "no option '%.40s': it has no options", name);
	snprintf(first, sizeof(first), "; the first of %zu is '%s'", count, names[0]);
	return options_refuse(error, size, "no option '%.40s'%s", name,
			      options_suggest(name, names, count, first, suggestion));
}

/* Parses "name=value" of the given length. */
static int options_parse_assignment(const struct option_spec *specs, const char *text,
				    size_t length, void *into, char *error, size_t size)
{
	char assignment[2 * OPTIONS_WORD_SIZE];
	const struct option_spec *spec;
	char *value;

	if (length >= sizeof(assignment))
		return options_refuse(error, size, "option '%.40s...' is too long", text);
	memcpy(assignment, text, length);
	assignment[length] = '\0';
	value = strchr(assignment, '=');
	if (!value)
		return options_refuse(error, size, "option '%.40s' has no value: write name=value",
				      assignment);
	*value++ = '\0';
	for (spec = specs; spec && spec->name; spec++)
		if (!strcmp(spec->name, assignment))
			return options_parse_field(spec, value, into, error, size);
	return options_unknown_option(specs, assignment, error, size);
}

int options_parse(const struct option_spec *specs, const char *text, void *into, char *error,
		  size_t size)
{
	for (const struct option_spec *spec = specs; spec && spec->name; spec++) {
		int result = options_parse_field(spec, spec->fallback, into, error, size);

		if (result)
			return result;
	}
	while (text && *text) {
		size_t length = strcspn(text, ",");
		int result = options_parse_assignment(specs, text, length, into, error, size);

		if (result)
			return result;
		text += length;
		if (*text == ',' && !*++text)
			return options_refuse(error, size,
					      "an option is missing after the last ','");
	}
	return 0;
}
