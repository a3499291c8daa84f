/*
 * options-test.c - options.h: which texts are accepted, with which values, and which messages
 * refuse the others
 */
#include <errno.h>
#include <float.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "structures/common/options.h"
#include "structures/timer.h"
#include "structures/tests/run_group.h"

enum colour { RED, GREEN, BLUE };

struct paint {
	uint64_t coats, drying;
	double cover;
	int colour;
};

static const char *const colours[] = { "red", "green", "blue", NULL };

static const struct option_spec paint_options[] = {
	{ "coats", OPTION_COUNT, offsetof(struct paint, coats), 1, 1e6, "3", NULL, "layers" },
	{ "drying", OPTION_DURATION, offsetof(struct paint, drying), 10, 3600e9, "1us", NULL,
	  "ns" },
	{ "cover", OPTION_REAL, offsetof(struct paint, cover), 0, 1, "99.5%", NULL, "a fraction" },
	{ "colour", OPTION_WORD, offsetof(struct paint, colour), 0, 0, "green", colours, "which" },
	{ 0 },
};

/*
 * Compares doubles by their bits, because the value must be the double that is nearest to the text.
 */
static int same(double a, double b)
{
	return !memcmp(&a, &b, sizeof(a));
}

static void assert_one_line(const char *error)
{
	assert_true(*error);
	assert_true(strlen(error) < OPTIONS_ERROR_SIZE);
	assert_null(strchr(error, '\n'));
}

/* Parses a text that must be accepted. Returns the options. */
static struct paint parsed(const char *text)
{
	struct paint paint = { 0 };
	char error[OPTIONS_ERROR_SIZE] = "";

	if (options_parse(paint_options, text, &paint, error, sizeof(error)))
		fail_msg("'%s' is refused: %s", text, error);
	return paint;
}

/* Parses a text that must be refused, with a message that contains `says`. */
static void assert_refused(const char *text, const char *says)
{
	struct paint paint;
	char error[OPTIONS_ERROR_SIZE] = "";

	if (options_parse(paint_options, text, &paint, error, sizeof(error)) != -EINVAL)
		fail_msg("'%s' is not refused", text);
	assert_one_line(error);
	if (!strstr(error, says))
		fail_msg("'%s': '%s' does not say '%s'", text, error, says);
}

static uint64_t integer(enum option_type type, const char *text)
{
	uint64_t value = 0;
	char error[OPTIONS_ERROR_SIZE] = "";

	if (options_parse_value(type, "it", text, 0, 0x1p64, &value, error, sizeof(error)))
		fail_msg("'%s' is refused: %s", text, error);
	return value;
}

static double real(const char *text)
{
	double value = -1;
	char error[OPTIONS_ERROR_SIZE] = "";

	if (options_parse_value(OPTION_REAL, "it", text, 0, DBL_MAX, &value, error, sizeof(error)))
		fail_msg("'%s' is refused: %s", text, error);
	return value;
}

static void assert_value_refused(enum option_type type, const char *text)
{
	static const unsigned char untouched[8] = { 7, 7, 7, 7, 7, 7, 7, 7 };
	unsigned char value[8];
	char error[OPTIONS_ERROR_SIZE] = "";

	memcpy(value, untouched, sizeof(value));
	if (options_parse_value(type, "it", text, 0, 0x1p64, value, error, sizeof(error)) !=
	    -EINVAL)
		fail_msg("'%s' is not refused", text);
	assert_one_line(error);
	assert_memory_equal(error, "it", 2);
	assert_memory_equal(value, untouched, sizeof(value));
}

static void test_defaults(void **state)
{
	static const char *const nothing[] = { NULL, "" };

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		struct paint paint = parsed(nothing[i]);

		assert_int_equal(paint.coats, 3);
		assert_int_equal(paint.drying, 1000);
		assert_true(same(paint.cover, 0.995));
		assert_int_equal(paint.colour, GREEN);
	}
}

static void test_all_at_once(void **state)
{
	struct paint paint = parsed("colour=blue,cover=0.25,drying=2ms,coats=7");

	(void)state;
	assert_int_equal(paint.coats, 7);
	assert_int_equal(paint.drying, 2000000);
	assert_true(same(paint.cover, 0.25));
	assert_int_equal(paint.colour, BLUE);
}

static void test_one_leaves_the_others(void **state)
{
	struct paint paint = parsed("coats=8");

	(void)state;
	assert_int_equal(paint.coats, 8);
	assert_int_equal(paint.drying, 1000);
	assert_int_equal(paint.colour, GREEN);
}

