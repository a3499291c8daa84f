/*
 * bucket-levels-random-test.c - bucket-levels with small buckets, compared with a list
 *
 * With these constants, rare cases are frequent. Some timers share a deadline, and others share an
 * interval. In some phases few timers are stopped, in others most of them. The test compares with a
 * list of deadlines which timers fire, and in what order. `check` walks the set after each step.
 */
#define LEVELS_FIRST	    64
#define FRONT_ROOM	    32
#define BURST_AT	    64
#define timer_bucket_levels timer_bucket_levels_small
#include "structures/bucket-levels.c"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

#include "structures/tests/draw.h"
#include "structures/tests/run_group.h"

#define TIMERS 600
#define TURNS  3000

#define INTERVALS 12
#define PHASE	  100 /* turns in which about the same share of timers is stopped */

struct model {
	struct timer_set *set;
	struct timer timer[TIMERS];
	uint64_t deadline[TIMERS]; /* deadlines of the armed timers */
	bool armed[TIMERS], idle[TIMERS];
	uint64_t now, random, deadlines[8], intervals[INTERVALS];
	uint64_t different; /* how many of the intervals are in use */
	uint64_t stops;	    /* about how many of 8 armed timers are stopped */
	bool queued;	    /* whether timers were in queues */
};

static uint64_t draw(struct model *model, uint64_t below)
{
	return draw_from(&model->random, below);
}

/*
 * Returns a deadline within a random number of bits of now. Some deadlines are in the past, and
 * some are TIMER_NEVER.
 */
static uint64_t draw_deadline(struct model *model)
{
	uint64_t ahead = draw(model, UINT64_C(1) << (1 + draw(model, 22)));

	switch (draw(model, 32)) {
	case 0:
		return TIMER_NEVER;
	case 1:
		return model->now > ahead ? model->now - ahead : 0;
	default:
		return model->now + ahead;
	}
}

/*
 * Returns a deadline that other timers share, or a shared interval from now, sometimes minus a lag,
 * or any deadline.
 */
static uint64_t some_deadline(struct model *model, uint64_t *interval)
{
	*interval = 0;
	switch (draw(model, 8)) {
	case 0:
		return draw_deadline(model);
	case 1:
	case 2:
	case 3:
		return model->deadlines[draw(model, 8)];
	default:
		*interval = model->intervals[draw(model, model->different)];
		return model->now + *interval - (draw(model, 16) ? 0 : draw(model, *interval));
	}
}

static void arm_some(struct model *model)
{
	for (uint64_t left = draw(model, TIMERS / 2); left--;) {
		size_t i = draw(model, TIMERS);
		uint64_t interval, deadline = some_deadline(model, &interval);

		if (model->armed[i])
			levels_reinsert(model->set, &model->timer[i], deadline, interval);
		else
			levels_insert(model->set, &model->timer[i], deadline, interval);
		model->armed[i] = true;
		model->idle[i] = false;
		model->deadline[i] = deadline;
	}
}

static void stop_some(struct model *model)
{
	for (uint64_t left = draw(model, TIMERS / 4) * model->stops / 4; left--;) {
		size_t i = draw(model, TIMERS);

		if (model->armed[i] && draw(model, 8) >= model->stops) {
			levels_disarm(model->set, &model->timer[i]);
		} else if (!model->idle[i]) {
			levels_remove(model->set, &model->timer[i]);
			memset(&model->timer[i], 0, sizeof(model->timer[i]));
			model->idle[i] = true;
		}
		model->armed[i] = false;
	}
}

static uint64_t earliest(const struct model *model)
{
	uint64_t least = TIMER_NEVER;

	for (size_t i = 0; i < TIMERS; i++)
		if (model->armed[i])
			least = model->deadline[i] < least ? model->deadline[i] : least;
	return least;
}

/*
 * Fires at most `most` timers, each of which must be the earliest armed timer. Returns whether all
 * due timers have fired.
 */
static bool fire(struct model *model, size_t most)
{
	struct timer *batch[64];
	size_t count = levels_expire(model->set, model->now, batch, most);

	for (size_t i = 0; i < count; i++) {
		size_t which = (size_t)(batch[i] - model->timer);

		assert_true(which < TIMERS && model->armed[which]);
		assert_int_equal(model->deadline[which], earliest(model));
		assert_true(model->deadline[which] <= model->now);
		model->armed[which] = false;
		model->idle[which] = true;
	}
	assert_true(count == most || earliest(model) > model->now ||
		    earliest(model) == TIMER_NEVER);
	return count < most;
}

static void check(struct model *model)
{
	const char *broken = levels_check(model->set);
	size_t armed = 0;

	if (broken)
		fail_msg("%s", broken);
	for (size_t i = 0; i < TIMERS; i++)
		armed += model->armed[i];
	assert_int_equal(levels_size(model->set), armed);
}

static void turn(struct model *model)
{
	model->deadlines[draw(model, 8)] = draw_deadline(model);
	arm_some(model);
	check(model);
	stop_some(model);
	check(model);
	assert_true(levels_next(model->set) <= earliest(model));
	model->now += draw(model, UINT64_C(1) << (1 + draw(model, 20)));
	for (uint64_t left = draw(model, 12); left--;)
		if (fire(model, 1 + draw(model, 64)))
			break;
	check(model);
}

/* Chooses other intervals, and another share of stops. */
static void begin_phase(struct model *model)
{
	for (unsigned i = 0; i < INTERVALS; i++)
		model->intervals[i] = 1 + draw(model, UINT64_C(1) << (1 + draw(model, 22)));
	model->different = 1 + draw(model, INTERVALS);
	model->stops = draw(model, 9);
}

static void random_work(void **state)
{
	(void)state;
	for (uint64_t seed = 1; seed <= 4; seed++) {
		struct model *model = calloc(1, sizeof(*model));

		assert_non_null(model);
		model->random = seed;
		memset(model->idle, true, sizeof(model->idle));
		assert_int_equal(levels_create(&model->set, NULL, 0), 0);
		assert_int_equal(levels_reserve(model->set, TIMERS), 0);
		print_message("seed %u\n", (unsigned)seed);
		for (unsigned i = 0; i < TURNS; i++) {
			if (i % PHASE == 0)
				begin_phase(model);
			turn(model);
		}
		levels_destroy(model->set);
		free(model);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(random_work) };

	return RUN_GROUP(tests);
}
