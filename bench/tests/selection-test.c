/* selection-test - the cells of an experiment: axes of maps, dispatches, selections */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "bench/run/dispatches.h"
#include "bench/run/experiment.h"
#include "bench/run/selection.h"
#include "bench/tests/run-test.h"

static struct experiment experiment;
static char error[NAMES_ERROR_SIZE];

static const char *const cost[] = {
	"subjects", "binary-heap quad-heap", "workloads", "hold idle rpc", "n", "1e2..1e4",
	"dispatch", "vtable inline",	     NULL
};
static const char *const tail[] = { "subjects", "quad-heap", "workloads", "hold burst",
				    "n",	"1e3 5e3",   "pass",	  "tail",
				    "dispatch", "inline",    NULL };
static const char *const map[] = { "subjects",	     "quad-heap", "workloads",	    "mix", "x",
				   "n: 1e2 1e3 1e4", "y",	  "stopped: 0 50%", NULL };

/* Makes an experiment of the groups `cost`, `tail` and `map`. */
static void make_experiment(void)
{
	experiment_free(&experiment);
	run_begin_experiment(&experiment);
	run_add_group(&experiment, "cost", cost);
	run_add_group(&experiment, "tail", tail);
	run_add_group(&experiment, "map", map);
	if (experiment_complete(&experiment, error))
		fail_msg("%s", error);
}

static int free_experiment(void **state)
{
	(void)state;
	experiment_free(&experiment);
	return 0;
}

/* Selects by the arguments that are not NULL, in the order of the settings. */
static int select_all(const char *words, const char *n, const char *pass, const char *dispatch)
{
	int result = words ? select_workloads(&experiment, words, error) : 0;

	if (!result && n)
		result = select_n(&experiment, n, error);
	if (!result && dispatch)
		result = select_dispatch(&experiment, dispatch, error);
	if (!result && pass)
		result = select_pass(&experiment, pass, error);
	return result ? result : selection_finish(&experiment, error);
}

static int apply(const char *words, const char *n, const char *pass, const char *dispatch)
{
	make_experiment();
	*error = '\0';
	return select_all(words, n, pass, dispatch);
}

/* Returns the cells as text: "cost: hold idle / 100 1000 / vtable inline; tail: ...". */
static const char *cells(void)
{
	static char text[2048];
	FILE *file = fmemopen(text, sizeof(text), "w");

	for (size_t i = 0; i < experiment.group_count; i++) {
		const struct group *group = &experiment.groups[i];

		fprintf(file, "%s%s:", i ? "; " : "", group->label);
		for (size_t j = 0; j < group->workloads.count; j++)
			fprintf(file, " %s", group->workloads.name[j]);
		fprintf(file, " /");
		for (size_t j = 0; j < group->counts; j++)
			fprintf(file, " %llu", (unsigned long long)group->n[j]);
		fprintf(file, " /");
		for (size_t d = 0; d < DISPATCHES; d++)
			if (group->dispatch[d])
				fprintf(file, " %s", dispatch_words[d]);
	}
	fclose(file);
	return text;
}

#define COST "cost: hold idle rpc / 100 1000 10000 / vtable inline"
#define TAIL "tail: hold burst / 1000 5000 / inline"
#define MAP  "map: mix:stopped=0 mix:stopped=50% / 100 1000 10000 / "