static void test_the_last_wins(void **state)
{
	(void)state;
	assert_int_equal(parsed("coats=1,coats=2").coats, 2);
}

static void test_no_table(void **state)
{
	char error[OPTIONS_ERROR_SIZE] = "";

	(void)state;
	assert_int_equal(options_parse(NULL, "", NULL, error, sizeof(error)), 0);
	assert_int_equal(options_parse(NULL, NULL, NULL, error, sizeof(error)), 0);
	assert_int_equal(options_parse(NULL, "coats=1", NULL, error, sizeof(error)), -EINVAL);
	assert_one_line(error);
}

static void test_words(void **state)
{
	(void)state;
	assert_int_equal(parsed("colour=red").colour, RED);
	assert_int_equal(parsed("colour=green").colour, GREEN);
	assert_int_equal(parsed("colour=blue").colour, BLUE);
	assert_refused("colour=pink", "red, green, blue");
	assert_refused("colour=gree", "red, green, blue");
	assert_refused("colour=greenish", "red, green, blue");
	assert_refused("colour=1", "red, green, blue");
	assert_refused("colour=", "red, green, blue");
}

static void test_counts(void **state)
{
	(void)state;
	assert_int_equal(integer(OPTION_COUNT, "0"), 0);
	assert_int_equal(integer(OPTION_COUNT, "64"), 64);
	assert_int_equal(integer(OPTION_COUNT, "007"), 7);
	assert_int_equal(integer(OPTION_COUNT, "1e6"), 1000000);
	assert_int_equal(integer(OPTION_COUNT, "2.5e3"), 2500);
	assert_int_equal(integer(OPTION_COUNT, "3."), 3);
	assert_int_equal(integer(OPTION_COUNT, "1e19"), UINT64_C(10000000000000000000));
}

static void test_large_integers_are_exact(void **state)
{
	(void)state;
	assert_int_equal(integer(OPTION_COUNT, "9007199254740993"), UINT64_C(9007199254740993));
	assert_int_equal(integer(OPTION_COUNT, "18446744073709551615"), UINT64_MAX);
	assert_int_equal(integer(OPTION_DURATION, "18446744073709551615"), UINT64_MAX);
	assert_int_equal(integer(OPTION_DURATION, "9007199254740993"), UINT64_C(9007199254740993));
	assert_value_refused(OPTION_COUNT, "18446744073709551616");
	assert_value_refused(OPTION_COUNT, "1e20");
	assert_value_refused(OPTION_DURATION, "18446744073709551616");
	assert_value_refused(OPTION_DURATION, "213504d"); /* 2^64 ns are 213503.98 days */
}

/* Durations must be exact in ns, even where a double is not: beyond 2^53 ns, which are 104 days. */
static void test_large_durations_with_units_are_exact(void **state)
{
	(void)state;
	assert_int_equal(integer(OPTION_DURATION, "9007199254740993ns"),
			 UINT64_C(9007199254740993));
	assert_int_equal(integer(OPTION_DURATION, "9007199254741us"), UINT64_C(9007199254741000));
	assert_int_equal(integer(OPTION_DURATION, "213503d"),
			 UINT64_C(213503) * 86400 * TIMER_SECOND);
}

static void test_units(void **state)
{
	(void)state;
	assert_int_equal(integer(OPTION_DURATION, "250"), 250);
	assert_int_equal(integer(OPTION_DURATION, "250ns"), 250);
	assert_int_equal(integer(OPTION_DURATION, "3us"), 3000);
	assert_int_equal(integer(OPTION_DURATION, "20ms"), 20000000);
	assert_int_equal(integer(OPTION_DURATION, "60s"), 60 * TIMER_SECOND);
	assert_int_equal(integer(OPTION_DURATION, "5m"), 300 * TIMER_SECOND);
	assert_int_equal(integer(OPTION_DURATION, "2h"), 7200 * TIMER_SECOND);
	assert_int_equal(integer(OPTION_DURATION, "1d"), 86400 * TIMER_SECOND);
	assert_int_equal(integer(OPTION_DURATION, "1.5s"), 1500000000);
	assert_int_equal(integer(OPTION_DURATION, ".5us"), 500);
	assert_int_equal(integer(OPTION_DURATION, "1e3us"), 1000000);
	assert_int_equal(integer(OPTION_DURATION, "0.333us"), 333);
	assert_int_equal(integer(OPTION_DURATION, "4.35us"), 4350);
	assert_int_equal(integer(OPTION_DURATION, "1.001us"), 1001);
}

