/*
 * workload-test.c - every workload generates what its essay says
 *
 * The checks that hold for all workloads run on every workload in the registry, so a new workload
 * is tested without changes here. After that, the promises of each workload's own essay are
 * checked. Statistical checks use fixed seeds, which they print, so they give the same result each
 * time. Their bounds are five standard deviations or wider.
 */
#include "workload-test.h"

static const uint64_t sizes[] = { 1, 7, 100, 3000 };

#define SIZES (sizeof(sizes) / sizeof(*sizes))

static bool is(const struct workload *workload, const char *name)
{
	return strcmp(workload->name, name) == 0;
}

/*
 * At the end of each turn n timers must be armed, or the number that the workload's essay states.
 */
static void check_armed(const struct workload *workload, const char *variant,
			const struct tally *tally, uint64_t n)
{
	if (is(workload, "adversary") && strcmp(variant, "attack=width") == 0) {
		assert_in_range(tally->armed_least, n / 4, n);
		assert_int_equal(tally->armed_most, n);
		return;
	}
	if (!is(workload, "server")) {
		assert_int_equal(tally->armed_least, n);
		assert_int_equal(tally->armed_most, n);
		return;
	}
	assert_in_range(tally->armed_least, n < 7 ? 3 : n * 8 / 10, n < 7 ? 5 : n * 12 / 10);
	assert_in_range(tally->armed_most, n < 7 ? 3 : n * 8 / 10, n < 7 ? 5 : n * 15 / 10);
	if (n >= 100)
		assert_in_range((uint64_t)tally->armed_mean, n * 95 / 100, n * 105 / 100);
}

static void check_steady(const struct workload *workload, const char *variant, uint64_t n)
{
	const uint64_t operations = 20000;
	struct tally tally;
	uint64_t done, least = operations;

	make_tally(&tally, workload->name, variant, n, operations, 1, "steady");
	done = operations_of(&tally);
	if (is(workload, "burst") && 2 * n > operations)
		least = 2 * n;
	assert_true(done >= least);
	assert_true(done < least + tally.longest_turn);
	check_armed(workload, variant, &tally, n);
}

static void check_fill_drain(const char *variant, uint64_t n)
{
	struct tally fill, drain;

	make_tally(&fill, "fill-drain", variant, n, 1, 1, "fill");
	make_tally(&drain, "fill-drain", variant, n, 1, 1, "drain");
	assert_int_equal(fill.inserts, n);
	assert_int_equal(operations_of(&fill), n);
	assert_int_equal(fill.armed_last, n);
	assert_int_equal(drain.fired, n);
	assert_int_equal(operations_of(&drain), n);
	assert_int_equal(drain.armed_last, 0);
}

/*
 * Checks that each phase has one operation per timer: n arms, n re-arms, n / 2 removes, and the
 * other timers fire.
 */
static void check_lifecycle(const char *variant, uint64_t n)
{
	struct tally arm, rearm, stop, expire;

	make_tally(&arm, "lifecycle", variant, n, 1, 1, "arm");
	make_tally(&rearm, "lifecycle", variant, n, 1, 1, "re-arm");
	make_tally(&stop, "lifecycle", variant, n, 1, 1, "stop");
	make_tally(&expire, "lifecycle", variant, n, 1, 1, "expire");
	assert_int_equal(arm.inserts, n);
	assert_int_equal(operations_of(&arm), n);
	assert_int_equal(rearm.rearms, n);
	assert_int_equal(operations_of(&rearm), n);
	assert_int_equal(stop.removes, n / 2);
	assert_int_equal(operations_of(&stop), n / 2);
	assert_int_equal(expire.fired, n - n / 2);
	assert_int_equal(operations_of(&expire), n - n / 2);
	assert_int_equal(expire.armed_last, 0);
}

/* Workloads without a steady state, and the check for each. */
static const struct {
	const char *name;
	void (*check)(const char *variant, uint64_t n);
} phased[] = {
	{ "fill-drain", check_fill_drain },
	{ "lifecycle", check_lifecycle },
};

static void check_variant(const struct workload *workload, const char *variant, uint64_t n)
{
	for (size_t i = 0; i < sizeof(phased) / sizeof(*phased); i++) {
		if (is(workload, phased[i].name)) {
			phased[i].check(variant, n);
			return;
		}
	}
	check_steady(workload, variant, n);
}

