/*
 * util-test - the evutil_ functions for text, time and random numbers
 */
#include <event2/util.h>

#include <errno.h>
#include <stdbool.h>

#include "loop/tests/loop_test.h"

/* --------------------------------------------------------------------------------------- text */

static void test_numbers(void **state)
{
	char *end;

	(void)state;
	assert_true(evutil_strtoll("9223372036854775807", &end, 10) == EV_INT64_MAX && !*end);
	assert_true(evutil_strtoll("-9223372036854775808x", &end, 10) == EV_INT64_MIN &&
		    *end == 'x');
	assert_true(evutil_strtoll("0x7f", NULL, 16) == 127);
	assert_true(evutil_strtoll("z", &end, 10) == 0 && *end == 'z');
	assert_true(evutil_strtoll("0x10", NULL, 0) == 16 && evutil_strtoll("010", NULL, 0) == 8);
	errno = 0;
	assert_true(evutil_strtoll("9223372036854775808", &end, 10) == EV_INT64_MAX && !*end);
	assert_int_equal(errno, ERANGE);
	errno = 0;
	assert_true(evutil_strtoll("-9223372036854775809", &end, 10) == EV_INT64_MIN && !*end);
	assert_int_equal(errno, ERANGE);
	errno = 0;
	assert_true(evutil_strtoll("1", &end, 99) == 0);
	assert_int_equal(errno, EINVAL);
}

static int print(char *buffer, size_t size, const char *format, ...)
{
	va_list arguments;
	int result;

	va_start(arguments, format);
	result = evutil_vsnprintf(buffer, size, format, arguments);
	va_end(arguments);
	return result;
}

/* The text always ends in a zero byte. The result is the length of the untruncated text. */
static void test_printing(void **state)
{
	char buffer[6];

	(void)state;
	assert_int_equal(evutil_snprintf(buffer, sizeof(buffer), "%d%s", 12, "abc"), 5);
	assert_string_equal(buffer, "12abc");
	assert_int_equal(evutil_snprintf(buffer, sizeof(buffer), "%s", "abcdefgh"), 8);
	assert_string_equal(buffer, "abcde");
	assert_int_equal(print(buffer, 1, "%s", "xyz"), 3);
	assert_string_equal(buffer, "");
	memcpy(buffer, "kept", 5);
	assert_int_equal(evutil_snprintf(buffer, 0, "abc"), 0); /* as in libevent; C99 says 3 */
	assert_string_equal(buffer, "kept");
}

static void test_printing_at_every_size(void **state)
{
	(void)state;
	for (size_t size = 1; size < 16; size++) {
		char *buffer = malloc(size);

		assert_int_equal(evutil_snprintf(buffer, size, "%s", "0123456789"), 10);
		assert_int_equal(strlen(buffer), size > 10 ? 10 : size - 1);
		assert_memory_equal(buffer, "0123456789", strlen(buffer));
		free(buffer);
	}
}

static void test_comparing_text(void **state)
{
	(void)state;
	assert_int_equal(evutil_ascii_strcasecmp("aBc", "AbC"), 0);
	assert_true(evutil_ascii_strcasecmp("abc", "abd") < 0);
	assert_true(evutil_ascii_strcasecmp("abcd", "abc") > 0);
	assert_true(evutil_ascii_strcasecmp("", "a") < 0);
	assert_int_equal(evutil_ascii_strncasecmp("abcX", "ABCy", 3), 0);
	assert_true(evutil_ascii_strncasecmp("abcX", "ABCy", 4) < 0);
	assert_int_equal(evutil_ascii_strncasecmp("a", "b", 0), 0);
	assert_int_equal(evutil_ascii_strncasecmp("ab", "AB", 9), 0);
	assert_int_not_equal(evutil_ascii_strcasecmp("\xc4", "\xe4"),
			     0); /* only ASCII letters have cases */
}

/* Compares every byte with every other byte. Only the two cases of a letter are equal. */
static void test_comparing_all_letters(void **state)
{
	(void)state;
	for (int a = 1; a < 256; a++) {
		for (int b = 1; b < 256; b++) {
			const char left[] = { (char)a, 0 }, right[] = { (char)b, 0 };
			int low = a >= 'A' && a <= 'Z' ? a + 32 : a;
			int other = b >= 'A' && b <= 'Z' ? b + 32 : b;
			int expected = (low > other) - (low < other);

			assert_int_equal(evutil_ascii_strcasecmp(left, right), expected);
			assert_int_equal(evutil_ascii_strncasecmp(left, right, 1), expected);
		}
	}
}

