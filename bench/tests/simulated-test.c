/*
 * simulated-test.c - pass memory over a simulated time finds what it finds in a trace of that time
 *
 * The test measures a cell over a simulated time, makes the trace with as many operations, and
 * measures that in the ordinary way. Every key must be the same.
 */
#include "workload-test.h"

#include <errno.h>
#include <jansson.h>

#include "bench/passes/memory.h"

#define N 600

static struct cell cell;
static struct workload_choice workload;
static char error[CELL_ERROR_SIZE];

/* Makes the cell and its trace, which has at least `operations` measured operations. */
static void open_cell(const char *subject, const char *text, uint64_t operations)
{
	char path[256];

	cell = (struct cell){ .settings = { .repeats = 1, .stride = 64 } };
	if (subject_find(subject, &cell.subject, error) || workload_choose(text, &workload, error))
		fail_msg("%s", error);
	file_in_folder(path, "cell");
	if (trace_make(path, workload.workload, workload.options, text, N, 3, operations,
		       workload.generator_hash, NULL, error) < 0 ||
	    trace_open(&cell.trace, path, error) < 0)
		fail_msg("%s", error);
}

static void close_cell(void)
{
	trace_close(&cell.trace);
	workload_release(&workload);
}

static double number(const json_t *record, const char *key)
{
	return json_number_value(json_object_get(record, key));
}

/* Returns the number of operations of the trace. A late subject may have fired fewer timers. */
static uint64_t trace_operations(const json_t *record)
{
	return (uint64_t)(number(record, "ops") - number(record, "fired") +
			  number(record, "expected"));
}

/* The samples must be regular, the peak their largest, and the end the last of them. */
static void check_samples(const json_t *record, bool tells)
{
	const json_t *samples = json_object_get(record, "bytes_per_timer_samples");
	size_t count = json_array_size(samples);
	double peak = 0;

	if (!tells) {
		assert_int_equal(count, 0);
		assert_null(json_object_get(record, "bytes_per_timer_end"));
		return;
	}
	assert_int_equal(count, MEMORY_SAMPLES);
	for (size_t i = 0; i < count; i++)
		peak = fmax(peak, json_number_value(json_array_get(samples, i)));
	assert_true(peak > 0);
	assert_true(number(record, "bytes_per_timer_peak") == peak);
	assert_true(number(record, "bytes_per_timer_end") ==
		    json_number_value(json_array_get(samples, count - 1)));
	assert_true(number(record, "footprint_peak") >= peak * 0.5 * N);
}

static void test_same_as_the_trace(void **state)
{
	static const struct {
		const char *subject, *workload;
		uint64_t simulated; /* ns */
		bool tells;	    /* its footprint */
	} cases[] = {
		{ "binary-heap", "server", 300 * TIMER_SECOND, true },
		{ "binary-heap", "rpc:stop=remove", 100 * TIMER_SECOND, true },
		{ "lazy:grouped:quad-heap", "server", 100 * TIMER_SECOND, true },
		{ "interval-levels", "rpc:stop=remove", 100 * TIMER_SECOND, true },
		{ "zombie-heap", "rpc", 100 * TIMER_SECOND, true },
		{ "hierarchical-wheel", "server", 100 * TIMER_SECOND, true },
		{ "kernel-wheel", "server", 100 * TIMER_SECOND, true },
		{ "sorted-list", "server", 20 * TIMER_SECOND, true },
		{ "loop:quad-heap@virtual", "server", 100 * TIMER_SECOND, true },
		{ "loop:binary-heap@virtual", "rpc:stop=remove", 100 * TIMER_SECOND, true },
		{ "yardstick-clairvoyant", "server", 100 * TIMER_SECOND, false },
		{ "binary-heap", "mix:intervals=64,drift=100,stop=remove", 100 * TIMER_SECOND,
		  true },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		json_t *simulated = json_object(), *whole = json_object(), *value;
		const char *key;

		open_cell(cases[i].subject, cases[i].workload, 100);
		if (memory_simulate(&cell, &workload, cases[i].simulated, simulated, error))
			fail_msg("%s %s: %s", cases[i].subject, cases[i].workload, error);
		close_cell();
		assert_string_equal(json_string_value(json_object_get(simulated, "status")), "ok");
		check_samples(simulated, cases[i].tells);
		assert_true(number(simulated, "elapsed_ns") >= (double)cases[i].simulated);
		assert_true(number(simulated, "elapsed_ns") < 1.02 * (double)cases[i].simulated);
		open_cell(cases[i].subject, cases[i].workload, trace_operations(simulated));
		if (pass_find("memory")->measure(&cell, whole, error))
			fail_msg("%s", error);
		close_cell();
		printf("%s %s: %.0f operations, %.3f bytes for each timer\n", cases[i].subject,
		       cases[i].workload, number(whole, "ops"), number(whole, "bytes_per_timer"));
		json_object_foreach(whole, key,
				    value) if (!json_equal(value, json_object_get(simulated, key)))
			fail_msg("%s %s: %s is %s after the simulated time, and %s",
				 cases[i].subject, cases[i].workload, key,
				 json_dumps(json_object_get(simulated, key), JSON_ENCODE_ANY),
				 json_dumps(value, JSON_ENCODE_ANY));
		json_decref(simulated);
		json_decref(whole);
	}
}

/* A workload that ends before the time must be an error that says so. */
static void test_too_short(void **state)
{
	json_t *record = json_object();

	(void)state;
	open_cell("binary-heap", "fill-drain", 100);
	assert_int_equal(memory_simulate(&cell, &workload, 3600 * TIMER_SECOND, record, error),
			 -EINVAL);
	assert_string_equal(error, "fill-drain ends by itself before that simulated time");
	close_cell();
	json_decref(record);
}

/* A wrong replay must be found, also if it is wrong only after many parts. */
static void test_wrong(void **state)
{
	json_t *record = json_object();

	(void)state;
	open_cell("binary-heap", "server", 100);
	/* An exact subject is late if the verdict takes this inexact one for exact. */
	if (subject_find("kernel-wheel", &cell.subject, error))
		fail_msg("%s", error);
	cell.subject.accuracy = (struct timer_accuracy){ .when = TIMER_EXACT };
	assert_int_equal(memory_simulate(&cell, &workload, 100 * TIMER_SECOND, record, error), 0);
	assert_string_equal(json_string_value(json_object_get(record, "outcome")), "wrong");
	assert_null(json_object_get(record, "armed_after_peak"));
	close_cell();
	json_decref(record);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_same_as_the_trace),
		cmocka_unit_test(test_too_short),
		cmocka_unit_test(test_wrong),
	};

	RUN_TESTS(tests);
}