static void test_every_variant(void **state)
{
	(void)state;
	for (size_t i = 0; workloads[i]; i++) {
		assert_string_equal(workloads[i]->variants[0], "");
		for (const char *const *variant = workloads[i]->variants; *variant; variant++) {
			for (size_t size = 0; size < SIZES; size++)
				check_variant(workloads[i], *variant, sizes[size]);
		}
	}
}

static void test_same_seed_same_bytes(void **state)
{
	(void)state;
	for (size_t i = 0; workloads[i]; i++) {
		char path[3][256];
		struct bytes bytes[3];

		for (uint64_t k = 0; k < 3; k++) {
			char file[16];
			struct trace trace;

			snprintf(file, sizeof(file), "same-%" PRIu64, k);
			make(&trace, file, workloads[i]->name, "", 100, 5000, k == 2 ? 8 : 7);
			trace_close(&trace);
			bytes[k] = read_file(file_in_folder(path[k], file));
		}
		assert_int_equal(bytes[0].size, bytes[1].size);
		assert_memory_equal(bytes[0].data, bytes[1].data, bytes[0].size);
		assert_true(bytes[0].size != bytes[2].size ||
			    memcmp(bytes[0].data, bytes[2].data, bytes[0].size) != 0);
		for (int k = 0; k < 3; k++)
			free(bytes[k].data);
	}
}

