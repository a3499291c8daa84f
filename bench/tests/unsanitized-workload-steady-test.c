/*
 * unsanitized-workload-steady-test.c - the steady state holds from the first measured turn
 *
 * If a workload's fill simply armed all timers, firings would begin late, or come in a wave. The
 * test would show that. The seeds are fixed and printed, so every run gives the same result.
 */
#include "workload-test.h"

/* Sums over seeds for each stretch of time, so that the means of the stretches can be compared. */
struct sums {
	double sum[BINS], squares[BINS];
};

static void add_bins(struct sums *sums, const uint64_t *bins)
{
	for (int i = 0; i < BINS; i++) {
		sums->sum[i] += (double)bins[i];
		sums->squares[i] += (double)bins[i] * (double)bins[i];
	}
}

/*
 * Checks that each stretch has the mean of all stretches, within five standard errors and half a
 * percent.
 */
static void check_even(const char *name, const char *options, uint64_t n, const char *what,
		       const struct sums *sums, double seeds)
{
	double mean = 0, variance = 0;

	for (int i = 0; i < BINS; i++) {
		double here = sums->sum[i] / seeds;

		mean += here / BINS;
		variance += (sums->squares[i] / seeds - here * here) / BINS;
	}
	for (int i = 0; i < BINS; i++) {
		double here = sums->sum[i] / seeds;

		if (fabs(here - mean) > 5 * sqrt(fmax(variance, 0) / seeds) + 0.005 * mean)
			fail_msg("%s:%s n=%" PRIu64 ": %s in stretch %d: %.3f, not %.3f", name,
				 options, n, what, i, here, mean);
	}
}

/*
 * Checks that ten stretches of `turns` turns each, from the beginning of the measured phase, are
 * alike. The ends of the stretches must be the same for all seeds. If they depended on firings, the
 * stretches would differ.
 */
static void check_stationary(const char *name, const char *options, uint64_t n, uint64_t turns,
			     uint64_t seeds)
{
	const uint64_t batch = n / 8 == 0 ? 1 : n / 8 > 64 ? 64 : n / 8;
	/*
	 * Twice the average of ten stretches, and more for small n, where few timers fire in
	 * clumps.
	 */
	const uint64_t operations = BINS * turns * batch * (n < 3000 ? 20 : 4);
	struct sums fired = { .sum = { 0 } }, stopped = { .sum = { 0 } };

	for (uint64_t seed = 1; seed <= seeds; seed++) {
		struct tally tally = { .bin_turns = turns };
		struct trace trace;

		make(&trace, "stationary", name, options, n, operations, seed);
		add_tally(&tally, &trace, "steady");
		trace_close(&trace);
		assert_true(tally.turns >= BINS * turns);
		add_bins(&fired, tally.fired_bins);
		add_bins(&stopped, tally.stopped_bins);
	}
	printf("%s:%s n=%" PRIu64 " seeds 1..%" PRIu64
	       ": fired %.0f at first, %.0f at last; stopped %.0f and %.0f\n",
	       name, options, n, seeds, fired.sum[0], fired.sum[BINS - 1], stopped.sum[0],
	       stopped.sum[BINS - 1]);
	check_even(name, options, n, "fired", &fired, (double)seeds);
	check_even(name, options, n, "stopped", &stopped, (double)seeds);
}

/*
 * The stretches take about one mean interval in all, in few turns, so a transient would last for
 * all of them.
 */
static void test_hold(void **state)
{
	static const char *const hold[] = { "",
					    "dist=uniform",
					    "dist=biased",
					    "dist=bimodal",
					    "dist=triangular",
					    "dist=pareto",
					    "dist=pareto,alpha=1.2" };

	(void)state;
	for (size_t i = 0; i < sizeof(hold) / sizeof(*hold); i++) {
		check_stationary("hold", hold[i], 3000, 5, 20);
		check_stationary("hold", hold[i], 100, 1, 200);
		check_stationary("hold", hold[i], 7, 3, 400);
		check_stationary("hold", hold[i], 1, 1, 1000);
	}
}

/* retry is tested without outages. burst and aligned tickers are uneven by design. */
static void test_others(void **state)
{
	(void)state;
	check_stationary("idle", "timeout=2s", 3000, 10, 20);
	check_stationary("idle", "timeout=2s,intervals=16", 3000, 10, 20);
	check_stationary("idle", "timeout=2s,intervals=continuous", 3000, 10, 20);
	check_stationary("idle", "timeout=2s,activity=zipf", 3000, 10, 20);
	check_stationary("idle", "timeout=2s", 7, 3, 400);
	check_stationary("rpc", "service=2ms", 3000, 20, 20);
	check_stationary("rpc", "stop=remove,share=90%,service=2ms", 3000, 10, 20);
	check_stationary("rpc", "", 3000, 10, 20);
	check_stationary("rpc", "service=500ms,share=90%", 7, 3, 1500);
	check_stationary("ticker", "", 3000, 10, 20);
	check_stationary("retry", "outage=0", 3000, 10, 20);
	check_stationary("retry", "outage=0,jitter=grpc,success=50%", 3000, 10, 20);
	check_stationary("server", "", 3000, 10, 20);
	check_stationary("server", "close=5s", 3000, 10, 20);
	check_stationary("server", "", 100, 3, 100);
}

/*
 * If no timers fire, or no timers are stopped, the other kind must be even. With the shortest range
 * the stretches are coarse.
 */
static void test_mix(void **state)
{
	static const char *const mix[] = {
		"",
		"stopped=0",
		"stopped=1",
		"stopped=90%,stop=remove",
		"stopped=90%,stop=rearm",
		"intervals=1",
		"intervals=4,spread=1000",
		"stopped=90%,within=10%,spread=1000",
		"range=100",
		"intervals=64,shares=zipf",
		"intervals=4,spread=1000,shares=zipf",
		"intervals=64,drift=10",
		"stopped=90%,intervals=8,spread=1000,drift=100",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(mix) / sizeof(*mix); i++) {
		check_stationary("mix", mix[i], 3000, 5, 20);
		check_stationary("mix", mix[i], 7, 3, 200);
	}
	check_stationary("mix", "", 100, 2, 200);
	check_stationary("mix", "", 1, 1, 1000);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_hold),
		cmocka_unit_test(test_others),
		cmocka_unit_test(test_mix),
	};

	RUN_TESTS(tests);
}
