/*
 * random-test.c - random numbers: equal to those of the reference implementations, and their
 * moments
 */
#include "trace-test.h"

#include <math.h>

#include "bench/trace/random.h"

/* The output of the authors' implementation when its state is 1, 2, 3, 4. */
static void test_xoshiro_reference(void **state)
{
	static const uint64_t expected[] = {
		11520U,
		0U,
		1509978240U,
		1215971899390074240U,
		1216172134540287360U,
		607988272756665600U,
		16172922978634559625U,
		8476171486693032832U,
		10595114339597558777U,
		2904607092377533576U,
	};
	struct random random = { .state = { 1, 2, 3, 4 } };

	(void)state;
	for (size_t i = 0; i < sizeof(expected) / sizeof(*expected); i++)
		assert_true(random_next(&random) == expected[i]);
}

/*
 * Stream 0 of a seed must be SplitMix64 started at the exclusive-or of the seed and SplitMix64's
 * first output for 0.
 */
static void test_splitmix_reference(void **state)
{
	static const uint64_t expected[4] = {
		1985237415132408290U,
		2979275885539914483U,
		13511426838097143398U,
		8488337342461049707U,
	};
	struct random random;

	(void)state;
	random_seed(&random, UINT64_C(1477776061723855037) ^ UINT64_C(0xe220a8397b1dcdaf), 0);
	for (int i = 0; i < 4; i++)
		assert_true(random.state[i] == expected[i]);
}

#define DRAWS 1000000

struct moments {
	double mean, variance, least, most;
};

static struct moments moments_of(double (*draw)(struct random *random), uint64_t seed)
{
	struct moments moments = { .least = INFINITY, .most = -INFINITY };
	double sum = 0, squares = 0;
	struct random random;

	random_seed(&random, seed, 0);
	for (int i = 0; i < DRAWS; i++) {
		double x = draw(&random);

		sum += x;
		squares += x * x;
		moments.least = fmin(moments.least, x);
		moments.most = fmax(moments.most, x);
	}
	moments.mean = sum / DRAWS;
	moments.variance = squares / DRAWS - moments.mean * moments.mean;
	return moments;
}

static void expect_near(double found, double wanted, double tolerance)
{
	if (!(fabs(found - wanted) <= tolerance))
		fail_msg("%g is not within %g of %g", found, tolerance, wanted);
}

/* The tolerances are five standard errors of 1e6 draws. */
static void test_distributions(void **state)
{
	(void)state;
	for (uint64_t seed = 1; seed <= 3; seed++) {
		struct moments uniform = moments_of(random_uniform, seed);
		struct moments exponential = moments_of(random_exponential, seed);
		struct moments normal = moments_of(random_normal, seed);

		expect_near(uniform.mean, 0.5, 5 * 0.289e-3);
		expect_near(uniform.variance, 1.0 / 12, 5 * 0.0745e-3);
		assert_true(uniform.least > 0 && uniform.most < 1);
		expect_near(exponential.mean, 1, 5e-3);
		expect_near(exponential.variance, 1, 5 * 2.83e-3);
		assert_true(exponential.least >= 0);
		expect_near(normal.mean, 0, 5e-3);
		expect_near(normal.variance, 1, 5 * 1.41e-3);
	}
}

static void test_below(void **state)
{
	/*
	 * The last bound is 3/4 of 2^64. Without rejection, a product would hit half of the
	 * multiples of three twice as often.
	 */
	static const uint64_t bounds[] = { 1, 2, 3, 7, 999, UINT64_C(3) << 62 };
	struct random random;

	(void)state;
	random_seed(&random, 1, 0);
	for (size_t i = 0; i < sizeof(bounds) / sizeof(*bounds); i++) {
		double residues[3] = { 0 };

		for (int draw = 0; draw < 300000; draw++) {
			uint64_t x = random_below(&random, bounds[i]);

			assert_true(x < bounds[i]);
			residues[x % 3]++;
		}
		/*
		 * Five standard deviations of a binomial distribution of 3e5 draws with probability
		 * 1/3.
		 */
		for (int residue = 0; residue < 3 && bounds[i] % 3 == 0; residue++)
			expect_near(residues[residue], 100000, 5 * 258);
	}
}

static void test_streams_differ(void **state)
{
	struct random random[4];

	(void)state;
	random_seed(&random[0], 1, 0);
	random_seed(&random[1], 1, 1);
	random_seed(&random[2], 2, 0);
	random_seed(&random[3], 1, 0);
	for (int i = 0; i < 1000; i++) {
		uint64_t x = random_next(&random[0]);

		assert_true(x != random_next(&random[1]));
		assert_true(x != random_next(&random[2]));
		assert_true(x == random_next(&random[3]));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_xoshiro_reference), cmocka_unit_test(test_splitmix_reference),
		cmocka_unit_test(test_distributions),	  cmocka_unit_test(test_below),
		cmocka_unit_test(test_streams_differ),
	};

	RUN_TESTS(tests);
}
