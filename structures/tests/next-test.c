/*
 * next-test.c - in a wheel that was emptied, next returns the same as in a new set
 *
 * By the contract, next may be early. These structures are stricter: after their only timer was
 * removed, they keep no note of it. A note that stays would cause a spurious wake-up.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "structures/common/options.h"
#include "structures/tests/run_group.h"
#include "structures/timer.h"

static const char *const wheels[] = { "hierarchical-wheel", "cascading-wheel", "kernel-wheel",
				      "two-level-wheel", "hashed-wheel" };

static struct timer_set *create(const char *text, const struct timer_structure **structure)
{
	char error[OPTIONS_ERROR_SIZE];
	struct timer_set *set;

	assert_int_equal(timer_set_create(text, 0, structure, &set, error, sizeof(error)), 0);
	assert_int_equal((*structure)->reserve(set, 2), 0);
	return set;
}

/*
 * Returns the result of next with one timer armed. If `before` is not 0, the set held another timer
 * with that deadline earlier.
 */
static uint64_t next_after(const char *text, uint64_t before, uint64_t deadline)
{
	const struct timer_structure *structure;
	struct timer_set *set = create(text, &structure);
	struct timer first = { 0 }, second = { 0 };
	uint64_t next;

	if (before) {
		structure->insert(set, &first, before, before);
		structure->remove(set, &first);
		assert_int_equal(structure->next(set), TIMER_NEVER);
	}
	structure->insert(set, &second, deadline, deadline);
	next = structure->next(set);
	structure->destroy(set);
	return next;
}

static void forgets(const char *text)
{
	for (unsigned shift = 0; shift < 58; shift++) {
		uint64_t before = UINT64_C(10) << shift, deadline = UINT64_C(50) << shift;
		uint64_t with = next_after(text, before, deadline);
		uint64_t without = next_after(text, 0, deadline);

		if (with != without)
			fail_msg("%s: %llu instead of %llu after a timer for %llu", text,
				 (unsigned long long)with, (unsigned long long)without,
				 (unsigned long long)before);
	}
}

static void emptied_wheels_forget(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(wheels) / sizeof(*wheels); i++) {
		const struct timer_structure *structure = timer_structure_find(wheels[i]);
		const char *const *settings = structure->settings_to_test;
		char text[256];

		forgets(wheels[i]);
		for (; settings && *settings; settings++) {
			snprintf(text, sizeof(text), "%s:%s", wheels[i], *settings);
			forgets(text);
		}
	}
}

/* In a set that is made at a late time, next must not return a time that has passed. */
static void sets_that_begin_late(void **state)
{
	const uint64_t begin = UINT64_C(1) << 50;

	(void)state;
	for (size_t i = 0; i < sizeof(wheels) / sizeof(*wheels); i++) {
		const struct timer_structure *structure;
		char error[OPTIONS_ERROR_SIZE];
		struct timer timer = { 0 };
		struct timer_set *set;

		assert_int_equal(
			timer_set_create(wheels[i], begin, &structure, &set, error, sizeof(error)),
			0);
		assert_int_equal(structure->reserve(set, 1), 0);
		structure->insert(set, &timer, begin + 10000000, 10000000);
		if (structure->next(set) < begin)
			fail_msg("%s: %llu has passed", wheels[i],
				 (unsigned long long)structure->next(set));
		structure->remove(set, &timer);
		structure->destroy(set);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(emptied_wheels_forget),
		cmocka_unit_test(sets_that_begin_late),
	};

	return RUN_GROUP(tests);
}