static void selects(void **state)
{
	static const struct {
		const char *workloads, *n, *pass, *dispatch, *cells;
	} rows[] = {
		{ NULL, NULL, NULL, NULL, COST "; " TAIL "; " MAP "vtable" },
		{ "hold", NULL, NULL, NULL,
		  "cost: hold / 100 1000 10000 / vtable inline; "
		  "tail: hold / 1000 5000 / inline" },
		{ "r* burst", NULL, NULL, NULL,
		  "cost: rpc / 100 1000 10000 / vtable inline; "
		  "tail: burst / 1000 5000 / inline" },
		{ "!hold !mix", NULL, NULL, NULL,
		  "cost: idle rpc / 100 1000 10000 / vtable inline; "
		  "tail: burst / 1000 5000 / inline" },
		{ "* !rpc !mix", NULL, NULL, NULL,
		  "cost: hold idle / 100 1000 10000 / vtable inline; " TAIL },
		{ "mix", NULL, NULL, NULL, MAP "vtable" },
		{ NULL, "5000", NULL, NULL, "tail: hold burst / 5000 / inline" },
		{ NULL, "1e3..1e6", "tail", NULL, TAIL },
		{ NULL, "100 1e4", NULL, "vtable",
		  "cost: hold idle rpc / 100 10000 / vtable; "
		  "map: mix:stopped=0 mix:stopped=50% / 100 10000 / vtable" },
		{ NULL, "100..999,5000", NULL, NULL,
		  "cost: hold idle rpc / 100 / vtable inline; tail: hold burst / 5000 / inline; "
		  "map: mix:stopped=0 mix:stopped=50% / 100 / vtable" },
		{ NULL, NULL, "tail", NULL, TAIL },
		{ NULL, NULL, NULL, "inline",
		  "cost: hold idle rpc / 100 1000 10000 / inline; " TAIL },
		{ "hold", "1e3", "time", "vtable", "cost: hold / 1000 / vtable" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		if (apply(rows[i].workloads, rows[i].n, rows[i].pass, rows[i].dispatch))
			fail_msg("row %zu: %s", i, error);
		assert_string_equal(cells(), rows[i].cells);
	}
}

static void patterns_that_match_nothing_are_refused(void **state)
{
	static const struct {
		const char *workloads, *n, *pass, *dispatch, *error;
	} rows[] = {
		{ "hold calendar*", NULL, NULL, NULL,
		  "test has no workload 'calendar*'; it has hold idle rpc burst mix" },
		{ "fill-drain", NULL, NULL, NULL,
		  "test has no workload 'fill-drain'; it has hold idle rpc burst mix" },
		{ "hold !fill-drain", NULL, NULL, NULL,
		  "test has no workload 'fill-drain'; it has hold idle rpc burst mix" },
		{ NULL, "1000 2000", NULL, NULL,
		  "test has no n of 2000; it has 100 1000 10000 5000" },
		{ NULL, "1e5..1e6", NULL, NULL,
		  "test has no n of 1e5..1e6; it has 100 1000 10000 5000" },
		{ NULL, NULL, "memory", NULL,
		  "test has no cells of pass 'memory'; it has time tail" },
		{ "rpc", NULL, "tail", NULL, "test has no cell that all of these options select" },
		{ "idle", "5000", NULL, NULL, "test has no cell that all of these options select" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		assert_int_equal(
			apply(rows[i].workloads, rows[i].n, rows[i].pass, rows[i].dispatch),
			-EINVAL);
		assert_string_equal(error, rows[i].error);
	}
	/* A name that no experiment can have is reported as a spelling mistake. */
	assert_int_equal(apply("hodl", NULL, NULL, NULL), -ENOENT);
	assert_non_null(strstr(error, "did you mean 'hold'?"));
	assert_int_equal(apply(NULL, "1,000", NULL, NULL), -EINVAL);
	assert_int_equal(apply(NULL, "many", NULL, NULL), -EINVAL);
}

/* A dispatch that no cell of the experiment has is refused. */
static void a_dispatch_that_no_cell_has(void **state)
{
	(void)state;
	experiment_free(&experiment);
	run_begin_experiment(&experiment);
	run_add_group(&experiment, "tail", tail);
	assert_int_equal(experiment_complete(&experiment, error), 0);
	assert_int_equal(select_all(NULL, NULL, NULL, "vtable"), -EINVAL);
	assert_string_equal(error, "test has no cells of dispatch 'vtable'");
}

static void no_more_ranges_than_there_is_room_for(void **state)
{
	char words[EXPERIMENT_COUNTS * 5 + 8] = "";

	(void)state;
	for (size_t i = 0; i < EXPERIMENT_COUNTS; i++)
		strcat(words, "1e3 ");
	assert_int_equal(apply(NULL, words, NULL, NULL), 0);
	strcat(words, "1e3");
	assert_int_equal(apply(NULL, words, NULL, NULL), -EINVAL);
	assert_string_equal(error, "more than 32 values of n");
}

/* The error names the refused value and, for a near miss, the right value. */
static void values_that_are_refused(void **state)
{
	static const struct {
		const char *key, *value, *error;
	} rows[] = {
		{ "dispatch", "vtable table inline",
		  "dispatch: 'table' is not one of vtable, inline, or several of them in one word" },
		{ "dispatch", "a-word-of-more-letters-than-are-shown-of-one",
		  "dispatch: 'a-word-of-more-letters-than-are-shown-of' is not one of vtable, "
		  "inline, or several of them in one word" },
		{ "dispatch", " ,", "dispatch: '' names no dispatch" },
		{ "pass", "tiem", "no pass 'tiem': did you mean 'time'?" },
		{ "pass", "memoyr", "no pass 'memoyr': did you mean 'memory'?" },
		{ "pass", "nothing-like-it", "no pass 'nothing-like-it'" },
	};
	struct group *group;

	(void)state;
	make_experiment();
	group = &experiment.groups[0];
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		assert_int_equal(
			settings_read(group_settings, group, rows[i].key, rows[i].value, error),
			-EINVAL);
		assert_string_equal(error, rows[i].error);
	}
}

static const char *const every_setting[] = { "subjects",
					     "quad-heap rbtree",
					     "workloads",
					     "hold",
					     "n",
					     "100 3000",
					     "replicates",
					     "3",
					     "dispatch",
					     "inline",
					     "pass",
					     "memory",
					     "repeats",
					     "2",
					     "operations",
					     "0.1",
					     "least-operations",
					     "77",
					     "stride",
					     "128",
					     "cold",
					     "5",
					     "pages",
					     "huge",
					     "cell-budget",
					     "2s",
					     "stage",
					     "first",
					     "cap",
					     "1ms",
					     "looks",
					     "2 4",
					     "aside",
					     "point",
					     NULL };

/* The text of an experiment has all settings of its groups, except some that have their default. */
static void an_experiment_as_text(void **state)
{
	static const char wanted[] = "[experiment]\nname = test\nquestion = what?\nseed = 1\n\n"
				     "[all.1]\nsubjects = quad-heap rbtree\nworkloads = hold\n"
				     "n = 100 3000\ndispatch = inline\npass = memory\n"
				     "replicates = 4\nlooks = 2 4\nstage = first\n"
				     "cap = 1000000ns\nrepeats = 2\noperations = 0.1\n"
				     "least-operations = 77\nstride = 128\ncold = 5\n"
				     "pages = huge\ncell-budget = 2000000000ns\naside = point\n\n"
				     "[map.2]\nsubjects = quad-heap\nworkloads = mix\n"
				     "x = n: 100 1000 10000\ny = stopped: 0 50%\n"
				     "dispatch = vtable\npass = time\nreplicates = 1\n"
				     "repeats = 3\noperations = 2\nleast-operations = 100000\n"
				     "stride = 64\ncold = 0\npages = small\n"
				     "cell-budget = 60000000000ns\naside = no\n";
	char *text;

	(void)state;
	experiment_free(&experiment);
	run_begin_experiment(&experiment);
	strcpy(experiment.question, "what?");
	run_add_group(&experiment, "all", every_setting);
	run_add_group(&experiment, "map", map);
	assert_int_equal(experiment_complete(&experiment, error), 0);
	text = experiment_text(&experiment);
	assert_string_equal(text, wanted);
	free(text);
}

/* Lists are wrapped before column 91. */
static void a_list_that_fills_its_line(void **state)
{
	char name[64], *text;

	(void)state;
	for (size_t length = 38; length <= 41; length++) {
		struct group *group;
		const char *line;

		experiment_free(&experiment);
		run_begin_experiment(&experiment);
		group = run_add_group(&experiment, "cost", tail);
		names_free(&group->subjects);
		snprintf(name, sizeof(name), "%039d", 0);
		assert_int_equal(names_add(&group->subjects, name), 0);
		snprintf(name, sizeof(name), "%0*d", (int)length, 1);
		assert_int_equal(names_add(&group->subjects, name), 0);
		text = experiment_text(&experiment);
		line = strstr(text, "subjects = ");
		assert_int_equal(strcspn(line, "\n"), length <= 39 ? 51 + length : 50);
		free(text);
	}
}

/* ---------------------------------------------------------------------------------- axes */

static void axes_are_read(void **state)
{
	static const struct {
		const char *text, *name, *values[6];
	} rows[] = {
		{ "n: 1e2..1e4", "n", { "100", "1000", "10000" } },
		{ "n=500 2e3", "n", { "500", "2000" } },
		{ "stopped: 0 50% 90%", "stopped", { "0", "50%", "90%" } },
		{ "stopped=0,50%", "stopped", { "0", "50%" } },
		{ "stopped :\t1,\n2 , 3", "stopped", { "1", "2", "3" } },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct axis axis = { 0 };
		size_t count = 0;

		assert_int_equal(axis_set(&axis, "x", rows[i].text, error), 0);
		assert_string_equal(axis.name, rows[i].name);
		assert_int_equal(axis_is_n(&axis), !strcmp(rows[i].name, "n"));
		for (; rows[i].values[count]; count++)
			assert_string_equal(axis.values.name[count], rows[i].values[count]);
		assert_int_equal(axis.values.count, count);
		/* Text without a name is appended. */
		assert_int_equal(axis_set(&axis, "x", "77 78", error), 0);
		assert_int_equal(axis.values.count, count + 2);
		/* Text with a name begins a new axis. */
		assert_int_equal(axis_set(&axis, "x", "late: 5", error), 0);
		assert_int_equal(axis.values.count, 1);
		axis_free(&axis);
		assert_int_equal(axis.values.count, 0);
	}
}

static void axes_that_are_refused(void **state)
{
	static const char *const rows[][2] = {
		{ "1e2..1e6", "x: '1e2..1e6' is not NAME: VALUES, as in n: 1e2..1e6" },
		{ ": 5", "x: ': 5' does not begin with a name" },
		{ "a b: 5", "x: 'a b: 5' does not begin with a name" },
		{ "a_name_that_is_as_long_as_its_room: 5",
		  "x: 'a_name_that_is_as_long_as_its_room: 5' does not begin with a name" },
		{ "stopped:  ", "x: stopped has no values" },
		{ "stopped: 1 2 1", "x: stopped = 1 is given twice" },
	};
	char many[256] = "late:";

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct axis axis = { 0 };

		assert_int_equal(axis_set(&axis, "x", rows[i][0], error), -EINVAL);
		assert_string_equal(error, rows[i][1]);
		axis_free(&axis);
	}
	for (int i = 0; i <= 32; i++) {
		struct axis axis = { 0 };

		snprintf(many + strlen(many), sizeof(many) - strlen(many), " %d", 100 + i);
		assert_int_equal(axis_set(&axis, "x", many, error), i < 32 ? 0 : -EINVAL);
		axis_free(&axis);
	}
	assert_string_equal(error, "x: more than 32 values of late");
	memcpy(many, "n   :", 5);
	assert_int_equal(axis_set(&(struct axis){ 0 }, "x", many, error), -EINVAL);
}

