/*
 * trace-validate-test.c - traces whose hashes are right and whose contents are wrong
 *
 * Each test changes one thing in a good trace and computes the hashes again, as a faulty program
 * would write the trace.
 */
#include "trace-test.h"

#include <errno.h>
#include <inttypes.h>

#include "bench/trace/random.h"
#include "structures/timer.h"

/*
 * The indices of the sample's entries in its stream. Timers 0 to 3 are A, B, C and D. The comments
 * give the deadline or the time.
 */
enum sample {
	MARK_FILL,
	ARM_A, /* 5000 */
	ARM_B, /* 2000 */
	ARM_C, /* absolute, 3000 */
	MARK_WORK,
	ADVANCE, /* 3000: B and C fire */
	DISARM_A,
	REMOVE_A, /* now idle */
	ARM_D,	  /* 4000 */
	ARM_B2,	  /* 9000; B has no later arm, so a test may change it freely */
	ADVANCE2, /* 4000: D fires */
	SAMPLE_OPERATIONS,
};

static void generate_sample(struct generator *generator, const void *options, uint64_t n,
			    uint64_t operations)
{
	const uint64_t *fired;

	(void)options;
	(void)operations;
	generator_begin(generator, n, GRAIN);
	generator_mark(generator, "fill", false);
	generator_arm(generator, 0, 5000);
	generator_arm(generator, 1, 2000);
	generator_arm_absolute(generator, 2, 3000);
	generator_mark(generator, "work", true);
	generator_advance(generator, 3000, &fired);
	generator_disarm(generator, 0);
	generator_remove(generator, 0);
	generator_arm(generator, 3, 1000);
	generator_arm(generator, 1, 6000);
	generator_advance(generator, 4000, &fired);
}

/* A trace in writable memory. */
struct draft {
	struct bytes bytes;
	struct trace_layout layout;
	struct trace_header *header;
	struct trace_phase *phases;
	struct trace_operation *operations;
	struct trace_advance *advances;
	uint32_t *fired;
};

static void *at(const struct draft *draft, uint64_t offset)
{
	return draft->bytes.data + offset;
}

static struct draft read_draft(const char *path)
{
	struct draft draft = { .bytes = read_file(path) };

	draft.header = at(&draft, 0);
	assert_true(trace_layout_of(draft.header, &draft.layout));
	draft.phases = at(&draft, draft.layout.phases);
	draft.operations = at(&draft, draft.layout.operations);
	draft.advances = at(&draft, draft.layout.advances);
	draft.fired = at(&draft, draft.layout.fired);
	return draft;
}

static struct draft sample_draft(const char *path)
{
	const struct workload sample = { .name = "sample", .generate = generate_sample };
	char error[TRACE_ERROR_SIZE] = "";

	if (trace_make(path, &sample, NULL, "sample", 4, 1, 1, "test", NULL, error) < 0)
		fail_msg("%s", error);
	return read_draft(path);
}

/* Writes the draft with the right hashes. */
static void write_draft(const char *path, struct draft *draft)
{
	uint64_t *hashes = at(draft, draft->layout.hashes);
	uint64_t end = draft->layout.hashes;

	for (uint64_t from = 0; from < end; from += TRACE_HASH_BLOCK)
		hashes[from / TRACE_HASH_BLOCK] = trace_block_hash(
			at(draft, from),
			end - from < TRACE_HASH_BLOCK ? end - from : TRACE_HASH_BLOCK, from);
	draft->header->hash =
		trace_hashes_hash(hashes, draft->header->hashes ? trace_blocks(end) : 0);
	write_file(path, draft->bytes.data, draft->bytes.size);
}

/* Opens and validates a trace. Returns 0 or the first error. */
static int judge(const char *path, char *error)
{
	struct trace trace;
	int result;

	memset(error, 0, TRACE_ERROR_SIZE);
	result = trace_open(&trace, path, error);
	if (result == 0) {
		result = trace_validate(&trace, path, error);
		trace_close(&trace);
	}
	return result;
}

