/* channel-test - a pipe from a child, read without waiting */
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

#include "bench/run/channel.h"

static void say(const struct channel *channel, const char *text)
{
	assert_int_equal(write(channel->write, text, strlen(text)), strlen(text));
}

static void bytes_are_taken_as_they_come(void **state)
{
	struct channel channel;

	(void)state;
	assert_int_equal(channel_open(&channel), 0);
	assert_int_equal(channel_take(&channel), 0); /* empty, and it does not wait */
	assert_int_equal(channel.length, 0);
	say(&channel, "one\ntw");
	assert_int_equal(channel_take(&channel), 0);
	assert_string_equal(channel.text, "one\ntw");
	say(&channel, "o\n");
	assert_int_equal(channel_take(&channel), 0);
	assert_string_equal(channel.text, "one\ntwo\n");
	assert_false(channel.ended);
	channel_listen(&channel);
	assert_int_equal(channel_take(&channel), 0);
	assert_true(channel.ended);
	assert_int_equal(channel.length, 8);
	channel_close(&channel);
	assert_null(channel.text);
}

static void much_is_taken_whole(void **state)
{
	char part[1000];
	struct channel channel;

	(void)state;
	memset(part, 'x', sizeof(part));
	assert_int_equal(channel_open(&channel), 0);
	for (int i = 0; i < 30; i++)
		assert_int_equal(write(channel.write, part, sizeof(part)), sizeof(part));
	assert_int_equal(channel_take(&channel), 0);
	assert_int_equal(channel.length, 30 * sizeof(part));
	assert_int_equal(strspn(channel.text, "x"), 30 * sizeof(part));
	channel_close(&channel);
}

/*
 * Both ends must be closed, with or without channel_listen, and no other program may inherit them.
 */
static void both_ends_are_closed(void **state)
{
	struct channel channel;
	int read_end, write_end;

	(void)state;
	for (int listens = 0; listens < 2; listens++) {
		assert_int_equal(channel_open(&channel), 0);
		read_end = channel.read;
		write_end = channel.write;
		assert_int_equal(fcntl(read_end, F_GETFD), FD_CLOEXEC);
		assert_int_equal(fcntl(write_end, F_GETFD), FD_CLOEXEC);
		if (listens)
			channel_listen(&channel);
		channel_close(&channel);
		assert_int_equal(fcntl(read_end, F_GETFD), -1);
		assert_int_equal(fcntl(write_end, F_GETFD), -1);
		channel_close(&channel); /* a second call has no effect */
	}
}

static void the_last_line(void **state)
{
	static const struct {
		const char *text, *line;
	} rows[] = {
		{ "", "" },
		{ "\n\n", "" },
		{ "a\nb\n\n", "b" },
		{ "a\nb", "b" },
		{ "us: a\nb\n", "us: a" },
		{ "us: a\nb\nus: c\nd", "us: c" },
		{ "b\nus: 0123456789", "us: 012" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct channel channel;
		char line[8];

		assert_int_equal(channel_open(&channel), 0);
		channel_last_line(&channel, "us: ", line, sizeof(line));
		assert_string_equal(line, "");
		say(&channel, rows[i].text);
		assert_int_equal(channel_take(&channel), 0);
		channel_last_line(&channel, "us: ", line, sizeof(line));
		assert_string_equal(line, rows[i].line);
		channel_close(&channel);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(bytes_are_taken_as_they_come),
		cmocka_unit_test(much_is_taken_whole),
		cmocka_unit_test(both_ends_are_closed),
		cmocka_unit_test(the_last_line),
	};
	int failed = cmocka_run_group_tests(tests, NULL, NULL);

	printf("%d passed, %d failed\n", (int)(sizeof(tests) / sizeof(*tests)) - failed, failed);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