static void test_dates(void **state)
{
	const struct tm when = { .tm_year = 94,
				 .tm_mon = 10,
				 .tm_mday = 6,
				 .tm_hour = 8,
				 .tm_min = 49,
				 .tm_sec = 37,
				 .tm_wday = 0 };
	char text[64], small[8];

	(void)state;
	assert_int_equal(evutil_date_rfc1123(text, sizeof(text), &when), 29);
	assert_string_equal(text, "Sun, 06 Nov 1994 08:49:37 GMT"); /* the example of RFC 7231 */
	assert_int_equal(evutil_date_rfc1123(small, sizeof(small), &when), 29);
	assert_string_equal(small, "Sun, 06");
}

/* The result must be that of strftime in the C locale, on all weekdays and in all months. */
static void test_dates_of_a_year(void **state)
{
	(void)state;
	for (time_t day = 0; day < 366; day++) {
		time_t at = 1700000000 + day * 86461;
		char ours[64], theirs[64];
		struct tm when;

		gmtime_r(&at, &when);
		strftime(theirs, sizeof(theirs), "%a, %d %b %Y %H:%M:%S GMT", &when);
		assert_int_equal(evutil_date_rfc1123(ours, sizeof(ours), &when), 29);
		assert_string_equal(ours, theirs);
	}
}

static void test_the_date_of_now(void **state)
{
	time_t before = time(NULL), after;
	char text[64], expected[64];
	struct tm when;
	bool found = false;

	(void)state;
	assert_int_equal(evutil_date_rfc1123(text, sizeof(text), NULL), 29);
	after = time(NULL);
	for (time_t at = before; at <= after && !found; at++) {
		gmtime_r(&at, &when);
		evutil_date_rfc1123(expected, sizeof(expected), &when);
		found = !strcmp(text, expected);
	}
	assert_true(found);
}

/* --------------------------------------------------------------------------------------- time */

static void test_time_arithmetic(void **state)
{
	const struct timeval a = { 1, 600000 }, b = { 2, 700000 };
	struct timeval result;

	(void)state;
	evutil_timeradd(&a, &b, &result);
	assert_true(result.tv_sec == 4 && result.tv_usec == 300000);
	evutil_timersub(&b, &a, &result);
	assert_true(result.tv_sec == 1 && result.tv_usec == 100000);
	assert_true(evutil_timercmp(&a, &b, <) && evutil_timercmp(&b, &a, >));
	assert_true(evutil_timercmp(&a, &a, ==) && evutil_timercmp(&a, &a, <=));
	assert_true(evutil_timercmp(&a, &b, !=) && !evutil_timercmp(&a, &b, >=));
	assert_true(evutil_timerisset(&a));
	evutil_timerclear(&result);
	assert_false(evutil_timerisset(&result));
	assert_int_equal(evutil_gettimeofday(&result, NULL), 0);
	assert_true(evutil_timerisset(&result));
}

static void test_carrying_and_borrowing(void **state)
{
	const struct timeval a = { 1, 999999 }, b = { 0, 1 }, c = { 2, 0 };
	struct timeval result;

	(void)state;
	evutil_timeradd(&a, &b, &result);
	assert_true(evutil_timercmp(&result, &c, ==));
	evutil_timersub(&c, &b, &result);
	assert_true(evutil_timercmp(&result, &a, ==));
	evutil_timersub(&b, &c, &result); /* in a negative time only the seconds are negative */
	assert_true(result.tv_sec == -2 && result.tv_usec == 1);
	assert_true(evutil_timercmp(&a, &c, <) && !evutil_timercmp(&c, &a, <=));
	assert_true(evutil_timerisset(&b) && evutil_timerisset(&c));
}