static void test_wrong_units(void **state)
{
	static const char *const wrong[] = { "1 us", "1US",   "1sec", "1usx", "1n", "us",
					     "1%",   "1us ",  "1,5s", "1µs",  "1e", "1e+",
					     "0.5",  "1.5ns", "1ss",  "1s1",  "e3", "" };

	(void)state;
	for (size_t i = 0; i < sizeof(wrong) / sizeof(*wrong); i++)
		assert_value_refused(OPTION_DURATION, wrong[i]);
	assert_value_refused(OPTION_COUNT, "1us");
	assert_value_refused(OPTION_COUNT, "50%");
	assert_value_refused(OPTION_COUNT, "1k");
	assert_value_refused(OPTION_COUNT, "1.5");
	assert_value_refused(OPTION_REAL, "1us");
	assert_value_refused(OPTION_REAL, "50%%");
	assert_value_refused(OPTION_REAL, "50 %");
}

static void test_reals(void **state)
{
	(void)state;
	assert_true(same(real("0.995"), 0.995));
	assert_true(same(real(".5"), 0.5));
	assert_true(same(real("1"), 1.0));
	assert_true(same(real("1e-3"), 0.001));
	assert_true(same(real("0"), 0.0));
	assert_true(same(real("100%"), 1.0));
	assert_true(same(real("50%"), 0.5));
	assert_true(same(real("25%"), 0.25));
	assert_true(same(real("0%"), 0.0));
}

/* A percentage must be the nearest double: 0.07, and not an adjacent double. */
static void test_percentages_are_exact(void **state)
{
	(void)state;
	assert_true(same(real("99.5%"), 0.995));
	assert_true(same(real("7%"), 0.07));
	assert_true(same(real("29%"), 0.29));
	assert_true(same(real("35%"), 0.35));
}

static void test_no_numbers(void **state)
{
	static const char *const wrong[] = { "",      "-1",   "+1",    " 1",	"1 ",	    "\t1",
					     "nan",   "NaN",  "inf",   "-inf",	"infinity", "0x10",
					     "0x1p4", "0XFF", "1e999", "1_000", "ten",	    ".",
					     "-0",    "1,0",  "1e1e1", "--1" };
	static const enum option_type types[] = { OPTION_COUNT, OPTION_DURATION, OPTION_REAL };

	(void)state;
	for (size_t type = 0; type < 3; type++)
		for (size_t i = 0; i < sizeof(wrong) / sizeof(*wrong); i++)
			assert_value_refused(types[type], wrong[i]);
}

static void test_ranges(void **state)
{
	(void)state;
	assert_int_equal(parsed("coats=1").coats, 1);
	assert_int_equal(parsed("coats=1000000").coats, 1000000);
	assert_int_equal(parsed("drying=10ns").drying, 10);
	assert_int_equal(parsed("drying=1h").drying, 3600 * TIMER_SECOND);
	assert_true(same(parsed("cover=0").cover, 0));
	assert_true(same(parsed("cover=100%").cover, 1));
	assert_refused("coats=0", "out of range (1 to 1000000)");
	assert_refused("coats=1000001", "out of range");
	assert_refused("coats=1e6000", "coats");
	assert_refused("coats=99999999999999999999", "out of range");
	assert_refused("drying=9ns", "out of range (10ns to 1h)");
	assert_refused("drying=3600000000001", "out of range");
	assert_refused("drying=3601s", "out of range");
	assert_refused("cover=1.0000001", "out of range");
	assert_refused("cover=100.1%", "out of range");
}

/* A range that is compared as doubles would accept the first integers beyond 2^53. */
static void test_ranges_of_large_integers(void **state)
{
	uint64_t value = 7;
	char error[OPTIONS_ERROR_SIZE] = "";

	(void)state;
	assert_int_equal(options_parse_value(OPTION_COUNT, "it", "9007199254740993", 0, 0x1p53,
					     &value, error, sizeof(error)),
			 -EINVAL);
	assert_int_equal(value, 7);
}

static void test_malformed(void **state)
{
	static const char *const wrong[] = {
		",",	    "coats=1,", ",coats=1",  "coats=1,,cover=1", "coats",
		"coats=",   "=",	"=1",	     "coats=1;cover=1",	 "coats=1 ",
		" coats=1", "coats =1", "coats= 1",  "coats==1",	 "coats:1",
		"drying=",  "cover=",	"coats=1=2", "coats=-1",	 "cover=nan"
	};

	(void)state;
	for (size_t i = 0; i < sizeof(wrong) / sizeof(*wrong); i++)
		assert_refused(wrong[i], "");
	assert_refused("coats=1,", "last ','");
	assert_refused("coats", "no value");
}