typedef void (*change)(struct draft *draft);

/* A change, the index of the entry that is then wrong, and the reason in the message. */
struct mistake {
	change change;
	uint64_t place;
	const char *why;
};

#define MISTAKE(name, statement)                                                                   \
	static void name(struct draft *draft)                                                      \
	{                                                                                          \
		statement;                                                                         \
	}

MISTAKE(unknown_kind, draft->operations[ARM_B].kind = TRACE_KINDS)
MISTAKE(huge_kind, draft->operations[ARM_B].kind = UINT32_MAX)
MISTAKE(no_first_mark, draft->operations[MARK_FILL].kind = TRACE_DISARM; draft->phases[0].first = 1)
MISTAKE(mark_twice, draft->operations[MARK_WORK].id = 0)
MISTAKE(mark_elsewhere, draft->phases[1].first = ARM_C)
MISTAKE(mark_measured, draft->phases[0].measured = 2)
MISTAKE(arm_id, draft->operations[ARM_A].id = 4)
MISTAKE(arm_grain, draft->operations[ARM_A].time = 5001)
MISTAKE(arm_past, draft->operations[ARM_D].time = 2000)
MISTAKE(no_interval, draft->operations[ARM_A].kind = TRACE_ARM_INTERVAL)
MISTAKE(lone_interval, draft->operations[ARM_B].kind = TRACE_INTERVAL)
MISTAKE(late_interval, draft->operations[ADVANCE2].kind = TRACE_ARM_INTERVAL)
MISTAKE(disarm_idle, draft->operations[DISARM_A].id = draft->operations[ARM_D].id)
MISTAKE(disarm_id, draft->operations[DISARM_A].id = 1u << 31)
MISTAKE(remove_idle, draft->operations[REMOVE_A].id = draft->operations[ARM_D].id)
MISTAKE(remove_id, draft->operations[REMOVE_A].id = UINT32_MAX)
MISTAKE(time_back, draft->operations[ADVANCE2].time = 2000)
MISTAKE(time_grain, draft->operations[ADVANCE].time = 3500)
MISTAKE(time_never, draft->header->grain = 1; draft->operations[ADVANCE2].time = TIMER_NEVER)
MISTAKE(advance_place, draft->operations[ADVANCE].id = 1)
MISTAKE(advance_more, draft->operations[ADVANCE2].id = 2)
MISTAKE(earliest, draft->advances[0].earliest = 1000)
MISTAKE(fired_beyond, draft->advances[0].fired_end = 4)
MISTAKE(fired_back, draft->advances[1].fired_end = 1)
MISTAKE(fired_id, draft->fired[1] = 4)
MISTAKE(fired_idle, draft->fired[0] = draft->operations[ARM_D].id)
MISTAKE(fired_twice, draft->fired[1] = draft->fired[0])
MISTAKE(fired_early, draft->fired[1] = draft->operations[ARM_A].id)
MISTAKE(fired_order, uint32_t id = draft->fired[0]; draft->fired[0] = draft->fired[1];
	draft->fired[1] = id)
MISTAKE(fired_late, draft->advances[0].fired_end = 1)
MISTAKE(few_arms, draft->phases[0].arms = 2)
MISTAKE(few_stops, draft->phases[1].stops = 1)
MISTAKE(few_advances, draft->phases[1].advances = 1)
MISTAKE(few_fired, draft->phases[1].fired = 2)
MISTAKE(checksum, draft->phases[1].checksum++)
MISTAKE(peak, draft->phases[0].armed_peak = 4)
MISTAKE(fired_left, draft->advances[1].fired_end = 2; draft->operations[ARM_D].time = 5000;
	draft->phases[1].fired = 2; draft->advances[1].earliest = 5000;
	draft->phases[1].checksum = trace_firing(draft->fired[0], 2000, 3000) +
				    trace_firing(draft->fired[1], 3000, 3000))
