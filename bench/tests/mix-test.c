/*
 * mix-test.c - uneven shares of the intervals, and intervals that drift
 *
 * workload-test.c checks what the workload mix does with even shares and without a drift.
 */
#include "workload-test.h"

#include <errno.h>

#define N	   3000
#define OPERATIONS 200000

/* An interval, with the number of its arms and the indexes of its first and its last arm. */
struct used {
	uint64_t interval, arms, first, last;
};

struct arms {
	struct used *used; /* by interval */
	uint64_t count;	   /* number of distinct intervals */
	uint64_t total;
};

static int by_interval(const void *left, const void *right)
{
	const struct used *a = left, *b = right;

	if (a->interval != b->interval)
		return a->interval < b->interval ? -1 : 1;
	return (a->first > b->first) - (a->first < b->first);
}

static int same_interval(const void *key, const void *member)
{
	uint64_t wanted = *(const uint64_t *)key;
	const struct used *used = member;

	return (wanted > used->interval) - (wanted < used->interval);
}

static int by_arms(const void *left, const void *right)
{
	const struct used *a = left, *b = right;

	return (a->arms < b->arms) - (a->arms > b->arms);
}

/* Collects the intervals of the phase's arms. The caller frees `used`. */
static void collect(struct arms *arms, const struct trace *trace, const char *phase)
{
	uint64_t now = 0, counted = 0;
	bool inside = false;

	*arms = (struct arms){ .count = 0 };
	arms->used = calloc(trace->header->operations, sizeof(*arms->used));
	assert_non_null(arms->used);
	for (uint64_t i = 0; i < trace->header->operations; i++) {
		const struct trace_operation *operation = &trace->operations[i];

		if (operation->kind == TRACE_MARK)
			inside = !strcmp(trace->phases[operation->id].name, phase);
		if (operation->kind == TRACE_ADVANCE)
			now = operation->time;
		if (operation->kind != TRACE_ARM || !inside)
			continue;
		arms->used[arms->total] =
			(struct used){ operation->time - now, 1, arms->total, arms->total };
		arms->total++;
	}
	qsort(arms->used, arms->total, sizeof(*arms->used), by_interval);
	for (uint64_t i = 0; i < arms->total; i++) {
		struct used *last = arms->used + arms->count - 1;

		if (i && last->interval == arms->used[i].interval) {
			last->arms++;
			last->last = arms->used[i].last;
		} else {
			arms->used[arms->count++] = arms->used[i];
		}
	}
	for (uint64_t i = 0; i < arms->count; i++)
		counted += arms->used[i].arms;
	assert_int_equal(counted, arms->total);
}

