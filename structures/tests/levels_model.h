/*
 * levels_model.h - bucket-levels or interval-levels with small buckets, compared with a list
 *
 * A test defines small constants, includes the structure and then this header. With small
 * constants, rare cases are frequent. The test compares with a list of deadlines which timers fire,
 * and in what order. `check` walks the set after each step. At the end, the rare cases must have
 * happened.
 *
 * Some timers share a deadline, and others share an interval. The clock stands still, jumps and
 * steps back. In some phases few timers are stopped, in others most of them. A timer that is not in
 * the set has other bytes in its key and deadline than before, so a set that reads it fails.
 *
 * TIMERBED_SEED is the seed. Without it, there are four seeds.
 */
#ifndef TESTS_LEVELS_MODEL_H
#define TESTS_LEVELS_MODEL_H

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

#include "structures/tests/draw.h"
#include "structures/tests/run_group.h"

#define TIMERS 600
#define TURNS  3000
#define PHASE  100 /* turns in which about the same share of timers is stopped */
#define SHARED 12  /* deadlines, and intervals, that timers share */
#define SEEDS  4

/* Rare cases that have happened. */
struct happened {
	size_t nodes, sweeps, late, put_back, herds, put_off;
};

struct model {
	struct timer_set *set;
	struct timer timer[TIMERS];
	uint64_t deadline[TIMERS]; /* deadlines of the armed timers */
	bool armed[TIMERS], idle[TIMERS];
	uint64_t now, random, deadlines[SHARED], intervals[SHARED];
	uint64_t different; /* how many of the shared intervals are in use */
	uint64_t stops;	    /* about how many of 8 armed timers are stopped */
	bool herd;	    /* whether all timers are armed for one deadline */
	struct happened happened;
};

static uint64_t draw(struct model *model, uint64_t below)
{
	return draw_from(&model->random, below);
}

static uint64_t draw_magnitude(struct model *model, uint64_t bits)
{
	return draw(model, UINT64_C(1) << (1 + draw(model, bits)));
}

/* Overwrites what a set must not read of an idle timer. */
static void leave(struct model *model, size_t i)
{
	const uint64_t *word = model->timer[i].link.word;

	assert_true((word[0] | word[1] | word[2] | word[3]) == 0);
	model->timer[i].key = model->timer[i].deadline = UINT64_C(0xa5a5a5a5a5a5a5a5);
	model->armed[i] = false;
	model->idle[i] = true;
}

/*
 * Returns a deadline within a random number of bits of now. Some deadlines are in the past, and
 * some are TIMER_NEVER.
 */
static uint64_t draw_deadline(struct model *model)
{
	uint64_t ahead = draw_magnitude(model, 22);

	switch (draw(model, 32)) {
	case 0:
		return TIMER_NEVER;
	case 1:
		return model->now > ahead ? model->now - ahead : 0;
	default:
		return model->now + ahead;
	}
}

/* Returns a shared deadline, a shared interval from now, sometimes minus a lag, or any deadline. */
static uint64_t some_deadline(struct model *model, uint64_t *interval)
{
	uint64_t kind = draw(model, 8);

	*interval = 0;
	if (model->herd)
		return model->deadlines[0];
	if (kind == 0)
		return draw_deadline(model);
	if (kind < 4)
		return model->deadlines[draw(model, SHARED)];
	*interval = model->intervals[draw(model, model->different)];
	return model->now + *interval - (draw(model, 16) ? 0 : draw(model, *interval));
}

static void arm_some(struct model *model)
{
	for (uint64_t left = draw(model, model->herd ? 2 * TIMERS : TIMERS / 2); left--;) {
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
			model->armed[i] = false;
		} else if (!model->idle[i]) {
			levels_remove(model->set, &model->timer[i]);
			leave(model, i);
		}
		model->happened.sweeps += ((struct levels *)model->set)->swept != NULL;
	}
}