MISTAKE(advance_left, draft->operations[ADVANCE2].kind = TRACE_ARM;
	draft->operations[ADVANCE2].id = draft->operations[ARM_B].id; draft->phases[1].arms = 3;
	draft->phases[1].advances = 1; draft->phases[1].fired = 2;
	draft->phases[1].checksum = trace_firing(draft->fired[0], 2000, 3000) +
				    trace_firing(draft->fired[1], 3000, 3000))
MISTAKE(phase_left, draft->operations[MARK_WORK].kind = TRACE_ARM;
	draft->operations[MARK_WORK].time = 5000;
	draft->operations[MARK_WORK].id = draft->operations[ARM_A].id; draft->phases[0].arms = 6;
	draft->phases[0].stops = 2; draft->phases[0].advances = 2; draft->phases[0].fired = 3;
	draft->phases[0].checksum = draft->phases[1].checksum)

static const struct mistake mistakes[] = {
	{ unknown_kind, ARM_B, "the kind is unknown" },
	{ huge_kind, ARM_B, "the kind is unknown" },
	{ no_first_mark, MARK_FILL, "does not begin with a mark" },
	{ mark_twice, MARK_WORK, "the index in phases[]" },
	{ mark_elsewhere, MARK_WORK, "begins at another operation" },
	{ mark_measured, MARK_FILL, "neither measured nor unmeasured" },
	{ arm_id, ARM_A, "the id is out of range" },
	{ arm_grain, ARM_A, "no multiple of the grain" },
	{ arm_past, ARM_D, "in the past" },
	{ no_interval, ARM_A, "no interval follows" },
	{ lone_interval, ARM_B, "an interval without an arm" },
	{ late_interval, ADVANCE2, "no interval follows" },
	{ disarm_idle, DISARM_A, "disarms a timer that is not armed" },
	{ disarm_id, DISARM_A, "the id is out of range" },
	{ remove_idle, REMOVE_A, "removes a timer that is idle" },
	{ remove_id, REMOVE_A, "the id is out of range" },
	{ time_back, ADVANCE2, "time goes back" },
	{ time_grain, ADVANCE, "no multiple of the grain" },
	{ time_never, ADVANCE2, "the time is TIMER_NEVER" },
	{ advance_place, ADVANCE, "the index in advances[]" },
	{ advance_more, ADVANCE2, "the index in advances[]" },
	{ earliest, ADVANCE, "another earliest deadline" },
	{ fired_beyond, ADVANCE, "fired_end in advances[]" },
	{ fired_back, ADVANCE2, "fired_end in advances[]" },
	{ fired_id, ADVANCE, "an id that fires is out of range" },
	{ fired_idle, ADVANCE, "a timer fires that is not armed" },
	{ fired_twice, ADVANCE, "a timer fires that is not armed" },
	{ fired_early, ADVANCE, "a timer fires before its deadline" },
	{ fired_order, ADVANCE, "timers fire out of order" },
	{ fired_late, ADVANCE, "a timer that is due does not fire" },
	{ few_arms, MARK_WORK, "other counts of operations" },
	{ few_stops, SAMPLE_OPERATIONS, "other counts of operations" },
	{ few_advances, SAMPLE_OPERATIONS, "other counts of operations" },
	{ few_fired, SAMPLE_OPERATIONS, "other counts of operations" },
	{ checksum, SAMPLE_OPERATIONS, "another checksum" },
	{ peak, MARK_WORK, "another peak" },
	{ fired_left, SAMPLE_OPERATIONS, "before all of fired[] has fired" },
	{ advance_left, SAMPLE_OPERATIONS, "before all of advances[]" },
	{ phase_left, SAMPLE_OPERATIONS, "before all phases have begun" },
};

