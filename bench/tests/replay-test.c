/*
 * replay-test - the calls that the replay makes to a structure, and what it counts
 *
 * The traces are written by hand. The structures are a sorted array that records its calls, the
 * same array with one fault, and all structures of the catalogue.
 */
#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "bench/cell.h"
#include "bench/replay/replay_structure.h"
#include "bench/tests/hand-trace.h"
#include "bench/tests/made-structure.h"
#include "structures/tests/conformance/broken/right.h"

#define US UINT64_C(1000)

static struct hand_trace hand;
static struct cell cell;
static struct replay opened;

/* The calls to the structure under test, one word each. */
static char calls[8192];

static void write_down(const char *what, const struct timer *timer, uint64_t a, uint64_t b)
{
	size_t length = strlen(calls);

	snprintf(calls + length, sizeof(calls) - length, "%s(%" PRIu32 ",%" PRIu64 ",%" PRIu64 ") ",
		 what, replay_id(&opened, timer), a, b);
}

static void insert(struct timer_set *set, struct timer *timer, uint64_t deadline, uint64_t interval)
{
	write_down("insert", timer, deadline, interval);
	assert_true(right_of(set)->size < right_of(set)->capacity);
	right_insert(set, timer, deadline, interval);
}

static void reinsert(struct timer_set *set, struct timer *timer, uint64_t deadline,
		     uint64_t interval)
{
	write_down("reinsert", timer, deadline, interval);
	right_reinsert(set, timer, deadline, interval);
}

static void disarm(struct timer_set *set, struct timer *timer)
{
	write_down("disarm", timer, 0, 0);
	right_disarm(set, timer);
}

static void take_away(struct timer_set *set, struct timer *timer)
{
	write_down("remove", timer, 0, 0);
	right_remove(set, timer);
}

static size_t expire(struct timer_set *set, uint64_t now, struct timer **out, size_t max)
{
	size_t length = strlen(calls), count = right_expire(set, now, out, max);

	snprintf(calls + length, sizeof(calls) - length, "expire(%" PRIu64 ",%zu)=%zu ", now, max,
		 count);
	return count;
}

static RIGHT_TABLE(written, "written", .insert = insert, .reinsert = reinsert, .disarm = disarm,
		   .remove = take_away, .expire = expire);
REPLAY_STRUCTURE_CODE(written_inline, &written);

static void find(const char *name)
{
	char error[SUBJECT_ERROR_SIZE] = "";

	if (subject_find(name, &cell.subject, error))
		fail_msg("%s", error);
}

/* Makes a cell of the current trace with one of this file's structures. */
static void make_cell(const struct timer_structure *made)
{
	cell = (struct cell){ .settings = { .repeats = 1, .stride = 64 } };
	find("binary-heap"); /* for its code, which can call any table */
	cell.subject.family = &made_family;
	cell.subject.code[DISPATCH_INLINE] = &written_inline;
	cell.trace = hand.trace;
	structure = made;
	*calls = '\0';
}

static struct replay_tally replay_in(enum replay_mode mode)
{
	char error[CELL_ERROR_SIZE] = "";

	if (cell_open(&cell, &opened, error))
		fail_msg("%s", error);
	return cell_replay(&cell, &opened, mode, mode, NULL);
}

static void replay_made(const struct timer_structure *made, enum replay_mode mode)
{
	make_cell(made);
	replay_in(mode);
}

/* --------------------------------------------------------------------------------- calls */

/* Writes each operation, in every state of a timer in which a trace allows it. */
static void write_all_operations(void)
{
	hand_fill(&hand);
	hand_arm(&hand, TRACE_ARM, 2, 40 * US, 0);
	hand_arm(&hand, TRACE_ARM_INTERVAL, 3, 60 * US, 7 * US);
	hand_arm(&hand, TRACE_ARM, 0, 30 * US, 0);
	hand_stop(&hand, TRACE_DISARM, 2);
	hand_advance(&hand, 20 * US);
	hand_arm(&hand, TRACE_ARM, 2, 90 * US, 0);
	hand_stop(&hand, TRACE_REMOVE, 3);
	hand_arm(&hand, TRACE_ARM, 3, 80 * US, 0);
	hand_stop(&hand, TRACE_DISARM, 2);
	hand_stop(&hand, TRACE_REMOVE, 2);
	hand_advance(&hand, 70 * US);
}

static const char all_calls[] = "insert(0,50000,50000) insert(1,20000,0) expire(10000,64)=0 "
				"insert(2,40000,30000) insert(3,60000,7000) "
				"reinsert(0,30000,20000) disarm(2,0,0) expire(20000,64)=1 "
				"insert(2,90000,70000) remove(3,0,0) insert(3,80000,60000) "
				"disarm(2,0,0) remove(2,0,0) expire(70000,64)=1 ";

