/*
 * wrong_firings.c - structures that fire the wrong timers, at the wrong time, or report wrong times
 */
#include "faults.h"
#include "structures/tests/conformance/broken/right.h"

#define SUBJECT(name, ...) RIGHT_TABLE(subject_##name, #name, __VA_ARGS__)

SUBJECT(right, .departures = "none");

/* Returns a time one second after the earliest deadline. */
static uint64_t next_a_second_late(struct timer_set *set)
{
	uint64_t next = right_next(set);

	return next == TIMER_NEVER ? next : next + 1000000000;
}

SUBJECT(late_polls, .next = next_a_second_late);

static size_t expire_reversed(struct timer_set *set, uint64_t now, struct timer **out, size_t max)
{
	size_t count = right_expire(set, now, out, max);

	for (size_t i = 0; i < count / 2; i++) {
		struct timer *timer = out[i];

		out[i] = out[count - 1 - i];
		out[count - 1 - i] = timer;
	}
	return count;
}

SUBJECT(wrong_order, .expire = expire_reversed);

/* Changes the deadline of the tenth timer that fires. */
static size_t expire_and_write(struct timer_set *set, uint64_t now, struct timer **out, size_t max)
{
	struct right *right = right_of(set);
	size_t count = right_expire(set, now, out, max);

	for (size_t i = 0; i < count; i++)
		if (++right->word[0] == 10)
			out[i]->deadline--;
	return count;
}

SUBJECT(wrong_checksum, .expire = expire_and_write);

/* Returns the first timer of the first batch twice. */
static size_t expire_once_more(struct timer_set *set, uint64_t now, struct timer **out, size_t max)
{
	struct right *right = right_of(set);
	size_t count = right_expire(set, now, out, max);

	if (count && count < max && !right->word[0]++)
		out[count++] = out[0];
	return count;
}

SUBJECT(one_too_many, .expire = expire_once_more);

/* Makes all deadlines a year too late, so that no timer fires within a trace. */
static void insert_far(struct timer_set *set, struct timer *timer, uint64_t deadline,
		       uint64_t interval)
{
	right_insert(set, timer, deadline + UINT64_C(31536000000000000), interval);
}

SUBJECT(far_too_late, .insert = insert_far);

/*
 * Fires one timer before its deadline, and all others correctly. The structure declares a tick that
 * divides no trace's grain, so the checksum is not compared.
 */
static size_t expire_one_early(struct timer_set *set, uint64_t now, struct timer **out, size_t max)
{
	struct right *right = right_of(set);
	size_t count = right_expire(set, now, out, max);

	if (++right->word[0] == 3 && count < max && right->size) {
		struct timer *first = right->timers[--right->size];

		first->link.word[0] = RIGHT_IDLE;
		right->word[1] = first->key;
		out[count++] = first;
	}
	return count;
}

/* Until the deadline of the timer that fired early, still returns that deadline. */
static uint64_t next_with_early(struct timer_set *set)
{
	const struct right *right = right_of(set);
	uint64_t next = right_next(set);

	return right->word[1] > right->latest && right->word[1] < next ? right->word[1] : next;
}

static void to_an_odd_tick(const void *options, struct timer_accuracy *accuracy)
{
	(void)options;
	*accuracy = (struct timer_accuracy){ .when = TIMER_TO_A_TICK,
					     .order = TIMER_UNORDERED,
					     .tick = 1000003 };
}

SUBJECT(one_early, .expire = expire_one_early, .next = next_with_early, .accuracy = to_an_odd_tick);

static const char *check_nothing_right(const struct timer_set *set)
{
	(void)set;
	return "an invariant is broken on purpose";
}

SUBJECT(bad_invariant, .check = check_nothing_right);
