/*
 * costs-test - the expected time of a cell, from the file of costs and from learning
 */
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "bench/run/costs.h"
#include "bench/tests/trace-test.h"

/* Each line has kind, pass, name, n and value. costs_read skips all other lines. */
static const char table[] = "# kind pass name n value\n"
			    "fixed\ttime\t*\t0\t1000\n"
			    "rate\ttime\tquad-heap\t100\t10\n"
			    "rate\ttime\tquad-heap\t10000\t30\n"
			    "rate\ttime\t*\t100\t50\n"
			    "rate\tmemory\tquad-heap\t100\t7\n"
			    "fixed\tmemory\t*\t0\t9000\n"
			    "rate\ttrace\t*\t100\t3\n"
			    "fixed\ttrace\t*\t0\t500\n"
			    "factor\ttime\thold\t0\t2\n"
			    "factor\ttime\thold:dist=pareto\t0\t4\n"
			    "bytes\tmemory\tquad-heap\t100\t8\n";

static struct costs costs;
static struct group group;
static struct block block;

static void read_table(uint64_t n, const char *pass, const char *workload)
{
	char path[256];

	costs_free(&costs);
	write_file(file_in_folder(path, "costs.tsv"), table, strlen(table));
	assert_int_equal(costs_read(&costs, path), 0);
	group = (struct group){ .cell = { .pass = pass_find(pass), .repeats = 1 },
				.operations_per_timer = 1,
				.least_operations = 1 };
	block = (struct block){ .group = &group, .workload = workload, .n = n };
}

static void assert_first(const char *subject, double wanted)
{
	struct cost cost;

	assert_int_equal(costs_find(&costs, &block, subject, &cost), 0);
	if (cost.first_ns < wanted * (1 - 1e-9) || cost.first_ns > wanted * (1 + 1e-9))
		fail_msg("%s takes %.17g, not %.17g", subject, cost.first_ns, wanted);
	assert_true(costs_expect(&costs, &cost) == cost.first_ns);
}

/*
 * The expected time is a fixed time plus a time per entry of the trace: n arms that fill, and n
 * operations.
 */
static void by_the_file(void **state)
{
	(void)state;
	read_table(100, "time", "idle");
	assert_first("quad-heap", 1000 + 200 * 10.);
	assert_first("quad-heap:width=3", 1000 + 200 * 10.);
	assert_first("again:quad-heap", 1000 + 200 * 10.);
	assert_first("rbtree", 1000 + 200 * 50.);
	group.cell.repeats = 5;
	assert_first("quad-heap", 1000 + 5 * 200 * 10.);
	assert_first(COSTS_TRACE, 500 + 200 * 3.);
}

/*
 * Between two n the rate is interpolated in log n. Outside of all n it is the rate of the nearest.
 */
static void between_two_n(void **state)
{
	(void)state;
	read_table(1000, "time", "idle");
	assert_first("quad-heap", 1000 + 2000 * 20.);
	read_table(10000, "time", "idle");
	assert_first("quad-heap", 1000 + 20000 * 30.);
	read_table(100000, "time", "idle");
	assert_first("quad-heap", 1000 + 200000 * 30.);
	read_table(10, "time", "idle");
	assert_first("quad-heap", 1000 + 20 * 10.);
}

static void workloads_have_factors(void **state)
{
	(void)state;
	read_table(100, "time", "hold");
	assert_first("quad-heap", 1000 + 200 * 10. * 2);
	read_table(100, "time", "hold:dist=pareto");
	assert_first("quad-heap", 1000 + 200 * 10. * 4);
	read_table(100, "time", "hold:dist=uniform");
	assert_first("quad-heap", 1000 + 200 * 10. * 2);
}

/* Without a rate for a pass, the rate of `time` times the slowdown of the pass is used. */
static void other_passes(void **state)
{
	(void)state;
	read_table(100, "memory", "idle");
	assert_first("quad-heap", 9000 + 200 * 7.);
	assert_first("rbtree", 1000 + 200 * 50. * pass_find("memory")->slowdown);
	read_table(100, "tail", "idle");
	assert_first("quad-heap", 1000 + 200 * 10. * pass_find("tail")->slowdown);
	assert_first(COSTS_TRACE, 500 + 200 * 3.);
}

/*
 * Without a file the rate is 100 ns per entry times the slowdown, and the fixed time is 5 ms, in
 * each pass.
 */
static void without_a_file(void **state)
{
	(void)state;
	read_table(100, "tail", "idle");
	costs_free(&costs);
	assert_int_equal(costs_read(&costs, NULL), 0);
	assert_first("quad-heap", 5e6 + 200 * 100. * pass_find("tail")->slowdown);
	assert_first(COSTS_TRACE, 5e6 + 200 * 100.);
}

/*
 * Learning corrects the cell itself most, other cells with its pass and n less, and all other cells
 * least.
 */
static void learning(void **state)
{
	struct cost own, same, other;
	double all;

	(void)state;
	read_table(100, "time", "idle");
	assert_int_equal(costs_find(&costs, &block, "quad-heap", &own), 0);
	assert_int_equal(costs_find(&costs, &block, "rbtree", &same), 0);
	block.n = 10000;
	assert_int_equal(costs_find(&costs, &block, "rbtree", &other), 0);
	for (int i = 0; i < 2; i++)
		costs_learn(&costs, &own, 4 * own.first_ns);
	/* (2 * 4 + 2 * 1) / 4, then (2 * 4 + 2 * 2.5) / 4, then (2 * 4 + 1 * 3.25) / 3 */
	all = costs_expect(&costs, &other) / other.first_ns;
	assert_true(all > 2.49 && all < 2.51);
	all = costs_expect(&costs, &same) / same.first_ns;
	assert_true(all > 3.24 && all < 3.26);
	all = costs_expect(&costs, &own) / own.first_ns;
	assert_true(all > 3.74 && all < 3.76);
}

static void footprints(void **state)
{
	(void)state;
	read_table(100, "time", "idle");
	assert_true(costs_footprint(&costs, "quad-heap", 1000) == 8000);
	assert_true(costs_footprint(&costs, "rbtree", 1000) == 0);
	costs_free(&costs);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(by_the_file),
		cmocka_unit_test(between_two_n),
		cmocka_unit_test(workloads_have_factors),
		cmocka_unit_test(other_passes),
		cmocka_unit_test(without_a_file),
		cmocka_unit_test(learning),
		cmocka_unit_test(footprints),
	};
	int failed = cmocka_run_group_tests(tests, make_folder, remove_folder);

	printf("%d passed, %d failed\n", (int)(sizeof(tests) / sizeof(*tests)) - failed, failed);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
