/*
 * journal.h - records the callbacks that were called, in order, and the messages that were logged
 *
 * A test of order is easiest to read as a word. The argument of each event is a letter. The
 * callback `note` appends that letter to the journal, and the test compares the journal's text.
 * Each program has one journal, which is emptied before each test.
 */
#ifndef JOURNAL_H
#define JOURNAL_H

#include <event2/watch.h>

#include "loop/tests/loop_test.h"

static struct {
	char text[512];
	size_t length;
	short what; /* of the latest call */
	evutil_socket_t fd;
	int warnings;
	int severity; /* of the latest message */
	char message[512];
} journal;

static inline void write_down(const char *letters)
{
	size_t length = strlen(letters);

	assert_true(journal.length + length < sizeof(journal.text));
	memcpy(journal.text + journal.length, letters, length + 1);
	journal.length += length;
}

/* An event callback that appends its argument to the journal. */
static inline void note(evutil_socket_t fd, short what, void *arg)
{
	journal.fd = fd;
	journal.what = what;
	write_down(arg);
}

/* Checks that exactly this text was appended since the last check, and empties the journal. */
#define assert_journal(expected)                                                                   \
	do {                                                                                       \
		assert_string_equal(journal.text, expected);                                       \
		journal.length = 0;                                                                \
		journal.text[0] = '\0';                                                            \
	} while (0)

/*
 * assert_warned checks that there was a warning since the last check, and that the latest message
 * contains this text. assert_not_warned checks that there was none.
 */
#define assert_warned(expected)                                                                    \
	do {                                                                                       \
		assert_int_not_equal(journal.warnings, 0);                                         \
		if (!strstr(journal.message, expected))                                            \
			fail_msg("'%s' does not say '%s'", journal.message, expected);             \
		journal.warnings = 0;                                                              \
	} while (0)

#define assert_not_warned()                                                                        \
	do {                                                                                       \
		if (journal.warnings)                                                              \
			fail_msg("warned: '%s'", journal.message);                                 \
	} while (0)

static inline void journal_log(int severity, const char *message)
{
	journal.severity = severity;
	journal.warnings += severity == EVENT_LOG_WARN;
	snprintf(journal.message, sizeof(journal.message), "%s", message);
}

/* Empties the journal. For cmocka_unit_test_setup. */
static inline int journal_start(void **state)
{
	(void)state;
	memset(&journal, 0, sizeof(journal));
	event_set_log_callback(journal_log);
	return 0;
}

/* A watcher that appends its argument to the journal just before each wait. */
static inline void note_wait(struct evwatch *watcher, const struct evwatch_prepare_cb_info *info,
			     void *arg)
{
	(void)watcher, (void)info;
	write_down(arg);
}

/*
 * virtual_base makes a base in simulated time. end_base checks a base's invariants and frees the
 * base.
 */
static inline struct event_base *virtual_base(int flags)
{
	struct event_base *base = loop_test_base("virtual", NULL, flags);

	assert_non_null(base);
	return base;
}

static inline void end_base(struct event_base *base)
{
	loop_test_check(base);
	event_base_free(base);
}

/* Returns the time of a base in simulated time, in ns. */
static inline uint64_t virtual_now(const struct event_base *base)
{
	uint64_t ns;

	assert_int_equal(event_base_virtual_now(base, &ns), 0);
	return ns;
}

/* Calls event_base_loop and checks all invariants of the base. */
static inline int checked_loop(struct event_base *base, int flags)
{
	int result = event_base_loop(base, flags);

	loop_test_check(base);
	return result;
}

/* Runs the loop until no event is pending. */
static inline void run_until_idle(struct event_base *base)
{
	assert_true(checked_loop(base, 0) >= 0);
}

#endif
