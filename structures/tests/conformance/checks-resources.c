/*
 * checks-resources.c - memory that runs out, grows and must not leak; options; sets side by side
 */
#include <errno.h>
#include <float.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "allocations.h"
#include "bed.h"
#include "checks.h"
#include "sequence.h"
#include "structures/common/options.h"

#define SECOND TIMER_SECOND

/* Timers that the allocation scenario arms at most. */
#define SCENARIO 3000

/* Reserving and arming in stages, under an allocator that fails at some point. */
struct scenario {
	struct bed bed;
	size_t armed;
	uint64_t random;
};

/* After a failed reserve nothing has changed and everything goes on; then it succeeds. */
static void reserve(struct scenario *scenario, size_t n)
{
	struct bed *bed = &scenario->bed;
	int result = bed->specimen->structure->reserve(bed->set, n);

	if (result) {
		bed_expect(bed, result == -ENOMEM, "reserve: fails, but not with -ENOMEM");
		bed_expect(bed, allocations_failed(), "reserve: fails with memory to be had");
		allocations_allow();
		bed_inspect(bed);
		if (scenario->armed)
			bed_reinsert(bed, 0, 7 * SECOND, SECOND);
		bed_inspect(bed);
		bed_expect(bed, !bed->specimen->structure->reserve(bed->set, n),
			   "reserve: fails with memory to be had");
	}
}

/* Arms as many as were reserved, with no memory to be had at all. */
static void arm_reserved(struct scenario *scenario, size_t n)
{
	struct bed *bed = &scenario->bed;

	allocations_fail_after(0);
	for (; scenario->armed < n; scenario->armed++)
		bed_insert(bed, scenario->armed, SECOND + random_next(&scenario->random) % SECOND,
			   1000 * (random_next(&scenario->random) % 700));
	for (size_t i = 0; i < n; i += 3)
		bed_reinsert(bed, i, SECOND + random_next(&scenario->random) % SECOND,
			     random_next(&scenario->random) % 10000);
	for (size_t i = 0; i < n; i += 5) {
		bed_disarm(bed, i);
		bed_insert(bed, i, SECOND, 1000);
	}
	allocations_allow();
	bed_inspect(bed);
}

/* One run in which the allocation after `spare` fails. Sets *ended when none had to. */
static const char *run_scenario(const struct specimen *specimen, uint64_t seed, size_t spare,
				bool *ended)
{
	static const size_t stages[] = { 1, 10, 100, 101, SCENARIO };
	struct scenario scenario = { .random = seed };
	struct timer_set *set = NULL;
	int result;

	/* create first, on its own: the bed's cannot fail */
	allocations_fail_after(spare);
	result = specimen_create(specimen, 0, &set);
	*ended = !allocations_failed();
	allocations_allow();
	if (result)
		return result == -ENOMEM && !*ended ? NULL : "create: fails, but not for memory";
	if (!*ended)
		return "create: an allocation failed and it did not say so";
	specimen->structure->destroy(set);

	bed_open(&scenario.bed, specimen, SCENARIO, 0);
	specimen->structure->destroy(scenario.bed.set); /* one that has nothing reserved */
	if (specimen_create(specimen, 0, &scenario.bed.set))
		abort();
	for (size_t i = 0; i < sizeof(stages) / sizeof(*stages); i++) {
		size_t n = specimen_bears(specimen, stages[i]);

		allocations_fail_after(i == 0 ? spare : spare > i ? spare - i : 0);
		reserve(&scenario, n);
		*ended = *ended && !allocations_failed();
		allocations_allow();
		arm_reserved(&scenario, n);
	}
	allocations_fail_after(0);
	bed_drain(&scenario.bed, 3 * SECOND);
	allocations_allow();
	return bed_close(&scenario.bed);
}

const char *check_allocations(const struct specimen *specimen, uint64_t seed, size_t steps)
{
	const char *wrong = NULL;
	bool ended = false;

	(void)steps;
	for (size_t spare = 0; !ended && !wrong && spare < 100; spare++)
		wrong = run_scenario(specimen, seed, spare, &ended);
	if (!wrong && !ended)
		return "reserve: needs more than a hundred allocations";
	return wrong;
}

const char *check_growth(const struct specimen *specimen, uint64_t seed, size_t steps)
{
	size_t before, made;
	struct timer_set *set;

	(void)seed, (void)steps;
	if (specimen_create(specimen, 0, &set))
		abort();
	before = allocations_made();
	for (size_t n = 1; n <= 20000; n++)
		if (specimen->structure->reserve(set, n))
			abort();
	made = allocations_made() - before;
	specimen->structure->destroy(set);
	/* log2(20000) is 14.3; a structure may grow several arrays, each by a half at a time. */
	return made <= 100 ? NULL : "reserve: does not grow geometrically";
}

