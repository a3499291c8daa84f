/*
 * watchers-test - the callbacks around each wait, and watchers that callbacks free or make
 */
#include <fcntl.h>
#include <unistd.h>

#include <event2/event_struct.h>

#include "loop/tests/journal.h"

static const struct timeval second = { 1, 0 };

struct timeout_seen {
	int limited;
	struct timeval timeout;
};

static void see_timeout(struct evwatch *watcher, const struct evwatch_prepare_cb_info *info,
			void *arg)
{
	struct timeout_seen *seen = arg;

	assert_non_null(evwatch_base(watcher));
	seen->limited = evwatch_prepare_get_timeout(info, &seen->timeout);
}

static void log_check(struct evwatch *watcher, const struct evwatch_check_cb_info *info, void *arg)
{
	(void)watcher, (void)info;
	write_down(arg);
}

/*
 * The watchers of each kind are called in the order in which they were made, before and after the
 * wait. The loop processes timers after that.
 */
static void test_watchers_in_order(void **state)
{
	struct event_base *base = virtual_base(0);
	struct evwatch *watchers[4];

	(void)state;
	watchers[0] = evwatch_check_new(base, log_check, "c");
	watchers[1] = evwatch_prepare_new(base, note_wait, "p");
	watchers[2] = evwatch_prepare_new(base, note_wait, "q");
	watchers[3] = evwatch_check_new(base, log_check, "d");
	assert_int_equal(checked_loop(base, 0), 1); /* watchers do not keep the loop running */
	assert_journal("");
	event_base_once(base, -1, EV_TIMEOUT, note, "1", &second);
	event_base_once(base, -1, EV_TIMEOUT, note, "2", &(struct timeval){ 2, 0 });
	assert_int_equal(checked_loop(base, 0), 1);
	assert_journal("pqcd1pqcd2");
	assert_ptr_equal(evwatch_base(watchers[2]), base);
	evwatch_free(watchers[1]);
	evwatch_free(watchers[0]);
	event_base_once(base, -1, EV_TIMEOUT, note, "3", &second);
	assert_int_equal(checked_loop(base, 0), 1);
	assert_journal("qd3");
	end_base(base); /* frees the other watchers */
}

static void test_prepare_knows_the_timeout(void **state)
{
	struct event_base *base = virtual_base(0);
	struct timeout_seen seen = { 0 };
	struct event timer, reader;
	int ends[2];

	(void)state;
	assert_int_equal(pipe2(ends, O_NONBLOCK | O_CLOEXEC), 0);
	assert_non_null(evwatch_prepare_new(base, see_timeout, &seen));
	evtimer_assign(&timer, base, note, "t");
	event_add(&timer, &(struct timeval){ 1, 500000 });
	checked_loop(base, EVLOOP_ONCE);
	assert_true(seen.limited && seen.timeout.tv_sec == 1 && seen.timeout.tv_usec == 500000);
	event_add(&timer, &second);
	checked_loop(base, EVLOOP_NONBLOCK);
	assert_true(seen.limited && !seen.timeout.tv_sec && !seen.timeout.tv_usec);
	event_active(&timer, EV_TIMEOUT, 1);
	seen.limited = 0;
	checked_loop(base, EVLOOP_ONCE);
	assert_true(seen.limited && !seen.timeout.tv_sec && !seen.timeout.tv_usec);
	/* Without a timer there is no limit, and `timeout` is not written. */
	seen.timeout.tv_sec = 7;
	event_assign(&reader, base, ends[0], EV_READ, note, "r");
	event_add(&reader, NULL);
	assert_int_equal(write(ends[1], "x", 1), 1);
	checked_loop(base, EVLOOP_ONCE);
	assert_true(!seen.limited && seen.timeout.tv_sec == 7);
	end_base(base);
	close(ends[0]);
	close(ends[1]);
}

/* Some of these watchers free one of these watchers when called. */
static struct evwatch *watched[4];

static void free_watcher(struct evwatch *watcher, const struct evwatch_prepare_cb_info *info,
			 void *arg)
{
	struct evwatch **victim = arg;

	(void)watcher, (void)info;
	write_down("x");
	if (*victim)
		evwatch_free(*victim);
	*victim = NULL;
}

static void turn(struct event_base *base)
{
	event_base_once(base, -1, EV_TIMEOUT, note, ".", NULL);
	assert_int_equal(checked_loop(base, 0), 1);
}

static void test_watchers_freed_from_inside(void **state)
{
	struct event_base *base = virtual_base(0);

	(void)state;
	watched[0] = evwatch_prepare_new(base, free_watcher, &watched[0]);
	watched[1] = evwatch_prepare_new(base, free_watcher, &watched[2]);
	watched[2] = evwatch_prepare_new(base, note_wait, "2");
	watched[3] = evwatch_prepare_new(base, note_wait, "3");
	turn(base);
	assert_journal("xx3.");
	turn(base);
	assert_journal("x3.");
	evwatch_free(watched[3]);
	watched[3] = evwatch_prepare_new(base, free_watcher, &watched[1]); /* frees one before it */
	turn(base);
	assert_journal("xx.");
	turn(base);
	assert_journal("x.");
	end_base(base);
}

static void free_all_watchers(struct evwatch *watcher, const struct evwatch_check_cb_info *info,
			      void *arg)
{
	(void)watcher, (void)info, (void)arg;
	write_down("X");
	for (int i = 0; i < 3; i++)
		evwatch_free(watched[i]);
}

static void test_all_watchers_freed_from_inside(void **state)
{
	struct event_base *base = virtual_base(0);

	(void)state;
	watched[0] = evwatch_check_new(base, log_check, "0");
	watched[1] = evwatch_check_new(base, free_all_watchers, NULL);
	watched[2] = evwatch_check_new(base, log_check, "2");
	turn(base);
	assert_journal("0X.");
	turn(base);
	assert_journal(".");
	end_base(base);
}

static void make_watcher(struct evwatch *watcher, const struct evwatch_prepare_cb_info *info,
			 void *arg)
{
	(void)info;
	write_down("m");
	assert_non_null(evwatch_prepare_new(evwatch_base(watcher), note_wait, "n"));
	evwatch_free(watcher);
	(void)arg;
}

/* A watcher that a watcher makes must be called in the next iteration at the latest. */
static void test_watchers_made_from_inside(void **state)
{
	struct event_base *base = virtual_base(0);

	(void)state;
	evwatch_prepare_new(base, make_watcher, NULL);
	turn(base);
	assert_true(!strcmp(journal.text, "m.") || !strcmp(journal.text, "mn."));
	assert_journal(journal.text);
	turn(base);
	assert_journal("n.");
	end_base(base);
}

#define TEST(name) cmocka_unit_test_setup(name, journal_start)

static const struct CMUnitTest tests[] = {
	TEST(test_watchers_in_order),	       TEST(test_prepare_knows_the_timeout),
	TEST(test_watchers_freed_from_inside), TEST(test_all_watchers_freed_from_inside),
	TEST(test_watchers_made_from_inside),
};

int main(void)
{
	LOOP_TEST_RUN(tests);
}