static void test_overlong(void **state)
{
	char text[4096];

	(void)state;
	memset(text, 'x', sizeof(text));
	text[sizeof(text) - 1] = '\0';
	assert_refused(text, "too long");
	memcpy(text, "coats=", 6);
	assert_refused(text, "too long");
	memset(text + 6, '1', sizeof(text) - 7);
	assert_refused(text, "too long");
	for (size_t length = 1; length < 200; length++) {
		text[6 + length] = '\0';
		if (length > 7)
			assert_refused(text, "");
		text[6 + length] = '1';
	}
}

/*
 * However small the buffer for the message is, the result must be right, and nothing may be written
 * beyond the buffer.
 */
static void test_little_room_for_the_message(void **state)
{
	struct paint paint;
	char error[16];

	(void)state;
	for (size_t size = 0; size < sizeof(error); size++) {
		memset(error, '#', sizeof(error));
		assert_int_equal(options_parse(paint_options, "coats=0", &paint, error, size),
				 -EINVAL);
		for (size_t i = size; i < sizeof(error); i++)
			assert_int_equal(error[i], '#');
		if (size)
			assert_true(strlen(error) < size);
	}
}

static void test_unknown_names(void **state)
{
	(void)state;
	assert_refused("coat=1", "did you mean 'coats'?");
	assert_refused("COATS=1", "did you mean 'coats'?");
	assert_refused("dyring=1us", "did you mean 'drying'?");
	assert_refused("color=red", "did you mean 'colour'?");
	assert_refused("temperature=1", "no option 'temperature'");
	assert_refused("coatsx=1", "did you mean 'coats'?");
}

static void test_nearest(void **state)
{
	static const char *const names[] = { "binary-heap", "quad-heap", "hierarchical-wheel",
					     "sorted-list" };

	(void)state;
	assert_string_equal(options_nearest("quad-hep", names, 4), "quad-heap");
	assert_string_equal(options_nearest("quad", names, 4), "quad-heap");
	assert_string_equal(options_nearest("Binary-Heap", names, 4), "binary-heap");
	assert_string_equal(options_nearest("heirarchical-wheel", names, 4), "hierarchical-wheel");
	assert_string_equal(options_nearest("sortedlist", names, 4), "sorted-list");
	assert_string_equal(options_nearest("quad-heap", names, 4), "quad-heap");
	assert_null(options_nearest("zzz", names, 4));
	assert_null(options_nearest("", names, 4));
	assert_null(options_nearest("quad-heap", names, 0));
	assert_null(options_nearest("entirely different", names, 4));
}

/* An exact match must win over a name that begins with the text, in either order. */
static void test_nearest_prefers_the_exact(void **state)
{
	static const char *const one[] = { "heap-of-lists", "heap" };
	static const char *const other[] = { "heap", "heap-of-lists" };

	(void)state;
	assert_string_equal(options_nearest("heap", one, 2), "heap");
	assert_string_equal(options_nearest("heap", other, 2), "heap");
}

static void test_nearest_of_long_words(void **state)
{
	char typed[300];
	const char *names[] = { "quad-heap", typed };

	(void)state;
	memset(typed, 'q', sizeof(typed));
	typed[sizeof(typed) - 1] = '\0';
	assert_null(options_nearest(typed, names, 1));
	assert_ptr_equal(options_nearest(typed, names, 2), typed);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_defaults),
		cmocka_unit_test(test_all_at_once),
		cmocka_unit_test(test_one_leaves_the_others),
		cmocka_unit_test(test_the_last_wins),
		cmocka_unit_test(test_no_table),
		cmocka_unit_test(test_words),
		cmocka_unit_test(test_counts),
		cmocka_unit_test(test_large_integers_are_exact),
		cmocka_unit_test(test_large_durations_with_units_are_exact),
		cmocka_unit_test(test_units),
		cmocka_unit_test(test_wrong_units),
		cmocka_unit_test(test_reals),
		cmocka_unit_test(test_percentages_are_exact),
		cmocka_unit_test(test_no_numbers),
		cmocka_unit_test(test_ranges),
		cmocka_unit_test(test_ranges_of_large_integers),
		cmocka_unit_test(test_malformed),
		cmocka_unit_test(test_overlong),
		cmocka_unit_test(test_little_room_for_the_message),
		cmocka_unit_test(test_unknown_names),
		cmocka_unit_test(test_nearest),
		cmocka_unit_test(test_nearest_prefers_the_exact),
		cmocka_unit_test(test_nearest_of_long_words),
	};

	return RUN_GROUP(tests);
}