static void operations_reach_the_structure(void **state)
{
	(void)state;
	write_all_operations();
	for (int dispatch = 0; dispatch < DISPATCHES; dispatch++)
		for (int mode = 0; mode < REPLAY_MODES; mode++) {
			uint32_t cycles[64];

			make_cell(&written);
			cell.dispatch = (enum dispatch)dispatch;
			assert_int_equal(cell_open(&cell, &opened, (char[CELL_ERROR_SIZE]){ 0 }),
					 0);
			opened.cycles = cycles;
			cell_replay(&cell, &opened, (enum replay_mode)mode, (enum replay_mode)mode,
				    NULL);
			assert_string_equal(calls, all_calls);
			replay_close(&opened);
		}
}

/* The memory of a removed timer must be that of a new timer. */
static void a_removed_object_is_new(void **state)
{
	static const struct replay_object new;

	(void)state;
	write_all_operations();
	replay_made(&written, REPLAY_PLAIN);
	assert_memory_equal(replay_object(&opened, 2), &new, sizeof(new));
	assert_int_equal(replay_object(&opened, 0)->armed, REPLAY_IDLE); /* fired */
	assert_int_equal(replay_object(&opened, 3)->armed, REPLAY_ARMED);
	assert_int_equal(opened.not_idle, 1);
	replay_close(&opened);
}

static void objects_lie_a_stride_apart(void **state)
{
	(void)state;
	write_all_operations();
	for (unsigned stride = 64; stride <= 128; stride *= 2) {
		make_cell(&written);
		cell.settings.stride = stride;
		replay_in(REPLAY_PLAIN);
		assert_string_equal(calls, all_calls);
		for (uint32_t id = 0; id < 4; id++) {
			assert_ptr_equal(replay_object(&opened, id), opened.objects + id * stride);
			assert_int_equal(replay_id(&opened, &replay_object(&opened, id)->timer),
					 id);
		}
		assert_int_equal((uintptr_t)opened.objects % 128, 0);
		replay_close(&opened);
	}
}

/* All due timers must expire, in as many calls as necessary. A full batch causes one more call. */
static void expires_in_batches(void **state)
{
	static const struct {
		uint32_t timers;
		const char *calls;
	} rows[] = {
		{ 0, "expire(10000,64)=0 " },
		{ 63, "expire(10000,64)=63 " },
		{ 64, "expire(10000,64)=64 expire(10000,64)=0 " },
		{ 130, "expire(10000,64)=64 expire(10000,64)=64 expire(10000,64)=2 " },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		hand_begin(&hand, US);
		hand_mark(&hand, "all", true);
		for (uint32_t id = 0; id < rows[i].timers; id++)
			hand_arm(&hand, TRACE_ARM, id, (1 + id % 10) * US, 0);
		hand_advance(&hand, 10 * US);
		replay_made(&written, REPLAY_PLAIN);
		assert_string_equal(strstr(calls, "expire"), rows[i].calls);
		assert_int_equal(opened.tally.fired, rows[i].timers);
		assert_int_equal(opened.not_idle, 0);
		replay_close(&opened);
	}
}

/* Disarmed timers need room, too, because their memory still belongs to the structure. */
static void room_is_reserved_before_each_insert(void **state)
{
	(void)state;
	hand_begin(&hand, US);
	hand_mark(&hand, "all", true);
	for (uint32_t id = 0; id < 130; id++) {
		hand_arm(&hand, TRACE_ARM, id, US, 0);
		hand_stop(&hand, id % 2 ? TRACE_DISARM : TRACE_REMOVE, id);
	}
	replay_made(&written, REPLAY_PLAIN);
	assert_int_equal(opened.not_idle, 65);
	assert_int_equal(opened.reserved, 128);
	replay_close(&opened);
}

/* --------------------------------------------------------------------------------- counts */

static void the_tally_counts(void **state)
{
	struct replay_tally measured;
	uint64_t checksum = 0;

	(void)state;
	write_all_operations();
	make_cell(&written);
	measured = replay_in(REPLAY_PLAIN);
	for (size_t i = 0; i < 2; i++)
		checksum += hand.phases[i].checksum;
	assert_int_equal(opened.tally.arms, 7);
	assert_int_equal(opened.tally.stops, 4);
	assert_int_equal(opened.tally.advances, 3);
	assert_int_equal(opened.tally.fired, 2);
	assert_int_equal(opened.tally.polls, 3);
	assert_int_equal(opened.tally.early_polls, 0);
	assert_int_equal(opened.tally.late_polls, 0);
	assert_int_equal(opened.tally.overtaken, 0);
	assert_int_equal(opened.tally.wrong_state, 0);
	assert_true(opened.tally.checksum == checksum);
	assert_int_equal(opened.now, 70 * US);
	assert_int_equal(measured.arms, 5);
	assert_int_equal(measured.stops, 4);
	assert_int_equal(measured.advances, 2);
	assert_int_equal(measured.fired, 2);
	assert_int_equal(measured.polls, 2);
	assert_int_equal(measured.elapsed, 60 * US);
	replay_close(&opened);
}