/* The time must lie between two readings of the clock that the flags select. */
static void test_which_clock_is_read(void **state)
{
	static const struct {
		int flags;
		clockid_t clock;
	} clocks[] = { { 0, CLOCK_MONOTONIC_COARSE },
		       { EV_MONOT_PRECISE, CLOCK_MONOTONIC },
		       { EV_MONOT_FALLBACK, CLOCK_REALTIME },
		       { EV_MONOT_FALLBACK | EV_MONOT_PRECISE, CLOCK_REALTIME } };
	struct evutil_monotonic_timer *timer = evutil_monotonic_timer_new();

	(void)state;
	for (size_t i = 0; i < sizeof(clocks) / sizeof(*clocks); i++) {
		struct timespec before, after;
		struct timeval now;
		int64_t time;

		assert_int_equal(evutil_configure_monotonic_time(timer, clocks[i].flags), 0);
		clock_gettime(clocks[i].clock, &before);
		assert_int_equal(evutil_gettime_monotonic(timer, &now), 0);
		clock_gettime(clocks[i].clock, &after);
		assert_in_range(now.tv_usec, 0, 999999);
		time = now.tv_sec * INT64_C(1000000) + now.tv_usec;
		assert_true(time >= before.tv_sec * INT64_C(1000000) + before.tv_nsec / 1000);
		assert_true(time <= after.tv_sec * INT64_C(1000000) + after.tv_nsec / 1000);
	}
	evutil_monotonic_timer_free(timer);
	evutil_monotonic_timer_free(NULL);
}

static void test_monotonic_time(void **state)
{
	static const int flags[] = { 0, EV_MONOT_PRECISE, EV_MONOT_FALLBACK };
	struct evutil_monotonic_timer *timer = evutil_monotonic_timer_new();

	(void)state;
	assert_non_null(timer);
	for (int i = 0; i < 3; i++) {
		struct timeval before, now;

		assert_int_equal(evutil_configure_monotonic_time(timer, flags[i]), 0);
		assert_int_equal(evutil_gettime_monotonic(timer, &before), 0);
		for (int k = 0; k < 1000; k++) {
			assert_int_equal(evutil_gettime_monotonic(timer, &now), 0);
			assert_false(evutil_timercmp(&now, &before, <));
			before = now;
		}
	}
	evutil_monotonic_timer_free(timer);
}

static void test_random_bytes(void **state)
{
	unsigned char bytes[65] = { 0 };
	int zeros = 0;

	(void)state;
	assert_int_equal(evutil_secure_rng_init(), 0);
	assert_int_equal(evutil_secure_rng_set_urandom_device_file((char *)"/dev/urandom"), 0);
	evutil_secure_rng_add_bytes("abc", 3);
	evutil_secure_rng_get_bytes(bytes, 0);
	evutil_secure_rng_get_bytes(NULL, 0);
	assert_int_equal(bytes[0], 0);
	evutil_secure_rng_get_bytes(bytes, 64);
	for (int i = 0; i < 64; i++)
		zeros += !bytes[i];
	assert_true(zeros < 16); /* by chance false once in 10^21 runs */
	assert_int_equal(bytes[64], 0);
}

/* The call must write every requested byte, and no byte after them. Two calls must differ. */
static void test_random_lengths(void **state)
{
	unsigned char first[32], other[32];

	(void)state;
	for (size_t size = 1; size <= sizeof(first); size++) {
		unsigned char all_ones[32] = { 0 };
		unsigned char *bytes = malloc(size);

		for (int i = 0; i < 64; i++) { /* a bit stays 0 once in 2^64 runs */
			evutil_secure_rng_get_bytes(bytes, size);
			for (size_t byte = 0; byte < size; byte++)
				all_ones[byte] |= bytes[byte];
		}
		for (size_t byte = 0; byte < size; byte++)
			assert_int_equal(all_ones[byte], 255);
		free(bytes);
	}
	evutil_secure_rng_get_bytes(first, sizeof(first));
	evutil_secure_rng_get_bytes(other, sizeof(other));
	assert_memory_not_equal(first, other, sizeof(first));
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(test_numbers),
	cmocka_unit_test(test_printing),
	cmocka_unit_test(test_printing_at_every_size),
	cmocka_unit_test(test_comparing_text),
	cmocka_unit_test(test_comparing_all_letters),
	cmocka_unit_test(test_dates),
	cmocka_unit_test(test_dates_of_a_year),
	cmocka_unit_test(test_the_date_of_now),
	cmocka_unit_test(test_time_arithmetic),
	cmocka_unit_test(test_carrying_and_borrowing),
	cmocka_unit_test(test_which_clock_is_read),
	cmocka_unit_test(test_monotonic_time),
	cmocka_unit_test(test_random_bytes),
	cmocka_unit_test(test_random_lengths),
};

int main(void)
{
	LOOP_TEST_RUN(tests);
}
