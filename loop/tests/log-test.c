/*
 * log-test - messages, and the program's own functions for messages and fatal errors
 */
#include "loop/log.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>

#include "loop/tests/child.h"
#include "loop/tests/journal.h"

static void test_severities(void **state)
{
	(void)state;
	log_message("number %d", 7);
	assert_int_equal(journal.severity, EVENT_LOG_MSG);
	assert_string_equal(journal.message, "number 7");
	log_warning("careful");
	assert_int_equal(journal.severity, EVENT_LOG_WARN);
	log_warning_errno(ENOENT, "file %s", "x");
	assert_string_equal(journal.message, "file x: No such file or directory");
}

static void test_debug_messages_when_wanted(void **state)
{
	(void)state;
	log_debug("not wanted");
	assert_string_equal(journal.message, "");
	event_enable_debug_logging(EVENT_DBG_ALL);
	log_debug("wanted");
	event_enable_debug_logging(EVENT_DBG_NONE);
	assert_string_equal(journal.message, "wanted");
	assert_int_equal(journal.severity, EVENT_LOG_DEBUG);
}

static char heard[2048];

static void hear(int severity, const char *message)
{
	(void)severity;
	snprintf(heard, sizeof(heard), "%s", message);
}

/* Messages are cut at 1023 bytes, in the text or in the reason after it. */
static void test_long_messages_are_cut(void **state)
{
	const char *reason = ": No such file or directory";
	char text[2000];

	(void)state;
	event_set_log_callback(hear);
	for (size_t length = 900; length < sizeof(text); length++) {
		size_t whole = length + strlen(reason);

		memset(text, 'x', length);
		text[length] = '\0';
		log_warning_errno(ENOENT, "%s", text);
		assert_int_equal(strlen(heard), whole < 1023 ? whole : 1023);
		assert_int_equal(strspn(heard, "x"), length < 1023 ? length : 1023);
		assert_memory_equal(heard + strspn(heard, "x"), reason,
				    strlen(heard + strspn(heard, "x")));
		log_warning("%s", text);
		assert_int_equal(strlen(heard), length < 1023 ? length : 1023);
	}
}

static void say_on_all_levels(void)
{
	event_set_log_callback(NULL);
	log_debug("debug off");
	event_enable_debug_logging(EVENT_DBG_ALL);
	log_debug("one %d", 1);
	log_message("two");
	log_warning("three");
	log_warning_errno(ENOENT, "four");
	event_set_fatal_callback(NULL);
	log_fatal(1, "five");
}

/* Without a callback, messages go to stderr. The child's stderr is a pipe. */
static void test_messages_without_a_callback(void **state)
{
	char text[256] = { 0 };
	int ends[2], kept = dup(2), end_of_it;

	(void)state;
	assert_int_equal(pipe2(ends, O_NONBLOCK), 0);
	dup2(ends[1], 2);
	end_of_it = end_of_child(say_on_all_levels);
	dup2(kept, 2);
	assert_int_equal(end_of_it, 1);
	assert_true(read(ends[0], text, sizeof(text) - 1) > 0);
	assert_string_equal(text, "[debug] one 1\n[msg] two\n[warn] three\n"
				  "[warn] four: No such file or directory\n[err] five\n");
	close(kept);
	close(ends[0]);
	close(ends[1]);
}

static void leave_with(int error)
{
	_exit(error == 3 ? 42 : error == LOG_MISUSE ? 43 : 44);
}

static void die_for_a_reason(void)
{
	event_set_fatal_callback(leave_with);
	log_fatal(3, "gone");
}

static void die_of_misuse(void)
{
	event_set_fatal_callback(leave_with);
	log_fatal(LOG_MISUSE, "wrong");
}

static void die_without_a_callback(void)
{
	log_fatal(3, "gone");
}

static void leave_if_heard(int error)
{
	_exit(error == (int)0xdeaddead && journal.severity == EVENT_LOG_ERR &&
			      !strcmp(journal.message, "wrong 7")
		      ? 44
		      : 45);
}

/* The log callback is called before the fatal callback, which may end the process. */
static void die_heard(void)
{
	event_set_log_callback(journal_log);
	event_set_fatal_callback(leave_if_heard);
	log_fatal(LOG_MISUSE, "wrong %d", 7);
}

static void stay(int error)
{
	(void)error;
}

static void die_of_a_callback_that_returns(void)
{
	event_set_fatal_callback(stay);
	log_fatal(LOG_MISUSE, "wrong");
}

static void test_fatal_errors(void **state)
{
	(void)state;
	assert_int_equal(end_of_child(die_heard), 44);
	assert_int_equal(end_of_child(die_of_a_callback_that_returns), 128 + SIGABRT);
	assert_int_equal(end_of_child(die_for_a_reason), 42);
	assert_int_equal(end_of_child(die_of_misuse), 43);
	assert_int_equal(end_of_child(die_without_a_callback), 3);
}

static int end(void **state)
{
	(void)state;
	event_set_log_callback(NULL);
	event_set_fatal_callback(NULL);
	event_enable_debug_logging(EVENT_DBG_NONE);
	return 0;
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, journal_start, end)

static const struct CMUnitTest tests[] = {
	TEST(test_severities),
	TEST(test_debug_messages_when_wanted),
	TEST(test_long_messages_are_cut),
	TEST(test_messages_without_a_callback),
	TEST(test_fatal_errors),
};

int main(void)
{
	LOOP_TEST_RUN(tests);
}