static void maps_are_laid_out(void **state)
{
	(void)state;
	experiment_free(&experiment);
	run_begin_experiment(&experiment);
	run_add_group(&experiment, "map", map);
	assert_int_equal(experiment_complete(&experiment, error), 0);
	assert_true(group_is_map(&experiment.groups[0]));
	assert_string_equal(cells(), MAP "vtable");
	assert_string_equal(experiment.groups[0].axes[0].title, "number of timers, n");
	assert_true(strlen(experiment.groups[0].axes[1].title) > 10);
	for (size_t choice = 0; choice < 2; choice++) {
		assert_int_equal(axes_place(experiment.groups[0].axes, 1, choice, 100), choice);
		assert_int_equal(axes_place(experiment.groups[0].axes, 0, choice, 100), 0);
		assert_int_equal(axes_place(experiment.groups[0].axes, 0, choice, 10000), 2);
	}
}

/* The last axis varies fastest, and each base gets all pairs of values. */
static void two_options_are_laid_out(void **state)
{
	struct axis axes[2] = { 0 };
	struct names bases = { 0 }, laid_out = { 0 };

	(void)state;
	assert_int_equal(names_add(&bases, "mix"), 0);
	assert_int_equal(names_add(&bases, "mix:grain=2us"), 0);
	assert_int_equal(axis_set(&axes[0], "x", "stopped: 0 50%", error), 0);
	assert_int_equal(axis_set(&axes[1], "y", "batch: 1 2 3", error), 0);
	if (axes_expand(axes, &bases, &laid_out, error))
		fail_msg("%s", error);
	assert_int_equal(laid_out.count, 12);
	for (size_t i = 0; i < 12; i++) {
		char wanted[64];

		snprintf(wanted, sizeof(wanted), "mix%sstopped=%s,batch=%zu",
			 i < 6 ? ":" : ":grain=2us,", i / 3 % 2 ? "50%" : "0", i % 3 + 1);
		assert_string_equal(laid_out.name[i], wanted);
		assert_int_equal(axes_place(axes, 0, i, 7), i / 3 % 2);
		assert_int_equal(axes_place(axes, 1, i, 7), i % 3);
	}
	assert_string_equal(axes[1].title, "operations in one loop iteration, about (at most n/8)");
	names_free(&laid_out);
	names_add(&bases, "mix:batch=5");
	assert_int_equal(axes_expand(axes, &bases, &laid_out, error), -EINVAL);
	assert_string_equal(error, "workload 'mix:batch=5' sets batch, which is an axis");
	names_free(&laid_out);
	axis_set(&axes[0], "x", "nonsense: 1", error);
	assert_true(axes_expand(axes, &bases, &laid_out, error) < 0);
	names_free(&laid_out);
	names_free(&bases);
	axis_free(&axes[0]);
	axis_free(&axes[1]);
}