/* A turn has about `batch` operations, or about `batch` firings if an arm follows each firing. */
static void test_batch(void **state)
{
	static const struct {
		const char *name, *options;
		double low, high; /* operations in a turn */
	} cases[] = {
		{ "hold", "", 120, 130 },
		{ "hold", "batch=16", 31, 33 },
		{ "idle", "", 63, 66 },
		{ "rpc", "", 58, 66 },
		{ "rpc", "batch=16", 15, 17 },
		{ "server", "", 60, 66 },
		{ "retry", "outage=0", 60, 66 },
		{ "ticker", "", 60, 75 }, /* 34.5 firings in the longest turn, of a millisecond */
		{ "ticker", "batch=16", 31, 33 },
		{ "mix", "", 58, 66 },
		{ "mix", "batch=16,stopped=0", 15, 17 },
		{ "mix", "stopped=90%,stop=rearm", 56, 66 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct tally tally;
		double mean;

		make_tally(&tally, cases[i].name, cases[i].options, 3000, 50000, 3, "steady");
		mean = (double)operations_of(&tally) / (double)tally.advances;
		if (mean < cases[i].low || mean > cases[i].high)
			fail_msg("%s:%s: %.1f operations in a turn, not %.0f to %.0f",
				 cases[i].name, cases[i].options, mean, cases[i].low,
				 cases[i].high);
	}
}

struct intervals {
	double *values; /* ns */
	size_t count;
	size_t distinct;
};

static int compare_doubles(const void *left, const void *right)
{
	double a = *(const double *)left, b = *(const double *)right;

	return (a > b) - (a < b);
}

/*
 * Collects the intervals of all arms of the last phase, and sorts them. The caller frees the
 * values.
 */
static void collect(struct intervals *intervals, const char *name, const char *options, uint64_t n,
		    uint64_t operations, uint64_t seed)
{
	struct trace trace;
	uint64_t now = 0, first;

	make(&trace, "intervals", name, options, n, operations, seed);
	first = trace.phases[trace.header->phases - 1].first;
	*intervals = (struct intervals){ .count = 0 };
	intervals->values = calloc(trace.header->operations, sizeof(double));
	assert_non_null(intervals->values);
	for (uint64_t i = 0; i < trace.header->operations; i++) {
		if (trace.operations[i].kind == TRACE_ADVANCE)
			now = trace.operations[i].time;
		else if (i > first && trace.operations[i].kind == TRACE_ARM)
			intervals->values[intervals->count++] =
				(double)(trace.operations[i].time - now);
	}
	qsort(intervals->values, intervals->count, sizeof(double), compare_doubles);
	for (size_t i = 0; i < intervals->count; i++)
		intervals->distinct += i == 0 || intervals->values[i] != intervals->values[i - 1];
	trace_close(&trace);
}

static void test_hold_distributions(void **state)
{
	/*
	 * Medians derived from the distribution functions. The bound of the mean is wide for
	 * Pareto.
	 */
	const struct {
		const char *options;
		double median, mean_error;
	} cases[] = {
		{ "", log(2), 0.02 },
		{ "dist=uniform", 1, 0.02 },
		{ "dist=biased", 1, 0.001 },
		{ "dist=bimodal", 2.0 / 21 * 5 / 9, 0.06 },
		{ "dist=triangular", 1.5 * sqrt(0.5), 0.01 },
		{ "dist=pareto,alpha=3", 2.0 / 3 * pow(2, 1.0 / 3), 0.02 },
		{ "dist=pareto", 1.0 / 3 * pow(2, 1 / 1.5), 0.25 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct intervals intervals;
		struct tally tally;
		double mean = 0, median;

		make_tally(&tally, "hold", cases[i].options, 3000, 200000, 5, "steady");
		assert_int_equal(tally.fired, tally.inserts);
		assert_int_equal(operations_of(&tally), 2 * tally.fired);
		collect(&intervals, "hold", cases[i].options, 3000, 200000, 5);
		for (size_t k = 0; k < intervals.count; k++)
			mean += intervals.values[k] / 1e9 / (double)intervals.count;
		median = intervals.values[intervals.count / 2] / 1e9;
		printf("hold:%s seed 5: mean %.4f median %.4f, expected %.4f\n", cases[i].options,
		       mean, median, cases[i].median);
		assert_true(fabs(mean - 1) < cases[i].mean_error);
		assert_true(fabs(median / cases[i].median - 1) < 0.02);
		free(intervals.values);
	}
}

static void test_idle_intervals(void **state)
{
	static const char *const options[] = { "", "intervals=16", "intervals=continuous" };
	static const size_t least[] = { 1, 16, 45000 }, most[] = { 1, 16, 50100 };

	(void)state;
	for (size_t i = 0; i < 3; i++) {
		struct intervals intervals;
		struct tally tally;
		double lowest = i ? 30e9 : 60e9, highest = i ? 120e9 : 60e9;

		make_tally(&tally, "idle", options[i], 3000, 50000, 6, "steady");
		assert_true(tally.rearms * 1000 > operations_of(&tally) * 999);
		collect(&intervals, "idle", options[i], 3000, 50000, 6);
		assert_in_range(intervals.distinct, least[i], most[i]);
		assert_true(intervals.values[0] >= lowest);
		assert_true(intervals.values[0] < lowest * 1.01);
		assert_true(intervals.values[intervals.count - 1] <= highest);
		assert_true(intervals.values[intervals.count - 1] > highest * 0.99);
		free(intervals.values);
	}
}

static int compare_counts(const void *left, const void *right)
{
	uint64_t a = *(const uint64_t *)left, b = *(const uint64_t *)right;

	return (a < b) - (a > b);
}

/*
 * The shares of the busiest connections, of ranks 1, 1..10 and 1..100, must be those of Zipf's law.
 */
static void test_idle_zipf(void **state)
{
	static const char *const options[] = { "activity=zipf", "activity=zipf,exponent=1",
					       "activity=zipf,exponent=1.3" };
	static const double exponents[] = { 0.9, 1, 1.3 };
	enum { N = 1000, OPERATIONS = 100000 };

	(void)state;
	for (size_t i = 0; i < 3; i++) {
		uint64_t counts[N] = { 0 };
		double total = 0, expected = 0, seen = 0;
		struct trace trace;

		make(&trace, "zipf", "idle", options[i], N, OPERATIONS, 9);
		for (uint64_t k = trace.phases[1].first; k < trace.header->operations; k++) {
			if (trace.operations[k].kind == TRACE_ARM)
				counts[trace.operations[k].id]++;
		}
		trace_close(&trace);
		qsort(counts, N, sizeof(*counts), compare_counts);
		for (int rank = 1; rank <= N; rank++)
			total += pow(rank, -exponents[i]);
		for (int rank = 1; rank <= 100; rank++) {
			expected += pow(rank, -exponents[i]) / total;
			seen += (double)counts[rank - 1] / OPERATIONS;
			if (rank == 1 || rank == 10 || rank == 100)
				assert_true(fabs(seen / expected - 1) < 0.05);
		}
	}
}

/*
 * n is 3000. The shares must be those that are declared, within five standard deviations of a
 * binomial share.
 */
static void test_rpc_shares(void **state)
{
	static const struct {
		const char *options;
		double share;
	} cases[] = { { "", 0.995 },
		      { "stop=remove", 0.995 },
		      { "service=500ms", 0.995 },
		      { "share=90%", 0.9 },
		      { "share=90%,service=2s", 0.9 } };

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct tally tally;
		double stops, ends, share;
		bool removes = strstr(cases[i].options, "remove") != NULL;

		make_tally(&tally, "rpc", cases[i].options, 3000, 200000, 11, "steady");
		stops = (double)(tally.disarms + tally.removes);
		ends = stops + (double)tally.fired;
		share = stops / ends;
		printf("rpc:%s seed 11: %.3f %% stopped\n", cases[i].options, 100 * share);
		assert_int_equal(removes ? tally.disarms : tally.removes, 0);
		assert_int_equal(tally.rearms, 0);
		assert_true(fabs(share - cases[i].share) <
			    5 * sqrt(cases[i].share * (1 - cases[i].share) / ends));
	}
}

/* The first id that is armed in a turn must be the id that was removed or fired last. */
static void test_rpc_reuses_the_last_freed(void **state)
{
	struct trace trace;
	uint64_t freed = UINT64_MAX, turns = 0;

	(void)state;
	make(&trace, "reuse", "rpc", "stop=remove", 3000, 20000, 12);
	for (uint64_t i = trace.phases[1].first; i < trace.header->operations; i++) {
		const struct trace_operation *operation = &trace.operations[i];

		if (operation->kind == TRACE_REMOVE) {
			freed = operation->id;
		} else if (operation->kind == TRACE_ARM && freed != UINT64_MAX) {
			assert_int_equal(operation->id, freed);
			freed = UINT64_MAX;
			turns++;
		}
	}
	trace_close(&trace);
	assert_true(turns > 100);
}

/*
 * Two deadlines of a timer must be one of the periods apart, and each class must have the declared
 * share of the timers.
 */
static void test_ticker_periods(void **state)
{
	static const uint64_t periods[] = { 1, 10, 100, 250, 1000, 5000 };
	static const double shares[] = { 0.0076, 0.0239, 0.0756, 0.1195, 0.2390, 0.5344 };
	enum { N = 3000 };
	uint64_t deadlines[N] = { 0 }, gaps[N], counts[6] = { 0 };
	struct trace trace;

	(void)state;
	memset(gaps, 0xff, sizeof(gaps));
	make(&trace, "ticker", "ticker", "", N, 800000, 13); /* 11 s */
	for (uint64_t i = 0; i < trace.header->operations; i++) {
		const struct trace_operation *operation = &trace.operations[i];
		uint64_t gap = operation->time - deadlines[operation->id % N];

		if (operation->kind != TRACE_ARM_ABSOLUTE)
			continue;
		if (deadlines[operation->id] && gap < gaps[operation->id])
			gaps[operation->id] = gap;
		deadlines[operation->id] = operation->time;
	}
	trace_close(&trace);
	for (size_t id = 0; id < N; id++) {
		size_t class = 0;

		while (class < 5 && gaps[id] != periods[class] * 1000000)
			class ++;
		assert_int_equal(gaps[id], periods[class] * 1000000);
		counts[class]++;
	}
	for (size_t class = 0; class < 6; class ++)
		assert_true(fabs((double)counts[class] - shares[class] * N) <= 2);
}

static void test_ticker_alignment(void **state)
{
	struct trace trace;
	uint64_t arms = 0;

	(void)state;
	make(&trace, "aligned", "ticker", "phase=aligned", 3000, 100000, 14);
	for (uint64_t i = 0; i < trace.header->operations; i++) {
		if (trace.operations[i].kind != TRACE_ARM_ABSOLUTE)
			continue;
		assert_int_equal(trace.operations[i].time % 1000000, 0);
		arms++;
	}
	assert_true(arms > 50000);
	trace_close(&trace);
}

/* Each advance must fire a whole herd. */
static void test_burst_herds(void **state)
{
	(void)state;
	for (uint64_t groups = 1; groups <= 16; groups *= 16) {
		char options[32];
		struct tally tally;

		snprintf(options, sizeof(options), "groups=%" PRIu64, groups);
		make_tally(&tally, "burst", options, 3008, 20000, 15, "steady");
		assert_int_equal(tally.fired, tally.advances * 3008 / groups);
		assert_int_equal(tally.longest_turn, 2 * 3008 / groups);
		assert_int_equal(tally.fired, tally.inserts);
	}
}

/*
 * An outage is a turn that re-arms about a tenth of the clients. Without outages turns are small.
 */
static void test_retry_outage(void **state)
{
	struct tally with, without;

	(void)state;
	make_tally(&with, "retry", "", 3000, 20000, 16, "steady");
	make_tally(&without, "retry", "outage=0", 3000, 20000, 16, "steady");
	assert_true(without.longest_turn < 150);
	assert_in_range(with.longest_turn, 300, 700);
	assert_true(with.rearms > 100);
	assert_int_equal(without.rearms, 0);
}

/*
 * Checks the shares of the seven operations between two requests. Connections must end and be
 * replaced.
 */
static void test_server_mix(void **state)
{
	struct tally tally;
	double requests;

	(void)state;
	make_tally(&tally, "server", "", 3000, 200000, 17, "steady");
	requests = (double)operations_of(&tally) / 7;
	assert_true(fabs((double)tally.disarms / requests - 1) < 0.03);
	assert_true(fabs((double)tally.rearms / requests - 1) < 0.03);
	assert_true(fabs((double)tally.fired / requests - 2) < 0.06);
	assert_true(fabs((double)tally.inserts / requests - 3) < 0.09);
	assert_true(tally.removes > 100);
}

/*
 * The share of stopped timers must be the requested one at any n, although turns are long at small
 * n.
 */
static void test_mix_shares(void **state)
{
	static const struct {
		const char *options;
		uint64_t n;
		double share;
	} cases[] = {
		{ "", 3000, 0.5 },
		{ "", 10, 0.5 },
		{ "stopped=99.9%", 3000, 0.999 },
		{ "stopped=90%,stop=remove,intervals=1", 100, 0.9 },
		{ "stopped=90%,range=100", 3000, 0.9 },
		{ "stopped=90%,spread=1000,within=1%", 1, 0.9 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		bool removes = strstr(cases[i].options, "remove") != NULL;
		struct tally tally;
		double stops, ends;

		make_tally(&tally, "mix", cases[i].options, cases[i].n, 200000, 18, "steady");
		stops = (double)(tally.disarms + tally.removes);
		ends = stops + (double)tally.fired;
		printf("mix:%s n=%" PRIu64 " seed 18: %.3f %% stopped\n", cases[i].options,
		       cases[i].n, 100 * stops / ends);
		assert_int_equal(removes ? tally.disarms : tally.removes, 0);
		assert_int_equal(tally.rearms, 0);
		assert_int_equal(tally.inserts, (uint64_t)ends);
		assert_true(fabs(stops / ends - cases[i].share) <
			    5 * sqrt(cases[i].share * (1 - cases[i].share) / ends));
	}
}

/* With stop=rearm no timer is stopped. The same share of arms re-arms an armed timer. */
static void test_mix_rearms(void **state)
{
	struct tally tally;
	double arms;

	(void)state;
	make_tally(&tally, "mix", "stopped=90%,stop=rearm", 3000, 200000, 19, "steady");
	arms = (double)(tally.rearms + tally.inserts);
	assert_int_equal(tally.disarms + tally.removes, 0);
	assert_int_equal(tally.fired, tally.inserts);
	assert_true(fabs((double)tally.rearms / arms - 0.9) < 5 * sqrt(0.9 * 0.1 / arms));
}

/*
 * The number and the range of the intervals must be the requested ones, spread evenly over the
 * logarithm.
 */
static void test_mix_intervals(void **state)
{
	static const struct {
		const char *options;
		size_t distinct_least, distinct_most;
		double shortest, median, longest; /* ns; shortest and longest within 2 % */
	} cases[] = {
		{ "", 90000, 100100, 1e9, 3.162e9, 1e10 },
		{ "intervals=1", 1, 1, 3.1622e9, 3.1622e9, 3.1622e9 },
		{ "intervals=4", 4, 4, 1.3335e9, 4.217e9, 7.4989e9 },
		{ "intervals=1024", 1024, 1024, 1e9, 3.162e9, 1e10 },
		{ "range=100", 90, 90, 1.1e4, 3.2e4, 1e5 },
		{ "range=1e4,spread=100", 9000, 9901, 1e5, 1e6, 1e7 },
		{ "range=1e4,spread=1", 1, 1, 1e7, 1e7, 1e7 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct intervals found;
		double shortest, median, longest;

		collect(&found, "mix", cases[i].options, 3000, 200000, 20);
		shortest = found.values[0];
		median = found.values[found.count / 2];
		longest = found.values[found.count - 1];
		printf("mix:%s seed 20: %zu intervals, %.4g to %.4g, median %.4g\n",
		       cases[i].options, found.distinct, shortest, longest, median);
		assert_in_range(found.distinct, cases[i].distinct_least, cases[i].distinct_most);
		/* At range=100, rounding up leaves hardly any interval of 10 grains. */
		assert_true(fabs(shortest / cases[i].shortest - 1) < 0.02);
		assert_true(fabs(longest / cases[i].longest - 1) < 0.02);
		assert_true(fabs(median / cases[i].median - 1) < 0.04);
		free(found.values);
	}
}

/* The longest time from arming to stopping must be the share `within` of the interval. */
static void test_mix_within(void **state)
{
	enum { N = 3000 };
	uint64_t armed_at[N] = { 0 }, intervals[N] = { 0 }, now = 0, stops = 0;
	double latest = 0, mean = 0;
	struct trace trace;

	(void)state;
	make(&trace, "within", "mix", "within=20%,stopped=90%", N, 200000, 21);
	for (uint64_t i = 0; i < trace.header->operations; i++) {
		const struct trace_operation *operation = &trace.operations[i];

		if (operation->kind == TRACE_ADVANCE) {
			now = operation->time;
		} else if (operation->kind == TRACE_ARM) {
			armed_at[operation->id] = now;
			intervals[operation->id] = operation->time - now;
		} else if (operation->kind == TRACE_DISARM) {
			double part = (double)(now - armed_at[operation->id]) /
				      (double)intervals[operation->id];

			latest = fmax(latest, part);
			mean += part;
			stops++;
		}
	}
	trace_close(&trace);
	mean /= (double)stops;
	printf("mix:within=20%% seed 21: stopped after %.4f, at most %.4f of the interval\n", mean,
	       latest);
	/* A turn is about 0.5 % of the mean interval, and ten times that share of the shortest. */
	assert_true(latest > 0.19 && latest < 0.22);
	assert_true(fabs(mean - 0.1) < 0.005);
}

static void test_refusals(void **state)
{
	static const char *const cases[][2] = {
		{ "rpc", "service=20s" },
		{ "retry", "service=20s" },
		{ "server", "grain=1s" },
		{ "server", "service=2s" },
		{ "server", "idle=1s" },
		{ "server", "close=1s" },
		{ "server", "pace=2s" },
		{ "mix", "range=10" },
		{ "mix", "range=1e12,grain=1s" },
		{ "mix", "spread=1e7" },
		{ "mix", "range=100,intervals=64" },
		{ "mix", "spread=1,intervals=2" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		const struct workload *workload = find(cases[i][0]);
		char error[OPTIONS_ERROR_SIZE];
		void *parsed = calloc(1, workload->options_size);

		assert_non_null(parsed);
		assert_int_equal(
			options_parse(workload->options, cases[i][1], parsed, error, sizeof(error)),
			0);
		assert_non_null(workload->refuse(parsed));
		free(parsed);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_every_variant),
		cmocka_unit_test(test_same_seed_same_bytes),
		cmocka_unit_test(test_batch),
		cmocka_unit_test(test_hold_distributions),
		cmocka_unit_test(test_idle_intervals),
		cmocka_unit_test(test_idle_zipf),
		cmocka_unit_test(test_rpc_shares),
		cmocka_unit_test(test_rpc_reuses_the_last_freed),
		cmocka_unit_test(test_ticker_periods),
		cmocka_unit_test(test_ticker_alignment),
		cmocka_unit_test(test_burst_herds),
		cmocka_unit_test(test_retry_outage),
		cmocka_unit_test(test_server_mix),
		cmocka_unit_test(test_mix_shares),
		cmocka_unit_test(test_mix_rearms),
		cmocka_unit_test(test_mix_intervals),
		cmocka_unit_test(test_mix_within),
		cmocka_unit_test(test_refusals),
	};

	RUN_TESTS(tests);
}