static uint64_t earliest(const struct model *model)
{
	uint64_t least = TIMER_NEVER;

	for (size_t i = 0; i < TIMERS; i++)
		if (model->armed[i] && model->deadline[i] < least)
			least = model->deadline[i];
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
		leave(model, which);
	}
	assert_true(count == most || earliest(model) > model->now ||
		    earliest(model) == TIMER_NEVER);
	return count < most;
}

/* An earlier now than before may return timers, but none before its deadline. */
static void step_back(struct model *model)
{
	uint64_t now = model->now - draw(model, model->now / 2 + 1);
	struct timer *batch[64];
	size_t count = levels_expire(model->set, now, batch, 64);

	for (size_t i = 0; i < count; i++) {
		size_t which = (size_t)(batch[i] - model->timer);

		assert_true(which < TIMERS && model->armed[which]);
		assert_true(model->deadline[which] <= now);
		leave(model, which);
	}
}

static void note(struct model *model)
{
	const struct levels *levels = (struct levels *)model->set;
	struct happened *happened = &model->happened;

	for (const struct bucket *bucket = levels->buckets.next; bucket != &levels->buckets;
	     bucket = bucket->next) {
		happened->nodes += bucket->node != NULL;
		happened->herds += bucket->level == 0 && bucket->count > 2 * FRONT_ROOM;
	}
	happened->late += levels->late != 0;
	happened->put_back += levels->late == 0 && levels->queues.heap.size >= LATE_MOST;
	for (size_t i = 0; i < levels->queues.intervals.count; i++)
		happened->put_off += levels->queues.intervals.queue[i].interval >= PUT_OFF;
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
	note(model);
}

/* Usually time advances a little. Sometimes it stands still, and sometimes it jumps. */
static void advance(struct model *model)
{
	switch (draw(model, 16)) {
	case 0:
		return;
	case 1:
		model->now += draw_magnitude(model, 28);
		return;
	default:
		model->now += draw_magnitude(model, 20);
	}
}

static void turn(struct model *model)
{
	model->deadlines[draw(model, SHARED)] = draw_deadline(model);
	arm_some(model);
	check(model);
	stop_some(model);
	check(model);
	assert_true(levels_next(model->set) <= earliest(model));
	advance(model);
	for (uint64_t left = draw(model, 12); left--;) {
		if (fire(model, 1 + draw(model, 64)))
			break;
		if (!draw(model, 8))
			step_back(model);
	}
	check(model);
}

/* Chooses other intervals, and another share of stops. In some phases there is one deadline. */
static void begin_phase(struct model *model)
{
	for (unsigned i = 0; i < SHARED; i++)
		model->intervals[i] = 1 + draw_magnitude(model, 22);
	model->different = 1 + draw(model, SHARED);
	model->stops = draw(model, 9);
	model->herd = !draw(model, 6);
}

static void run_seed(uint64_t seed, struct happened *happened)
{
	struct model *model = calloc(1, sizeof(*model));

	print_message("seed %llu\n", (unsigned long long)seed);
	assert_non_null(model);
	model->random = seed;
	model->happened = *happened;
	assert_int_equal(levels_create(&model->set, NULL, 0), 0);
	assert_int_equal(levels_reserve(model->set, TIMERS), 0);
	for (size_t i = 0; i < TIMERS; i++)
		leave(model, i);
	for (unsigned i = 0; i < TURNS; i++) {
		if (i % PHASE == 0)
			begin_phase(model);
		turn(model);
	}
	levels_destroy(model->set);
	*happened = model->happened;
	free(model);
}

static void test_random_work(void **state)
{
	const char *given = getenv("TIMERBED_SEED");
	struct happened happened = { 0 };

	(void)state;
	if (given) {
		run_seed(strtoull(given, NULL, 0), &happened);
		return;
	}
	for (uint64_t seed = 1; seed <= SEEDS; seed++)
		run_seed(seed, &happened);
	assert_true(happened.nodes && happened.sweeps && happened.late && happened.herds);
	assert_true(happened.put_back);
	assert_int_equal(happened.put_off != 0, SET_QUEUES != 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(test_random_work) };

	return RUN_GROUP(tests);
}

#endif