/* ---------------------------------------------------------------------------- dispatches */

static int settle(const char *subjects, const char *dispatch, struct names *left_out)
{
	const char *const settings[] = { "subjects", subjects,	 "workloads", "hold", "n",
					 "1e2",	     "dispatch", dispatch,    NULL };

	experiment_free(&experiment);
	run_begin_experiment(&experiment);
	run_add_group(&experiment, "cost", settings);
	assert_int_equal(experiment_complete(&experiment, error), 0);
	*left_out = (struct names){ 0 };
	return dispatches_settle(&experiment, left_out, error);
}

static void assert_group(size_t which, const char *subjects, bool by_table, bool in_line)
{
	const struct group *group = &experiment.groups[which];
	char text[256] = "";

	for (size_t i = 0; i < group->subjects.count; i++) {
		strcat(text, i ? " " : "");
		strcat(text, group->subjects.name[i]);
	}
	assert_string_equal(text, subjects);
	assert_int_equal(group->dispatch[DISPATCH_VTABLE], by_table);
	assert_int_equal(group->dispatch[DISPATCH_INLINE], in_line);
	assert_string_equal(group->label, "cost");
	assert_int_equal(group->workloads.count, 1);
	assert_int_equal(group->n[0], 100);
}

#define LOOP "loop:quad-heap@epoll"

