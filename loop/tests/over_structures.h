/*
 * over_structures.h - runs tests of timeouts over every structure and both re-add paths
 *
 * The two paths by which event_add re-arms a pending timeout are disarm and insert, and reinsert.
 * Time is simulated. The journal records which event was called and when, in ms, exact to the ns:
 * "a@90 b@150.000001". A callback takes no time unless a test makes it do so. Structures that fire
 * late by design, or that have no order within an iteration, run only the tests that hold for them.
 */
#ifndef OVER_STRUCTURES_H
#define OVER_STRUCTURES_H

#include "loop/tests/journal.h"
#include "structures/common/find.h"

#define TIMEVAL(ms) (&(const struct timeval){ (ms) / 1000, (ms) % 1000 * 1000 })

/* The structure and the re-add path of the current tests, and the base of the current test. */
static struct {
	const char *structure; /* its name */
	int reinsert;	       /* EVENT_BASE_FLAG_TIMER_REINSERT or 0 */
	struct event_base *base;
	uint64_t began, burned; /* ns: when the loop was called; time that callbacks took since */
} over;

static inline void check_invariants(struct evwatch *watch,
				    const struct evwatch_prepare_cb_info *info, void *arg)
{
	(void)watch, (void)info;
	loop_test_check(arg);
}

static inline void begin(int flags)
{
	over.base = loop_test_base("virtual", over.structure, flags | over.reinsert);
	assert_non_null(over.base);
	assert_non_null(evwatch_prepare_new(over.base, check_invariants, over.base));
}

static inline void end(void)
{
	end_base(over.base);
	over.base = NULL;
}

static inline uint64_t now(void)
{
	uint64_t ns = 0;

	event_base_virtual_now(over.base, &ns);
	return ns;
}

static inline void burn(uint64_t ms)
{
	assert_int_equal(event_base_virtual_advance(over.base, ms * MILLISECOND), 0);
}

/* A callback that appends its event's name and the time to the journal, for example "a@90 ". */
static inline void note_when(evutil_socket_t fd, short what, void *arg)
{
	char entry[64], *end_of_number;

	snprintf(entry, sizeof(entry), "%s@%llu.%06llu", (const char *)arg,
		 (unsigned long long)(now() / MILLISECOND),
		 (unsigned long long)(now() % MILLISECOND));
	for (end_of_number = entry + strlen(entry); end_of_number[-1] == '0'; end_of_number--)
		;
	if (end_of_number[-1] == '.')
		end_of_number--;
	strcpy(end_of_number, " ");
	note(fd, what, entry);
}

/*
 * Calls the loop `iterations` times with EVLOOP_ONCE. Stops early and returns 1 if no event is
 * pending.
 */
static inline int run_for(int iterations)
{
	int result = 0;

	for (int i = 0; i < iterations && !result; i++) {
		result = event_base_loop(over.base, EVLOOP_ONCE);
		loop_test_check(over.base);
	}
	return result;
}

/* Runs the loop until no event is pending. */
static inline void run(void)
{
	assert_int_equal(event_base_dispatch(over.base), 1);
	loop_test_check(over.base);
}

/* Makes an event that appends its name and the time to the journal. The test frees the event. */
static inline struct event *timer(const char *name, short events)
{
	struct event *event = event_new(over.base, -1, events, note_when, (void *)name);

	assert_non_null(event);
	return event;
}

static inline void add(struct event *event, long ms)
{
	assert_int_equal(event_add(event, TIMEVAL(ms)), 0);
}

/* What the next callback does: it takes time, then adds, deletes or activates events. */
static struct {
	uint64_t burns; /* ms */
	struct event *add[2];
	long timeouts[2]; /* ms */
	struct event *delete;
	struct event *activate;
} then;

static inline void note_and_then(evutil_socket_t fd, short what, void *arg)
{
	note_when(fd, what, arg);
	burn(then.burns);
	then.burns = 0;
	for (int i = 0; i < 2; i++) {
		if (then.add[i])
			add(then.add[i], then.timeouts[i]);
	}
	if (then.delete)
		assert_int_equal(event_del(then.delete), 0);
	if (then.activate)
		event_active(then.activate, EV_TIMEOUT, 1);
	memset(&then, 0, sizeof(then));
}

static inline struct event *timer_and_then(const char *name, short events)
{
	struct event *event = event_new(over.base, -1, events, note_and_then, (void *)name);

	assert_non_null(event);
	memset(&then, 0, sizeof(then));
	return event;
}

static inline const struct timeval *common(long sec, long usec)
{
	const struct timeval duration = { sec, usec };

	return event_base_init_common_timeout(over.base, &duration);
}

static inline void add_common(struct event *event, const struct timeval *duration)
{
	assert_non_null(duration);
	assert_int_equal(event_add(event, duration), 0);
}

static inline struct timer_accuracy accuracy_of(const char *structure)
{
	struct timer_accuracy accuracy;

	assert_int_equal(timer_set_accuracy(structure, &accuracy, NULL, 0), 0);
	return accuracy;
}

/*
 * Returns whether the structure fires on time, and orders deadlines that are at least 1 ms apart.
 */
static inline bool is_exact(const char *structure)
{
	const struct timer_accuracy accuracy = accuracy_of(structure);

	return accuracy.when == TIMER_EXACT && accuracy.order != TIMER_UNORDERED &&
	       accuracy.tick <= MILLISECOND;
}

/* `any` runs on every structure, `exact` only on exact structures (is_exact). */
struct structure_tests {
	const struct CMUnitTest *any, *exact;
	size_t any_count, exact_count;
	int failed, run; /* so far */
};

static inline void run_group(struct structure_tests *tests, const char *name,
			     const struct CMUnitTest *group, size_t count)
{
	if (!count)
		return;
	tests->failed += _cmocka_run_group_tests(name, group, count, NULL, NULL);
	tests->run += (int)count;
}

static inline void run_one_way(struct structure_tests *tests, const char *structure, int reinsert)
{
	char name[160];

	over.structure = structure;
	over.reinsert = reinsert;
	snprintf(name, sizeof(name), "%s%s", structure, reinsert ? ", in place" : "");
	run_group(tests, name, tests->any, tests->any_count);
	if (is_exact(structure))
		run_group(tests, name, tests->exact, tests->exact_count);
}

static inline void run_both_ways(const char *structure, void *tests)
{
	run_one_way(tests, structure, 0);
	run_one_way(tests, structure, EVENT_BASE_FLAG_TIMER_REINSERT);
}

/* Runs the tests and prints the last line. Returns the exit status of the program. */
static inline int run_over_structures(struct structure_tests *tests)
{
	for (size_t i = 0; timer_structures[i]; i++)
		timer_structure_names(timer_structures[i], run_both_ways, tests);
	printf("%d passed, %d failed\n", tests->run - tests->failed, tests->failed);
	return tests->failed ? 1 : 0;
}

#define TESTS_OF(array) .array = array, .array##_count = sizeof(array) / sizeof(*(array))

#endif