/* Many rounds in which a few of many timers are armed, with ever other deadlines and intervals. */
static void churn(struct bed *bed, uint64_t *random, uint64_t *now, size_t rounds)
{
	for (size_t round = 0; round < rounds && !bed->wrong; round++) {
		for (size_t i = 0; i < 40; i++) {
			uint64_t interval = 1 + random_next(random) % (100 * SECOND);
			size_t number = random_next(random) % 100;

			if (bed->oracle.timers[number].state == ORACLE_ARMED)
				bed_reinsert(bed, number, *now + interval, interval);
			else
				bed_insert(bed, number, *now + interval, interval);
			if (random_next(random) % 4 == 0)
				bed_remove(bed, number);
		}
		*now += SECOND;
		bed_drain(bed, *now);
	}
}

const char *check_churn(const struct specimen *specimen, uint64_t seed, size_t steps)
{
	size_t peak = specimen_bears(specimen, 2000), rounds = steps / 20 + 20;
	uint64_t random = seed, now = 0;
	size_t first, last, at_peak;
	struct bed bed;

	bed_open(&bed, specimen, peak, 0);
	for (size_t i = 0; i < peak; i++)
		bed_insert(&bed, i, SECOND + random_next(&random) % SECOND, SECOND);
	at_peak = specimen->structure->footprint(bed.set);
	now = 2 * SECOND + 2 * bed.oracle.accuracy.tick;
	bed_drain(&bed, now);
	churn(&bed, &random, &now, rounds);
	first = specimen->structure->footprint(bed.set);
	churn(&bed, &random, &now, 20 * rounds);
	last = specimen->structure->footprint(bed.set);
	bed_expect(&bed, last <= first, "footprint: grows with churn");
	bed_expect(&bed, last <= at_peak + 65536, "footprint: more than at the peak");
	return bed_close(&bed);
}

const char *check_leaks(const struct specimen *specimen, uint64_t seed, size_t steps)
{
	size_t before = allocations_live();
	uint64_t random = seed;
	struct bed bed;

	(void)steps;
	bed_open(&bed, specimen, 500, 0);
	for (size_t i = 0; i < 500; i++)
		bed_insert(&bed, i, random_next(&random) % (3 * SECOND), random_next(&random) % 99);
	bed_drain(&bed, SECOND); /* the rest is armed when it is destroyed */
	if (bed_close(&bed))
		return bed.wrong;
	return allocations_live() == before ? NULL : "destroy: leaks memory";
}

const char *check_two_sets(const struct specimen *specimen, uint64_t seed, size_t steps)
{
	uint64_t random = seed;
	struct bed beds[2];
	const char *wrong;

	bed_open(&beds[0], specimen, 100, 0);
	bed_open(&beds[1], specimen, 100, 50 * SECOND);
	for (size_t step = 0; step < steps / 10 + 10; step++) {
		size_t which = random_next(&random) & 1, number = random_next(&random) % 100;
		struct bed *bed = &beds[which];
		uint64_t now = (which ? 50 : 0) * SECOND + step * SECOND / 100;

		if (bed->oracle.timers[number].state == ORACLE_ARMED)
			bed_remove(bed, number);
		else
			bed_insert(bed, number, now + random_next(&random) % SECOND, SECOND);
		bed_drain(bed, now);
		bed_inspect(&beds[0]);
		bed_inspect(&beds[1]);
	}
	wrong = bed_close(&beds[0]);
	return bed_close(&beds[1]) ? beds[1].wrong : wrong;
}

/* Whether a value of one option is taken, by the rows and by refuse. */
static bool is_taken(const struct timer_structure *structure, const char *text)
{
	_Alignas(16) char options[512];
	char error[OPTIONS_ERROR_SIZE] = "";
	bool parsed = !options_parse(structure->options, text, options, error, sizeof(error));

	if (!parsed && !*error)
		abort(); /* refused without a word */
	return parsed;
}

static const char *check_bounds(const struct timer_structure *structure,
				const struct option_spec *option)
{
	char text[96];

	snprintf(text, sizeof(text), "%s=%.0f", option->name, option->minimum);
	if (!is_taken(structure, text))
		return "options: a minimum is refused";
	snprintf(text, sizeof(text), "%s=%.0f", option->name, option->maximum);
	if (!is_taken(structure, text))
		return "options: a maximum is refused";
	snprintf(text, sizeof(text), "%s=%.0f", option->name, option->maximum + 1);
	if (is_taken(structure, text))
		return "options: more than the maximum is taken";
	snprintf(text, sizeof(text), "%s=%.0f", option->name, option->minimum - 1);
	if (option->minimum >= 1 && is_taken(structure, text))
		return "options: less than the minimum is taken";
	return NULL;
}

const char *check_options(const struct specimen *specimen, uint64_t seed, size_t steps)
{
	const struct timer_structure *structure = specimen->structure;
	const char *wrong = NULL;

	(void)seed, (void)steps;
	if (!is_taken(structure, ""))
		return "options: the defaults are refused";
	if (is_taken(structure, "no-such-option=1"))
		return "options: an unknown one is taken";
	for (const struct option_spec *option = structure->options;
	     option && option->name && !wrong; option++) {
		if (!option->help || !option->fallback)
			return "options: a row without help or default";
		if (option->type == OPTION_COUNT || option->type == OPTION_DURATION)
			wrong = check_bounds(structure, option);
	}
	if (!structure->name || !structure->summary || !structure->source ||
	    !structure->departures || !structure->complexity.expire)
		return "table: something that people read is missing";
	return wrong;
}