static void subjects_are_dispatched_as_they_can(void **state)
{
	struct names left_out;

	(void)state;
	assert_int_equal(settle("quad-heap binary-heap", "vtable inline", &left_out), 0);
	assert_int_equal(experiment.group_count, 1);
	assert_group(0, "quad-heap binary-heap", true, true);
	assert_int_equal(left_out.count, 0);

	assert_int_equal(settle("quad-heap " LOOP " binary-heap", "vtable inline", &left_out), 0);
	assert_int_equal(experiment.group_count, 2);
	assert_group(0, "quad-heap " LOOP " binary-heap", true, false);
	assert_group(1, "quad-heap binary-heap", false, true);
	assert_int_equal(left_out.count, 0);

	assert_int_equal(settle(LOOP, "vtable inline", &left_out), 0);
	assert_int_equal(experiment.group_count, 1);
	assert_group(0, LOOP, true, false);

	assert_int_equal(settle("quad-heap " LOOP, "inline", &left_out), 0);
	assert_int_equal(experiment.group_count, 1);
	assert_group(0, "quad-heap", false, true);
	assert_int_equal(left_out.count, 1);
	assert_string_equal(left_out.name[0], LOOP);
	names_free(&left_out);

	assert_int_equal(settle(LOOP, "inline", &left_out), -EINVAL);
	assert_string_equal(error, "test: [cost]: none of its subjects has inline dispatch");
	names_free(&left_out);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(selects),
		cmocka_unit_test(patterns_that_match_nothing_are_refused),
		cmocka_unit_test(a_dispatch_that_no_cell_has),
		cmocka_unit_test(no_more_ranges_than_there_is_room_for),
		cmocka_unit_test(values_that_are_refused),
		cmocka_unit_test(an_experiment_as_text),
		cmocka_unit_test(a_list_that_fills_its_line),
		cmocka_unit_test(axes_are_read),
		cmocka_unit_test(axes_that_are_refused),
		cmocka_unit_test(maps_are_laid_out),
		cmocka_unit_test(two_options_are_laid_out),
		cmocka_unit_test(subjects_are_dispatched_as_they_can),
	};
	int failed = cmocka_run_group_tests(tests, NULL, free_experiment);

	printf("%d passed, %d failed\n", (int)(sizeof(tests) / sizeof(*tests)) - failed, failed);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