/* The shares of the first ranks must be those of Zipf's law, and of 64 intervals all must occur. */
static void test_zipf(void **state)
{
	static const struct {
		const char *options;
		uint64_t intervals;
		double exponent;
	} cases[] = {
		{ "shares=zipf,intervals=64", 64, 1 },
		{ "shares=zipf,intervals=1000", 1000, 1 },
		{ "shares=zipf,intervals=64,exponent=0.5,stopped=0", 64, 0.5 },
		{ "shares=zipf,intervals=64,drift=1e6", 64, 1 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		double total = 0, expected = 0, seen = 0;
		struct trace trace;
		struct arms arms;

		make(&trace, "zipf", "mix", cases[i].options, N, OPERATIONS, 22);
		collect(&arms, &trace, "steady");
		trace_close(&trace);
		assert_true(arms.count <= cases[i].intervals);
		assert_true(arms.count * 100 >= cases[i].intervals * 98);
		qsort(arms.used, arms.count, sizeof(*arms.used), by_arms);
		for (uint64_t rank = 1; rank <= cases[i].intervals; rank++)
			total += pow((double)rank, -cases[i].exponent);
		for (uint64_t rank = 1; rank <= 32; rank++) {
			expected += pow((double)rank, -cases[i].exponent) / total;
			seen += (double)arms.used[rank - 1].arms / (double)arms.total;
			if (rank == 1 || rank == 10 || rank == 32)
				assert_true(fabs(seen / expected - 1) < 0.05);
		}
		printf("mix:%s seed 22: 32 of %" PRIu64 " intervals have %.3f, expected %.3f\n",
		       cases[i].options, arms.count, seen, expected);
		free(arms.used);
	}
}

/*
 * An interval must be in use for intervals x drift arms and never again, as many must be new as are
 * replaced, and all must be between the shortest and the longest interval. Arms that the fill made
 * must have intervals that went out of use before the first measured arm.
 */
static void test_drift(void **state)
{
	static const struct {
		const char *options;
		uint64_t intervals, drift;
	} cases[] = {
		{ "intervals=64,drift=100", 64, 100 },
		{ "intervals=4,drift=10,spread=100", 4, 10 },
		{ "intervals=1,drift=3000,stopped=0", 1, 3000 },
		{ "intervals=16,drift=100,shares=zipf,stop=rearm", 16, 100 },
		{ "intervals=64,drift=1,stopped=99%,within=20%", 64, 1 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		uint64_t life = cases[i].intervals * cases[i].drift, replaced, old = 0;
		struct arms arms, fill;
		struct trace trace;

		make(&trace, "drift", "mix", cases[i].options, N, OPERATIONS, 23);
		collect(&arms, &trace, "steady");
		collect(&fill, &trace, "fill");
		trace_close(&trace);
		replaced = arms.total / cases[i].drift;
		for (uint64_t k = 0; k < arms.count; k++) {
			assert_true(arms.used[k].last - arms.used[k].first < life);
			assert_true(arms.used[k].interval >= (uint64_t)1e7);
			assert_true(arms.used[k].interval <= (uint64_t)1e10);
		}
		assert_true(arms.count <= cases[i].intervals + replaced + 1);
		if (cases[i].drift >= 100)
			assert_true(arms.count * 100 >= replaced * 95);
		for (uint64_t k = 0; k < fill.count; k++)
			old += !bsearch(&fill.used[k].interval, arms.used, arms.count,
					sizeof(*arms.used), same_interval);
		assert_true(fill.count - old <= cases[i].intervals);
		assert_true(fill.count - old > 0);
		if (10 * cases[i].drift <= N)
			assert_true(old * 4 > cases[i].intervals);
		printf("mix:%s seed 23: %" PRIu64 " intervals in %" PRIu64 " arms; %" PRIu64
		       " of %" PRIu64 " in the fill only\n",
		       cases[i].options, arms.count, arms.total, old, fill.count);
		free(arms.used);
		free(fill.used);
	}
}

/* The share of stopped timers must not depend on the table of shares. */
static void test_stopped(void **state)
{
	static const char *const options[] = { "stopped=90%,intervals=64,shares=zipf",
					       "stopped=90%,intervals=64,drift=100" };

	(void)state;
	for (size_t i = 0; i < sizeof(options) / sizeof(*options); i++) {
		struct tally tally;
		double ends;

		make_tally(&tally, "mix", options[i], N, OPERATIONS, 24, "steady");
		ends = (double)(tally.disarms + tally.fired);
		assert_true(fabs((double)tally.disarms / ends - 0.9) < 5 * sqrt(0.09 / ends));
	}
}

/* A drift without new intervals left must be an error that says so. */
static void test_used_up(void **state)
{
	const struct workload *workload = find("mix");
	char error[TRACE_ERROR_SIZE] = "", path[256];
	void *parsed = calloc(1, workload->options_size);

	(void)state;
	assert_non_null(parsed);
	assert_int_equal(options_parse(workload->options, "range=1000,intervals=4,drift=1", parsed,
				       error, sizeof(error)),
			 0);
	assert_null(workload->refuse(parsed));
	file_in_folder(path, "used-up");
	assert_int_equal(
		trace_make(path, workload, parsed, "mix", 100, 1, 20000, "test", NULL, error),
		-EOVERFLOW);
	assert_non_null(strstr(error, "the drift has used up all intervals"));
	free(parsed);
}

static void test_refusals(void **state)
{
	static const char *const cases[] = { "shares=zipf", "drift=10",
					     "intervals=50,range=100,spread=4,drift=1" };
	const struct workload *workload = find("mix");

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		void *parsed = calloc(1, workload->options_size);
		char error[OPTIONS_ERROR_SIZE];

		assert_non_null(parsed);
		assert_int_equal(
			options_parse(workload->options, cases[i], parsed, error, sizeof(error)),
			0);
		assert_non_null(workload->refuse(parsed));
		free(parsed);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_zipf),	 cmocka_unit_test(test_drift),
		cmocka_unit_test(test_stopped),	 cmocka_unit_test(test_used_up),
		cmocka_unit_test(test_refusals),
	};

	RUN_TESTS(tests);
}