static void test_mistakes(void **state)
{
	char path[256], error[TRACE_ERROR_SIZE], place[64];

	(void)state;
	file_in_folder(path, "mistake");
	for (size_t i = 0; i < sizeof(mistakes) / sizeof(*mistakes); i++) {
		const struct mistake *mistake = &mistakes[i];
		struct draft draft = sample_draft(path);

		assert_int_equal(judge(path, error), 0);
		mistake->change(&draft);
		write_draft(path, &draft);
		assert_int_equal(judge(path, error), -EBADMSG);
		snprintf(place, sizeof(place),
			 ": operation %" PRIu64 " (byte %" PRIu64 "): ", mistake->place,
			 draft.layout.operations + mistake->place * sizeof(*draft.operations));
		if (strncmp(error, path, strlen(path)) != 0 || !strstr(error, place) ||
		    !strstr(error, mistake->why))
			fail_msg("wanted%s%s; got %s", place, mistake->why, error);
		free(draft.bytes.data);
	}
	unlink(path);
}

MISTAKE(no_grain, draft->header->grain = 0)
MISTAKE(many_ids, draft->header->ids = UINT64_C(1) << 32)
MISTAKE(many_phases, draft->header->phases = TRACE_PHASES + 1)
MISTAKE(endless_workload, memset(draft->header->workload, 'x', sizeof(draft->header->workload)))
MISTAKE(endless_phase, memset(draft->phases[1].name, 'x', sizeof(draft->phases[1].name)))
MISTAKE(phase_beyond, draft->phases[1].first = SAMPLE_OPERATIONS)
MISTAKE(phase_before, draft->phases[1].first = 0)
MISTAKE(many_operations, draft->header->operations = UINT64_MAX / 16)
MISTAKE(most_operations, draft->header->operations = UINT64_MAX)
MISTAKE(many_hashes, draft->header->hashes = UINT64_MAX)
MISTAKE(two_hashes, draft->header->hashes = 2; draft->header->fired -= 2)
MISTAKE(no_hashes, draft->header->hashes = 0; draft->header->file_size -= 8; draft->bytes.size -= 8)
MISTAKE(large_header, draft->header->header_size = 1024)
MISTAKE(new_version, draft->header->version = TRACE_VERSION + 1)

#define FIELD(field) offsetof(struct trace_header, field)
#define PHASE_1	     (sizeof(struct trace_header) + sizeof(struct trace_phase))

static const struct mistake bad_headers[] = {
	{ no_grain, FIELD(grain), "the grain at byte 48 is 0" },
	{ many_ids, FIELD(ids), "more ids than" },
	{ many_phases, FIELD(phases), "9 phases, more than 8" },
	{ endless_workload, FIELD(workload), "unterminated text" },
	{ endless_phase, PHASE_1, "phase 1 at" },
	{ phase_beyond, PHASE_1, "phase 1 at" },
	{ phase_before, PHASE_1, "phase 1 at" },
	{ many_operations, FIELD(phases), "sections" },
	{ most_operations, FIELD(phases), "sections that are too long" },
	{ many_hashes, FIELD(phases), "sections" },
	{ two_hashes, FIELD(phases), "corrupt: " },
	{ no_hashes, FIELD(hashes), "0 hashes for 1 blocks" },
	{ large_header, FIELD(header_size), "a header of 1024 bytes" },
	{ new_version, FIELD(version), "version 2 at byte 16: this program reads version 1" },
};

static void test_bad_headers(void **state)
{
	char path[256], error[TRACE_ERROR_SIZE], place[64];

	(void)state;
	file_in_folder(path, "header");
	for (size_t i = 0; i < sizeof(bad_headers) / sizeof(*bad_headers); i++) {
		struct draft draft = sample_draft(path);

		bad_headers[i].change(&draft);
		write_draft(path, &draft);
		assert_int_equal(judge(path, error), -EBADMSG);
		snprintf(place, sizeof(place), " at byte %" PRIu64, bad_headers[i].place);
		if (!strstr(error, bad_headers[i].why) || !strstr(error, place))
			fail_msg("wanted %s; got %s", bad_headers[i].why, error);
		free(draft.bytes.data);
	}
	unlink(path);
}

/*
 * The interval may differ from deadline - now. Generators never write such an interval, but
 * recorders do.
 */