static void replays_right(const char *name, enum dispatch dispatch, enum replay_mode mode)
{
	uint32_t cycles[64];
	char text[CELL_VERDICT_SIZE];
	const char *verdict;

	make_cell(&written);
	find(name);
	cell.dispatch = dispatch;
	assert_int_equal(cell_open(&cell, &opened, (char[CELL_ERROR_SIZE]){ 0 }), 0);
	opened.cycles = cycles;
	cell_replay(&cell, &opened, mode, mode, NULL);
	verdict = cell_verdict(&cell, &opened, text, sizeof(text));
	if (verdict)
		fail_msg("%s: %s", name, verdict);
	assert_int_equal(opened.tally.arms, 7);
	assert_int_equal(opened.tally.stops, 4);
	assert_int_equal(opened.tally.advances, 3);
	assert_int_equal(opened.now, 70 * US);
	if (!cell.subject.told_firings)
		assert_int_equal(opened.tally.polls, 3);
	replay_close(&opened);
}

static void replay_each_way(const char *name, const char *summary, void *data)
{
	(void)summary, (void)data;
	find(name);
	for (int dispatch = 0; dispatch < DISPATCHES; dispatch++)
		for (int mode = 0; mode < REPLAY_MODES; mode++) {
			find(name);
			if (cell.subject.code[dispatch])
				replays_right(name, (enum dispatch)dispatch,
					      (enum replay_mode)mode);
		}
}

static void every_subject_replays(void **state)
{
	(void)state;
	write_all_operations();
	subject_list(replay_each_way, NULL);
}

/* Fires as many timers at once as a batch of expire holds, and one more or less. */
static void replay_many_at_once(const char *name, const char *summary, void *data)
{
	bool touches = !strcmp(name, "yardstick-touch"); /* it touches only timers that fire */
	const char *verdict;
	char text[CELL_VERDICT_SIZE];

	(void)summary, (void)data;
	find(name);
	for (int dispatch = 0; dispatch < DISPATCHES; dispatch++) {
		make_cell(&written);
		find(name);
		if (!cell.subject.code[dispatch])
			continue;
		cell.dispatch = (enum dispatch)dispatch;
		assert_int_equal(cell_open(&cell, &opened, (char[CELL_ERROR_SIZE]){ 0 }), 0);
		for (uint32_t id = 0; id < 129 && touches; id++)
			replay_object(&opened, id)->armed = REPLAY_ARMED;
		cell_replay(&cell, &opened, REPLAY_PLAIN, REPLAY_PLAIN, NULL);
		verdict = cell_verdict(&cell, &opened, text, sizeof(text));
		if (verdict)
			fail_msg("%s: %s", name, verdict);
		for (uint32_t id = 0; id < 129 && touches; id++)
			assert_int_equal(replay_object(&opened, id)->armed, REPLAY_IDLE);
		replay_close(&opened);
	}
}

static void every_subject_expires_in_batches(void **state)
{
	static const uint32_t due[] = { 63, 64, 65, 127, 128, 129 };

	(void)state;
	hand_begin(&hand, US);
	hand_mark(&hand, "all", true);
	for (size_t i = 0; i < sizeof(due) / sizeof(*due); i++) {
		for (uint32_t id = 0; id < due[i]; id++)
			hand_arm(&hand, TRACE_ARM, id, (i + 1) * 100 * US, 0);
		hand_advance(&hand, (i + 1) * 100 * US);
	}
	subject_list(replay_many_at_once, NULL);
}

/* ------------------------------------------------------------------------ timed and cold */

#define UNTOUCHED UINT32_MAX

/* Each operation and each call of expire must have one reading, and nothing else. */
static void every_operation_is_timed(void **state)
{
	static const char *const names[] = { "quad-heap", "yardstick-touch" };
	uint32_t cycles[32];

	(void)state;
	write_all_operations();
	for (size_t i = 0; i < 2; i++) {
		make_cell(&written);
		find(names[i]);
		memset(cycles, 0xff, sizeof(cycles));
		assert_int_equal(cell_open(&cell, &opened, (char[CELL_ERROR_SIZE]){ 0 }), 0);
		opened.cycles = cycles;
		opened.timeable = 13;
		cell_replay(&cell, &opened, REPLAY_TIMED, REPLAY_TIMED, NULL);
		assert_int_equal(opened.timed, 7 + 4 + 3);
		for (size_t j = 0; j < 32; j++)
			assert_int_equal(cycles[j] == UNTOUCHED, j >= 13);
		replay_close(&opened);
	}
}

