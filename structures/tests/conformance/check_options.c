/*
 * check_options.c - what a structure declares about itself and about its options
 */
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sequence.h"
#include "suite.h"

static bool is_line(const char *text)
{
	return text && *text && !strchr(text, '\n');
}

static void expect_accuracy(const struct subject *subject)
{
	const struct timer_accuracy *accuracy = &subject->accuracy;

	if (accuracy->when > TIMER_LATE_FRACTION || accuracy->order > TIMER_UNORDERED)
		check_failed("the accuracy is of an unknown kind");
	/* An exact structure may declare a tick of 1 ns, if its order is by tick. */
	if (accuracy->when == TIMER_EXACT && accuracy->tick > 1)
		check_failed("exact, with a tick of %llu ns", (unsigned long long)accuracy->tick);
	if (accuracy->when == TIMER_TO_A_TICK && !accuracy->tick)
		check_failed("accurate to a tick of 0 ns");
	if (accuracy->when == TIMER_LATE_FRACTION
		    ? !(accuracy->fraction > 0 && accuracy->fraction <= 1)
		    : accuracy->fraction < 0 || accuracy->fraction > 0)
		check_failed("late by %g of the interval", accuracy->fraction);
}

void check_declarations(const struct subject *subject, const struct settings *settings)
{
	const struct timer_structure *structure = subject->structure;
	const struct timer_complexity *cost = &structure->complexity;

	(void)settings;
	if (!is_line(structure->name) || !is_line(structure->summary) ||
	    !is_line(structure->source) || !is_line(structure->departures))
		check_failed("name, summary, source and departures must each be one line");
	if (!is_line(cost->insert) || !is_line(cost->reinsert) || !is_line(cost->disarm) ||
	    !is_line(cost->remove) || !is_line(cost->next) || !is_line(cost->expire))
		check_failed("the cost of each operation must be declared");
	if (!structure->create == !structure->create_over)
		check_failed("exactly one of create and create_over must be given");
	if (structure->create_over && (structure->options || structure->accuracy ||
				       structure->settings_to_test || structure->most_timers))
		check_failed("a wrapper declares what only its inner structure may declare");
	if (!structure->destroy || !structure->reserve || !structure->insert ||
	    !structure->reinsert || !structure->disarm || !structure->remove || !structure->next ||
	    !structure->expire || !structure->for_each || !structure->size ||
	    !structure->footprint || !structure->check)
		check_failed("an operation is missing");
	if (structure->options && !structure->options_size)
		check_failed("there are options, but options_size is 0");
	expect_accuracy(subject);
}

/* Checks that a set with these options works. */
static void expect_works(const struct subject *subject, const struct settings *settings)
{
	for (size_t profile = 0; profile < SEQUENCE_PROFILES; profile += 4) {
		struct sequence sequence;

		sequence_make(&sequence, profile, settings->seed, 100);
		sequence_run(&sequence, subject, false, NULL);
		sequence_free(&sequence);
	}
}

/*
 * Checks that the structure accepts the options `text` and works with them. The structure's
 * `refuse` may reject them because of the defaults of other options, but not as out of range.
 */
static void expect_accepted(const struct subject *subject, const struct settings *settings,
			    const char *text)
{
	char error[OPTIONS_ERROR_SIZE] = "";
	struct subject other;
	int result = subject_open_other(&other, subject, text, error);

	if (result == -EINVAL && subject->choice.within->refuse && is_line(error) &&
	    !strstr(error, "out of range"))
		return;
	if (result)
		check_failed("'%s' is refused: %s", text, error);
	expect_accuracy(&other);
	expect_works(&other, settings);
	subject_close(&other);
}

static void expect_refused(const struct subject *subject, const char *text, const char *says)
{
	char error[OPTIONS_ERROR_SIZE] = "";
	struct subject other;

	if (subject_open_other(&other, subject, text, error) != -EINVAL)
		check_failed("'%s' is not refused", text);
	if (!is_line(error) || !strstr(error, says))
		check_failed("'%s' is refused, but the error lacks '%s': '%s'", text, says, error);
}

static void check_words(const struct subject *subject, const struct settings *settings,
			const struct option_spec *spec)
{
	char text[128];

	for (const char *const *word = spec->words; *word; word++) {
		snprintf(text, sizeof(text), "%s=%s", spec->name, *word);
		expect_accepted(subject, settings, text);
	}
	snprintf(text, sizeof(text), "%s=no-such-word", spec->name);
	expect_refused(subject, text, spec->name);
}

static void check_range(const struct subject *subject, const struct settings *settings,
			const struct option_spec *spec)
{
	double step = spec->type == OPTION_REAL ? 1e-9 * fmax(1, fabs(spec->maximum)) : 1;
	const char *format = spec->type == OPTION_REAL ? "%s=%.17g" : "%s=%.0f";
	char text[128];

	if (!(spec->minimum <= spec->maximum))
		check_failed("the range of %s is empty", spec->name);
	snprintf(text, sizeof(text), format, spec->name, spec->minimum);
	expect_accepted(subject, settings, text);
	snprintf(text, sizeof(text), format, spec->name, spec->maximum);
	expect_accepted(subject, settings, text);
	snprintf(text, sizeof(text), format, spec->name, spec->minimum - step);
	expect_refused(subject, text, spec->name);
	snprintf(text, sizeof(text), format, spec->name, spec->maximum + step);
	expect_refused(subject, text, spec->name);
}

void check_option_ranges(const struct subject *subject, const struct settings *settings)
{
	const struct option_spec *spec = subject->choice.within->options;

	for (; spec && spec->name; spec++) {
		if (!is_line(spec->help) || !is_line(spec->fallback))
			check_failed("option %s has no help or no default", spec->name);
		if (spec->type == OPTION_WORD)
			check_words(subject, settings, spec);
		else
			check_range(subject, settings, spec);
	}
}

void check_option_names(const struct subject *subject, const struct settings *settings)
{
	const struct option_spec *spec = subject->choice.within->options;
	char typed[64], suggestion[64];

	(void)settings;
	expect_refused(subject, "%=1", "%");
	for (; spec && spec->name; spec++) {
		snprintf(typed, sizeof(typed), "%s%c=1", spec->name,
			 spec->name[strlen(spec->name) - 1]);
		snprintf(suggestion, sizeof(suggestion), "did you mean '%s'?", spec->name);
		expect_refused(subject, typed, suggestion);
		snprintf(typed, sizeof(typed), "%s", spec->name);
		expect_refused(subject, typed, spec->name);
	}
}
