/*
 * axes.c - reads the axes of a map, and expands workloads along them
 */
#include "bench/run/axes.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The maximum number of values of an axis. A figure has no room for more. */
#define MOST_VALUES 32

bool axis_is_n(const struct axis *axis)
{
	return !strcmp(axis->name, "n");
}

void axis_free(struct axis *axis)
{
	names_free(&axis->values);
	*axis = (struct axis){ 0 };
}

static int add_value(struct axis *axis, const char *what, const char *value, char *error)
{
	size_t before = axis->values.count;

	if (before == MOST_VALUES) {
		snprintf(error, NAMES_ERROR_SIZE, "%s: more than %d values of %s", what,
			 MOST_VALUES, axis->name);
		return -EINVAL;
	}
	if (names_add(&axis->values, value)) {
		snprintf(error, NAMES_ERROR_SIZE, "out of memory");
		return -ENOMEM;
	}
	if (axis->values.count > before)
		return 0;
	snprintf(error, NAMES_ERROR_SIZE, "%s: %s = %.40s is given twice", what, axis->name, value);
	return -EINVAL;
}

/* Adds the numbers of "1e2..1e6" and the like. */
static int add_counts(struct axis *axis, const char *what, const char *text, char *error)
{
	uint64_t counts[MOST_VALUES];
	size_t count = 0;
	int result = names_expand_counts(text, counts, MOST_VALUES, &count, error);

	for (size_t i = 0; i < count && !result; i++) {
		char digits[24];

		snprintf(digits, sizeof(digits), "%" PRIu64, counts[i]);
		result = add_value(axis, what, digits, error);
	}
	return result;
}

static int add_values(struct axis *axis, const char *what, const char *text, char *error)
{
	char *copy, *rest, *word;
	int result = 0;

	if (axis_is_n(axis))
		return add_counts(axis, what, text, error);
	copy = rest = strdup(text);
	if (!copy)
		return -ENOMEM;
	while (!result && (word = strsep(&rest, " ,\t\n")))
		if (*word)
			result = add_value(axis, what, word, error);
	free(copy);
	return result;
}

/*
 * Reads the axis's name and moves *text to the values. If *text has no name, it only adds values to
 * an axis that has one.
 */
static int take_name(struct axis *axis, const char *what, const char **text, char *error)
{
	size_t length = strcspn(*text, ":="), name = strcspn(*text, " \t:=");

	if (!(*text)[length]) {
		if (*axis->name)
			return 0;
		snprintf(error, NAMES_ERROR_SIZE,
			 "%s: '%.40s' is not NAME: VALUES, as in n: 1e2..1e6", what, *text);
		return -EINVAL;
	}
	if (!name || name >= sizeof(axis->name) || strspn(*text + name, " \t") != length - name) {
		snprintf(error, NAMES_ERROR_SIZE, "%s: '%.40s' does not begin with a name", what,
			 *text);
		return -EINVAL;
	}
	axis_free(axis);
	snprintf(axis->name, sizeof(axis->name), "%.*s", (int)name, *text);
	*text += length + 1;
	return 0;
}

int axis_set(struct axis *axis, const char *what, const char *text, char *error)
{
	int result = take_name(axis, what, &text, error);

	if (!result)
		result = add_values(axis, what, text, error);
	if (!result && !axis->values.count) {
		snprintf(error, NAMES_ERROR_SIZE, "%s: %s has no values", what, axis->name);
		result = -EINVAL;
	}
	return result;
}

/*
 * Returns the number of workloads that an axis makes of one workload. The axis n makes no
 * workloads.
 */
static size_t width(const struct axis *axis)
{
	return axis_is_n(axis) ? 1 : axis->values.count;
}

static void look_up_title(struct axis *axis, const struct workload *workload)
{
	const char *title = axis_is_n(axis) ? "number of timers, n" : axis->name;

	for (const struct option_spec *spec = workload->options; spec && spec->name; spec++)
		if (!strcmp(spec->name, axis->name))
			title = spec->help;
	snprintf(axis->title, sizeof(axis->title), "%s", title);
}

/* Appends the option of an axis with the value at a place. */
static void append(char *text, size_t size, const struct axis *axis, size_t place)
{
	size_t length = strlen(text);

	if (!axis_is_n(axis))
		snprintf(text + length, size - length, "%c%s=%s", strchr(text, ':') ? ',' : ':',
			 axis->name, axis->values.name[place]);
}

/* Returns whether a workload's text already sets the option. */
static bool sets(const char *workload, const char *option)
{
	size_t length = strlen(option);

	for (const char *at = strpbrk(workload, ":,"); at; at = strpbrk(at + 1, ","))
		if (!strncmp(at + 1, option, length) && at[1 + length] == '=')
			return true;
	return false;
}

static int add_workload(struct axis axes[2], const char *base, size_t choice,
			struct names *laid_out, char *error)
{
	/*
	 * One byte more than the longest workload needs, so that workload_choose refuses a text
	 * that is too long.
	 */
	char text[WORKLOAD_TEXT + 1];
	struct workload_choice found;
	int result;

	snprintf(text, sizeof(text), "%s", base);
	for (size_t i = 0; i < 2; i++) {
		if (!sets(base, axes[i].name))
			continue;
		snprintf(error, NAMES_ERROR_SIZE, "workload '%.80s' sets %s, which is an axis",
			 base, axes[i].name);
		return -EINVAL;
	}
	for (size_t i = 0; i < 2; i++)
		append(text, sizeof(text), &axes[i], axes_place(axes, i, choice, 0));
	result = workload_choose(text, &found, error);
	if (result)
		return result;
	for (size_t i = 0; i < 2; i++)
		look_up_title(&axes[i], found.workload);
	workload_release(&found);
	return names_add(laid_out, text);
}

int axes_expand(struct axis *axes, const struct names *bases, struct names *laid_out, char *error)
{
	int result = 0;

	for (size_t i = 0; i < bases->count * width(&axes[0]) * width(&axes[1]) && !result; i++)
		result = add_workload(axes, bases->name[i / (width(&axes[0]) * width(&axes[1]))], i,
				      laid_out, error);
	return result;
}

size_t axes_place(const struct axis axes[2], size_t which, size_t choice, uint64_t n)
{
	const struct axis *axis = &axes[which];
	size_t place = 0;

	if (!axis_is_n(axis))
		return (which ? choice : choice / width(&axes[1])) % width(axis);
	while (place + 1 < axis->values.count && strtoull(axis->values.name[place], NULL, 10) != n)
		place++;
	return place;
}