/* The least reading of several replays must be kept. */
static void the_least_reading_is_kept(void **state)
{
	uint32_t cycles[14] = { 0 };

	(void)state;
	write_all_operations();
	make_cell(&written);
	cycles[3] = UNTOUCHED;
	assert_int_equal(cell_open(&cell, &opened, (char[CELL_ERROR_SIZE]){ 0 }), 0);
	opened.cycles = cycles;
	opened.timeable = 14;
	cell_replay(&cell, &opened, REPLAY_TIMED, REPLAY_TIMED, NULL);
	for (size_t i = 0; i < 14; i++)
		assert_int_equal(cycles[i] != 0, i == 3);
	assert_int_not_equal(cycles[3], UNTOUCHED);
	replay_close(&opened);
}

/* The other modes must not time anything. */
static void nothing_else_is_timed(void **state)
{
	(void)state;
	write_all_operations();
	replay_made(&written, REPLAY_PLAIN);
	assert_int_equal(opened.timed, 0);
	replay_close(&opened);
	replay_made(&written, REPLAY_CHECKED);
	assert_int_equal(opened.timed, 0);
	replay_close(&opened);
}

/* Before each entry, `cold` lines of the buffer must be touched, each of them once. */
static void cold_lines_are_touched_once(void **state)
{
	uint64_t touched = 0;

	(void)state;
	write_all_operations();
	make_cell(&written);
	cell.settings.cold = 100;
	replay_in(REPLAY_PLAIN);
	for (uint64_t line = 0; line <= opened.cold_mask; line++) {
		assert_true(opened.cold_lines[line * 64] <= 1);
		touched += opened.cold_lines[line * 64];
	}
	assert_int_equal(touched, 100 * hand.header.operations);
	assert_true(opened.cold_mask + UINT64_C(1) > (32 << 20) / 64);
	replay_close(&opened);
}

/* ---------------------------------------------------------------------------- messages */

/*
 * Runs a function in a child process and stores its stderr in `said`. Returns the status as waitpid
 * stores it.
 */
static int run_child(void (*run)(void), char *said, size_t size)
{
	int ends[2], status;
	ssize_t length;
	pid_t child;

	assert_int_equal(pipe(ends), 0);
	child = fork();
	assert_true(child >= 0);
	if (!child) {
		dup2(ends[1], STDERR_FILENO);
		run();
		_exit(0);
	}
	close(ends[1]);
	length = read(ends[0], said, size - 1);
	said[length > 0 ? length : 0] = '\0';
	close(ends[0]);
	assert_int_equal(waitpid(child, &status, 0), child);
	return status;
}

static int reserve_nothing(struct timer_set *set, size_t n)
{
	(void)set, (void)n;
	return -ENOMEM;
}

static RIGHT_TABLE(without_memory, "without memory", .reserve = reserve_nothing);

static void replay_without_memory(void)
{
	write_all_operations();
	replay_made(&without_memory, REPLAY_PLAIN);
}

static void a_structure_without_memory_ends_the_process(void **state)
{
	char said[256];
	int status = run_child(replay_without_memory, said, sizeof(said));

	(void)state;
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), 1);
	assert_string_equal(said, "timerbed: binary-heap: out of memory while replaying\n");
}

static int open_nothing(struct replay *made)
{
	(void)made;
	return -ENOMEM;
}

static void a_failed_open_leaves_nothing(void **state)
{
	static const struct subject_family failing = { .open = open_nothing };
	char error[CELL_ERROR_SIZE];

	(void)state;
	write_all_operations();
	make_cell(&written);
	cell.subject.family = &failing;
	assert_int_equal(cell_open(&cell, &opened, error), -ENOMEM);
	assert_null(opened.objects);
	assert_string_equal(error, "binary-heap: out of memory for 4 timers");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(operations_reach_the_structure),
		cmocka_unit_test(a_removed_object_is_new),
		cmocka_unit_test(objects_lie_a_stride_apart),
		cmocka_unit_test(expires_in_batches),
		cmocka_unit_test(room_is_reserved_before_each_insert),
		cmocka_unit_test(the_tally_counts),
		cmocka_unit_test(every_subject_replays),
		cmocka_unit_test(every_subject_expires_in_batches),
		cmocka_unit_test(every_operation_is_timed),
		cmocka_unit_test(the_least_reading_is_kept),
		cmocka_unit_test(nothing_else_is_timed),
		cmocka_unit_test(cold_lines_are_touched_once),
		cmocka_unit_test(a_structure_without_memory_ends_the_process),
		cmocka_unit_test(a_failed_open_leaves_nothing),
	};
	int failed = cmocka_run_group_tests(tests, NULL, NULL);

	printf("%d passed, %d failed\n", (int)(sizeof(tests) / sizeof(*tests)) - failed, failed);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