static void test_interval(void **state)
{
	char path[256], error[TRACE_ERROR_SIZE];
	struct trace_operation *arm;
	struct draft draft;

	(void)state;
	draft = sample_draft(file_in_folder(path, "interval"));
	arm = &draft.operations[ARM_D];
	arm[0].kind = TRACE_ARM_INTERVAL;
	arm[1] = (struct trace_operation){ .time = 7000, .kind = TRACE_INTERVAL };
	draft.phases[1].arms = 1;
	write_draft(path, &draft);
	if (judge(path, error) < 0)
		fail_msg("%s", error);
	arm[1].time = 7500;
	write_draft(path, &draft);
	assert_int_equal(judge(path, error), -EBADMSG);
	assert_non_null(strstr(error, "no multiple of the grain"));
	free(draft.bytes.data);
	unlink(path);
}

/* Writes a random or plausible value into a random field after the header. */
static void scramble(struct draft *draft, struct random *random)
{
	const struct trace_header *header = draft->header;
	struct trace_operation *operation =
		&draft->operations[random_below(random, header->operations)];
	struct trace_advance *advance = &draft->advances[random_below(random, header->advances)];
	uint64_t value = random_next(random) >> random_below(random, 64);

	switch (random_below(random, 6)) {
	case 0:
		operation->time = value / GRAIN * GRAIN;
		break;
	case 1:
		operation->id = (uint32_t)value;
		break;
	case 2:
		operation->kind = (uint32_t)random_below(random, TRACE_KINDS + 1);
		break;
	case 3:
		advance->earliest = value;
		break;
	case 4:
		advance->fired_end = value;
		break;
	default:
		draft->fired[random_below(random, header->fired)] = (uint32_t)value;
	}
}

/* Whatever the contents, validation must report the error and not read outside the trace. */
static void test_scrambled(void **state)
{
	const uint64_t seed = 7;
	char path[256], error[TRACE_ERROR_SIZE];
	struct random random;
	int wrong = 0;

	(void)state;
	print_message("seed %" PRIu64 "\n", seed);
	random_seed(&random, seed, 0);
	file_in_folder(path, "scrambled");
	for (int round = 0; round < 1000; round++) {
		struct draft draft;
		int result;

		make_mixed(path, 20, 200, seed);
		draft = read_draft(path);
		for (uint64_t i = random_below(&random, 4) + 1; i > 0; i--)
			scramble(&draft, &random);
		write_draft(path, &draft);
		result = judge(path, error);
		assert_true(result == 0 || result == -EBADMSG);
		if (result < 0)
			assert_non_null(strstr(error, ": operation "));
		wrong += result < 0;
		free(draft.bytes.data);
	}
	/* A trace stays valid only if the field is unused or keeps its value. */
	assert_true(wrong > 800);
	unlink(path);
}

/* A timer that is armed for time 0 just before an advance must fire at that advance. */
static void generate_due_at_once(struct generator *generator, const void *options, uint64_t n,
				 uint64_t operations)
{
	const uint64_t *fired;

	(void)options, (void)operations;
	generator_begin(generator, n, GRAIN);
	generator_mark(generator, "all", true);
	generator_arm_absolute(generator, 0, 0);
	assert_int_equal(generator_advance(generator, 10 * GRAIN, &fired), 1);
}

static void test_due_at_time_0(void **state)
{
	static const struct workload due = { .name = "due", .generate = generate_due_at_once };
	char path[256], error[TRACE_ERROR_SIZE];
	struct trace trace;

	(void)state;
	file_in_folder(path, "due");
	if (trace_make(path, &due, NULL, "due", 1, 1, 1, "test", NULL, error) < 0)
		fail_msg("%s", error);
	open_whole(&trace, path);
	trace_close(&trace);
	unlink(path);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_mistakes),      cmocka_unit_test(test_bad_headers),
		cmocka_unit_test(test_interval),      cmocka_unit_test(test_scrambled),
		cmocka_unit_test(test_due_at_time_0),
	};

	RUN_TESTS(tests);
}
