/*
 * loop-test - the loop: when it returns, what it returns, in which order it calls, how it is
 * configured
 *
 * Time is simulated wherever the backend does not matter: a callback takes time only where it says
 * so, and no test has to wait. timeout-test tests the timeouts.
 */
#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <event2/event_struct.h>
#include <event2/watch.h>

#include "loop/backend.h"
#include "loop/tests/journal.h"

static const struct timeval second = { 1, 0 };

static uint64_t now(const struct event_base *base)
{
	uint64_t ns;

	assert_int_equal(event_base_virtual_now(base, &ns), 0);
	return ns;
}

static int loop(struct event_base *base, int flags)
{
	int result = event_base_loop(base, flags);

	loop_test_check(base);
	return result;
}

/* ------------------------------------------------------------------------ the base at hand */

/*
 * Adds and deletions for the base whose loop runs take a shorter path. A loop may run in a callback
 * of another base's loop. Then each base is at hand in turn.
 */
struct two_bases {
	struct event_base *outer, *inner;
	struct event timers[6]; /* the even ones are the outer's, the odd ones the inner's */
};

static void add_and_delete(struct two_bases *bases)
{
	for (int i = 0; i < 6; i++)
		assert_int_equal(event_add(&bases->timers[i], &second), 0);
	for (int i = 0; i < 4; i++) {
		assert_int_equal(event_del(&bases->timers[i]), 0);
		assert_int_equal(event_pending(&bases->timers[i], EV_TIMEOUT, NULL), 0);
		assert_int_equal(event_del(&bases->timers[i]), 0);
	}
	for (int i = 4; i < 6; i++) {
		assert_int_equal(event_add(&bases->timers[i], &second), 0);
		assert_int_equal(event_add(&bases->timers[i], NULL), 0);
		assert_int_equal(event_pending(&bases->timers[i], EV_TIMEOUT, NULL), EV_TIMEOUT);
	}
	assert_int_equal(event_base_get_num_events(bases->outer, EVENT_BASE_COUNT_ADDED), 1);
	assert_int_equal(event_base_get_num_events(bases->inner, EVENT_BASE_COUNT_ADDED), 1);
	loop_test_check(bases->outer);
	loop_test_check(bases->inner);
}

static void in_the_inner(evutil_socket_t fd, short what, void *arg)
{
	(void)fd, (void)what;
	add_and_delete(arg);
}

static void in_the_outer(evutil_socket_t fd, short what, void *arg)
{
	struct two_bases *bases = arg;

	(void)fd, (void)what;
	add_and_delete(bases);
	event_base_once(bases->inner, -1, EV_TIMEOUT, in_the_inner, bases, NULL);
	assert_int_equal(loop(bases->inner, 0), 1);
	assert_journal("5");
	add_and_delete(bases);
}

static void test_a_loop_within_a_loop(void **state)
{
	static const char *const names[] = { "0", "1", "2", "3", "4", "5" };
	struct two_bases bases = { .outer = virtual_base(0), .inner = virtual_base(0) };

	(void)state;
	for (int i = 0; i < 6; i++)
		event_assign(&bases.timers[i], i % 2 ? bases.inner : bases.outer, -1, 0, note,
			     (void *)names[i]);
	add_and_delete(&bases);
	event_base_once(bases.outer, -1, EV_TIMEOUT, in_the_outer, &bases, NULL);
	assert_int_equal(loop(bases.outer, 0), 1);
	assert_journal("4");
	assert_int_equal(loop(bases.inner, 0), 1);
	assert_journal("5");
	add_and_delete(&bases);
	end_base(bases.outer);
	end_base(bases.inner);
}

static void finalized(struct event *event, void *arg)
{
	(void)event;
	note(-1, 0, arg);
}

/*
 * Events that only look like plain timers, or are in a state that a plain timer is not in, take the
 * usual path.
 */
static void others(evutil_socket_t fd, short what, void *arg)
{
	static struct event event;
	struct event_base *base = arg;
	struct timeval common = *event_base_init_common_timeout(base, &second);

	(void)fd, (void)what;
	event_assign(&event, base, -1, EV_READ, note, "r");
	assert_int_equal(event_add(&event, &second), 0);
	assert_int_equal(event_base_get_num_events(base, EVENT_BASE_COUNT_ADDED), 2);
	assert_int_equal(event_del(&event), 0);
	assert_int_equal(event_base_get_num_events(base, EVENT_BASE_COUNT_ADDED), 0);
	event_assign(&event, base, -1, EV_PERSIST, note, "p");
	assert_int_equal(event_add(&event, &second), 0);
	assert_int_equal(event_del(&event), 0);
	event_assign(&event, base, -1, 0, note, "t");
	assert_int_equal(event_add(&event, &common), 0);
	loop_test_check(base);
	assert_int_equal(event_add(&event, &second), 0);
	loop_test_check(base);
	assert_int_equal(event_add(&event, &common), 0);
	assert_int_equal(event_del(&event), 0);
	event_active(&event, EV_TIMEOUT, 1);
	assert_int_equal(event_add(&event, &second), 0);
	assert_int_equal(event_pending(&event, EV_TIMEOUT, NULL), EV_TIMEOUT);
	assert_int_equal(event_base_get_num_events(base, EVENT_BASE_COUNT_ACTIVE), 0);
	event_active(&event, EV_READ, 1);
	assert_int_equal(event_del(&event), 0);
	assert_int_equal(event_base_get_num_events(base, EVENT_BASE_COUNT_ADDED), 0);
	loop_test_check(base);
	event_finalize(0, &event, finalized);
	assert_int_equal(event_add(&event, &second), -1);
	assert_int_equal(event_del(&event), 0);
}

static void test_what_is_no_plain_timer(void **state)
{
	struct event_base *base = virtual_base(0);

	(void)state;
	event_base_once(base, -1, EV_TIMEOUT, others, base, NULL);
	assert_int_equal(loop(base, 0), 1);
	assert_journal("t");
	end_base(base);
}

/* ---------------------------------------------------------------------------- when it returns */

static void test_empty(void **state)
{
	struct event_base *base = virtual_base(0);
	static const int flags[] = { 0, EVLOOP_ONCE, EVLOOP_NONBLOCK,
				     EVLOOP_ONCE | EVLOOP_NONBLOCK };

	(void)state;
	for (size_t i = 0; i < sizeof(flags) / sizeof(*flags); i++)
		assert_int_equal(loop(base, flags[i]), 1);
	assert_int_equal(event_base_dispatch(base), 1);
	end_base(base);
}

static void test_no_exit_on_empty(void **state)
{
	struct event_base *base = virtual_base(0);

	(void)state;
	assert_int_equal(loop(base, EVLOOP_NO_EXIT_ON_EMPTY | EVLOOP_NONBLOCK), 0);
	event_base_once(base, -1, EV_TIMEOUT, note, "a", &second);
	event_base_loopexit(base, &(struct timeval){ 2, 0 });
	assert_int_equal(loop(base, EVLOOP_NO_EXIT_ON_EMPTY), 0);
	assert_journal("a");
	/*
	 * The loop would wait for ever, since nothing can happen in simulated time. The backend
	 * refuses.
	 */
	assert_int_equal(loop(base, EVLOOP_NO_EXIT_ON_EMPTY), -1);
	assert_warned("virtual");
	end_base(base);
}

/* An event with nothing to wait for is not pending and does not keep the loop running. */
static void test_nothing_to_wait_for(void **state)
{
	struct event_base *base = virtual_base(0);
	struct event event;

	(void)state;
	evtimer_assign(&event, base, note, "a");
	assert_int_equal(event_add(&event, NULL), 0);
	assert_int_equal(event_pending(&event, EV_TIMEOUT, NULL), 0);
	assert_int_equal(loop(base, 0), 1);
	event_active(&event, EV_TIMEOUT, 1);
	assert_int_equal(loop(base, 0), 1);
	assert_journal("a");
	end_base(base);
}

static void test_once(void **state)
{
	struct event_base *base = virtual_base(0);

	(void)state;
	event_base_once(base, -1, EV_TIMEOUT, note, "b", &(struct timeval){ 2, 0 });
	event_base_once(base, -1, EV_TIMEOUT, note, "a", &second);
	assert_int_equal(loop(base, EVLOOP_ONCE), 0);
	assert_journal("a");
	assert_int_equal(now(base), 1000 * MILLISECOND);
	assert_int_equal(loop(base, EVLOOP_ONCE), 0);
	assert_journal("b");
	assert_int_equal(loop(base, EVLOOP_ONCE), 1);
	end_base(base);
}

/*
 * EVLOOP_ONCE does not return for callbacks of the loop's own: here, that of a queue's
 * representative that has nothing to do.
 */
static void test_once_does_not_count_the_loops_own(void **state)
{
	struct event_base *base = virtual_base(0);
	struct event gone, kept;

	(void)state;
	evtimer_assign(&gone, base, note, "g");
	evtimer_assign(&kept, base, note, "k");
	event_add(&gone, event_base_init_common_timeout(base, &second));
	event_del(&gone);
	event_add(&kept, &(struct timeval){ 3, 0 });
	assert_int_equal(loop(base, EVLOOP_ONCE), 0);
	assert_journal("k");
	end_base(base);
}

static void test_nonblock_waits_for_nothing(void **state)
{
	struct event_base *base = virtual_base(0);
	struct event timer;

	(void)state;
	evtimer_assign(&timer, base, note, "t");
	event_add(&timer, &second);
	assert_int_equal(loop(base, EVLOOP_NONBLOCK), 0);
	assert_int_equal(loop(base, EVLOOP_NONBLOCK | EVLOOP_ONCE), 0);
	assert_journal("");
	assert_int_equal(now(base), 0);
	event_base_virtual_advance(base, 1000 * MILLISECOND);
	assert_int_equal(loop(base, EVLOOP_NONBLOCK), 1);
	assert_journal("t");
	end_base(base);
}

/* An event that is due again at once, a few times. */
struct again {
	struct event event;
	int times;
};

static void again(evutil_socket_t fd, short what, void *arg)
{
	struct again *self = arg;

	note(fd, what, "a");
	if (--self->times)
		event_add(&self->event, &(struct timeval){ 0, 0 });
}

/* NONBLOCK alone goes on until nothing is active. With ONCE it calls one batch. */
static void test_nonblock_until_nothing_is_active(void **state)
{
	struct event_base *base = virtual_base(0);
	struct again self = { .times = 5 };
	struct event later;

	(void)state;
	evtimer_assign(&later, base, note, "l");
	event_add(&later, &second);
	event_assign(&self.event, base, -1, 0, again, &self);
	event_add(&self.event, &(struct timeval){ 0, 0 });
	assert_int_equal(loop(base, EVLOOP_NONBLOCK), 0);
	assert_journal("aaaaa");
	self.times = 3;
	event_add(&self.event, &(struct timeval){ 0, 0 });
	assert_int_equal(loop(base, EVLOOP_ONCE | EVLOOP_NONBLOCK), 0);
	assert_journal("a");
	assert_int_equal(loop(base, EVLOOP_ONCE | EVLOOP_NONBLOCK), 0);
	assert_journal("a");
	event_del(&later);
	event_del(&self.event);
	end_base(base);
}

static void run_again(evutil_socket_t fd, short what, void *arg)
{
	note(fd, what, event_base_loop(arg, EVLOOP_NONBLOCK) == -1 ? "-" : "?");
}

static void test_reentrance(void **state)
{
	struct event_base *base = virtual_base(0), *other = virtual_base(0);

	(void)state;
	event_base_once(base, -1, EV_TIMEOUT, run_again, base, NULL);
	event_base_once(base, -1, EV_TIMEOUT, run_again, other, NULL); /* another base is allowed */
	assert_int_equal(loop(base, 0), 1);
	assert_journal("-?");
	assert_warned("already running");
	end_base(base);
	end_base(other);
}

/* ---------------------------------------------------------------------------------- stopping */

static void break_loop(evutil_socket_t fd, short what, void *arg)
{
	note(fd, what, "B");
	assert_int_equal(event_base_loopbreak(arg), 0);
	assert_true(event_base_got_break(arg));
}

static void exit_loop(evutil_socket_t fd, short what, void *arg)
{
	note(fd, what, "E");
	assert_int_equal(event_base_loopexit(arg, NULL), 0);
	assert_false(event_base_got_exit(arg)); /* it comes after what is active */
}

static void continue_loop(evutil_socket_t fd, short what, void *arg)
{
	note(fd, what, "C");
	assert_int_equal(event_base_loopcontinue(arg), 0);
}

static void test_break_before_the_loop_is_forgotten(void **state)
{
	struct event_base *base = virtual_base(0);

	(void)state;
	event_base_once(base, -1, EV_TIMEOUT, note, "a", &second);
	event_base_loopbreak(base);
	assert_true(event_base_got_break(base));
	assert_int_equal(loop(base, 0), 1);
	assert_journal("a");
	assert_false(event_base_got_break(base));
	end_base(base);
}

/* Events that are active when the loop is left are called when it is entered again. */
static void test_break(void **state)
{
	struct event_base *base = virtual_base(0);

	(void)state;
	event_base_once(base, -1, EV_TIMEOUT, note, "a", NULL);
	event_base_once(base, -1, EV_TIMEOUT, break_loop, base, NULL);
	event_base_once(base, -1, EV_TIMEOUT, note, "b", NULL);
	event_base_once(base, -1, EV_TIMEOUT, note, "c", NULL);
	assert_int_equal(loop(base, 0), 0);
	assert_journal("aB");
	assert_true(event_base_got_break(base));
	assert_false(event_base_got_exit(base));
	assert_int_equal(event_base_get_num_events(base, EVENT_BASE_COUNT_ACTIVE), 2);
	assert_int_equal(loop(base, 0), 1);
	assert_journal("bc");
	assert_false(event_base_got_break(base));
	end_base(base);
}

static void test_break_between_the_calls_of_a_signal(void **state)
{
	struct event_base *base = virtual_base(0);
	struct event signal;

	(void)state;
	evsignal_assign(&signal, base, 10, break_loop, base);
	event_active(&signal, EV_SIGNAL, 3);
	assert_int_equal(loop(base, 0), 0);
	assert_journal("B");
	assert_int_equal(loop(base, 0), 1);
	assert_journal("");
	end_base(base);
}

static void test_exit_before_the_loop(void **state)
{
	struct event_base *base = virtual_base(0);

	(void)state;
	event_base_once(base, -1, EV_TIMEOUT, note, "t", &second);
	event_base_loopexit(base, NULL);
	event_base_once(base, -1, EV_TIMEOUT, note, "a", NULL);
	assert_int_equal(loop(base, 0), 0);
	assert_journal("a"); /* an event that was active as well is called */
	assert_true(event_base_got_exit(base));
	assert_false(event_base_got_break(base));
	assert_int_equal(now(base), 0);
	assert_int_equal(loop(base, 0), 1);
	assert_journal("t");
	assert_false(event_base_got_exit(base));
	end_base(base);
}

static void test_exit_in_a_callback(void **state)
{
	struct event_base *base = virtual_base(0);

	(void)state;
	event_base_once(base, -1, EV_TIMEOUT, exit_loop, base, NULL);
	event_base_once(base, -1, EV_TIMEOUT, note, "a", NULL);
	event_base_once(base, -1, EV_TIMEOUT, note, "t", &second);
	assert_int_equal(loop(base, 0), 0);
	assert_journal("Ea");
	assert_true(event_base_got_exit(base));
	assert_int_equal(loop(base, 0), 1);
	end_base(base);
}

static void test_exit_after_a_time(void **state)
{
	struct event_base *base = virtual_base(0);
	struct event tick;
	struct timeval period = { 0, 300000 };

	(void)state;
	event_assign(&tick, base, -1, EV_PERSIST, note, ".");
	event_add(&tick, &period);
	event_base_loopexit(base, &second);
	assert_int_equal(loop(base, 0), 0);
	assert_journal("...");
	assert_int_equal(now(base), 1000 * MILLISECOND);
	assert_true(event_base_got_exit(base));
	event_del(&tick);
	end_base(base);
}

/* Both stay true until the loop is entered again, even with nothing to do. */
static void test_got_stays(void **state)
{
	struct event_base *base = virtual_base(0);

	(void)state;
	event_base_loopexit(base, NULL);
	event_base_once(base, -1, EV_TIMEOUT, break_loop, base, NULL);
	assert_int_equal(loop(base, 0), 0);
	assert_true(event_base_got_exit(base));
	assert_true(event_base_got_break(base));
	event_base_virtual_advance(base, 1);
	assert_true(event_base_got_exit(base));
	assert_int_equal(loop(base, EVLOOP_NONBLOCK), 1);
	assert_false(event_base_got_exit(base));
	assert_false(event_base_got_break(base));
	end_base(base);
}

/* A return because of ONCE is neither. */
static void test_got_neither(void **state)
{
	struct event_base *base = virtual_base(0);

	(void)state;
	event_base_once(base, -1, EV_TIMEOUT, note, "a", NULL);
	loop(base, EVLOOP_ONCE);
	assert_false(event_base_got_exit(base));
	assert_false(event_base_got_break(base));
	end_base(base);
}

static void log_wait(struct evwatch *watcher, const struct evwatch_prepare_cb_info *info, void *arg)
{
	(void)watcher, (void)info;
	write_down(arg);
}

/* The rest of the queue is called in the next iteration, after another wait. */
static void test_continue(void **state)
{
	struct event_base *base = virtual_base(0);
	struct event event;

	(void)state;
	assert_non_null(evwatch_prepare_new(base, log_wait, "|"));
	event_assign(&event, base, -1, 0, continue_loop, base);
	event_base_once(base, -1, EV_TIMEOUT, note, "a", NULL);
	event_active(&event, EV_TIMEOUT, 1);
	event_base_once(base, -1, EV_TIMEOUT, note, "b", NULL);
	event_base_once(base, -1, EV_TIMEOUT, note, "c", NULL);
	assert_int_equal(loop(base, 0), 1);
	assert_journal("|aC|bc");
	event_base_loopcontinue(base); /* no effect outside of the loop */
	event_base_once(base, -1, EV_TIMEOUT, note, "a", NULL);
	event_base_once(base, -1, EV_TIMEOUT, note, "b", NULL);
	assert_int_equal(loop(base, 0), 1);
	assert_journal("|ab");
	end_base(base);
}

/* -------------------------------------------------------------------------------- priorities */

static void test_priority_counts(void **state)
{
	struct event_base *base = virtual_base(0);
	struct event event;

	(void)state;
	assert_int_equal(event_base_get_npriorities(base), 1);
	assert_int_equal(event_base_priority_init(base, 0), -1);
	assert_int_equal(event_base_priority_init(base, -1), -1);
	assert_int_equal(event_base_priority_init(base, 256), -1);
	assert_int_equal(event_base_get_npriorities(base), 1);
	assert_int_equal(event_base_priority_init(base, 255), 0);
	assert_int_equal(event_base_get_npriorities(base), 255);
	evtimer_assign(&event, base, note, "a");
	assert_int_equal(event_get_priority(&event), 127);
	assert_int_equal(event_priority_set(&event, 254), 0);
	event_active(&event, EV_TIMEOUT, 1);
	assert_int_equal(event_base_priority_init(base, 255), -1);
	assert_int_equal(event_base_priority_init(base, 3), -1);
	assert_int_equal(event_base_get_npriorities(base), 255);
	assert_int_equal(loop(base, 0), 1);
	assert_journal("a");
	assert_int_equal(event_base_priority_init(base, 3), 0);
	end_base(base);
}

/* Runs the body in a process of its own, since a fault would rather crash than fail. */
static void in_a_child(void (*body)(struct event_base *base))
{
	struct event_base *base;
	pid_t child = fork();
	int status;

	assert_true(child >= 0);
	if (!child) {
		base = virtual_base(0);
		body(base);
		event_base_free(base);
		_exit(0);
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_int_equal(status, 0);
}

static void run_with_fewer_priorities(struct event_base *base)
{
	struct event event;

	event_base_priority_init(base, 200);
	evtimer_assign(&event, base, note, "a");
	event_priority_set(&event, 199);
	event_add(&event, &second);
	event_base_priority_init(base, 1); /* may be refused */
	if (event_base_loop(base, 0) != 1 || strcmp(journal.text, "a"))
		_exit(1);
}

/* The event has a priority that no longer exists. */
static void test_fewer_priorities_than_before(void **state)
{
	(void)state;
	in_a_child(run_with_fewer_priorities);
}

static void change_priorities(evutil_socket_t fd, short what, void *arg)
{
	(void)fd, (void)what;
	event_base_priority_init(arg, 100); /* may be refused */
	write_down("p");
}

static void run_with_changing_priorities(struct event_base *base)
{
	event_base_once(base, -1, EV_TIMEOUT, change_priorities, base, NULL);
	event_base_once(base, -1, EV_TIMEOUT, note, "a", &second);
	if (event_base_loop(base, 0) != 1 || strcmp(journal.text, "pa"))
		_exit(1);
}

/* No event is active while the only callback runs, but its queue is in use. */
static void test_priorities_change_in_a_callback(void **state)
{
	(void)state;
	in_a_child(run_with_changing_priorities);
}

static void make_active(struct event_base *base, struct event *event, int priority, char *letter)
{
	evtimer_assign(event, base, note, letter);
	assert_int_equal(event_priority_set(event, priority), 0);
	event_active(event, EV_TIMEOUT, 1);
}

/* An iteration calls one queue. Before the next queue the loop looks for new events. */
static void test_urgent_first(void **state)
{
	struct event_base *base = virtual_base(0);
	struct event events[6];

	(void)state;
	event_base_priority_init(base, 3);
	assert_non_null(evwatch_prepare_new(base, log_wait, "|"));
	make_active(base, &events[0], 2, "e");
	make_active(base, &events[1], 0, "a");
	make_active(base, &events[2], 1, "c");
	make_active(base, &events[3], 0, "b");
	make_active(base, &events[4], 2, "f");
	make_active(base, &events[5], 1, "d");
	assert_int_equal(loop(base, 0), 1);
	assert_journal("|ab|cd|ef");
	end_base(base);
}

static void activate_other(evutil_socket_t fd, short what, void *arg)
{
	note(fd, what, "<");
	event_active(arg, EV_TIMEOUT, 1);
	write_down(">");
}

/*
 * An event that is more urgent than the running one is called next, before the rest of the queue.
 */
static void test_more_urgent_meanwhile(void **state)
{
	struct event_base *base = virtual_base(0);
	struct event first, rest, urgent;

	(void)state;
	event_base_priority_init(base, 3);
	assert_non_null(evwatch_prepare_new(base, log_wait, "|"));
	event_assign(&first, base, -1, 0, activate_other, &urgent);
	evtimer_assign(&urgent, base, note, "u");
	event_priority_set(&urgent, 0);
	event_active(&first, EV_TIMEOUT, 1);
	make_active(base, &rest, 1, "r");
	assert_int_equal(loop(base, 0), 1);
	assert_journal("|<>|u|r");
	event_priority_set(&urgent, 2); /* less urgent: when its turn comes */
	event_active(&first, EV_TIMEOUT, 1);
	event_active(&rest, EV_TIMEOUT, 1);
	assert_int_equal(loop(base, 0), 1);
	assert_journal("|<>r|u");
	end_base(base);
}

struct starving {
	struct event event;
	int times;
};

static void activate_itself(evutil_socket_t fd, short what, void *arg)
{
	struct starving *self = arg;

	note(fd, what, "s");
	if (--self->times)
		event_active(&self->event, EV_TIMEOUT, 1);
}

/*
 * If the callbacks of a queue keep activating events of that queue, the loop looks at nothing else.
 */
static void test_starvation_within_a_queue(void **state)
{
	struct event_base *base = virtual_base(0);
	struct starving self = { .times = 4 };
	struct event less;

	(void)state;
	event_base_priority_init(base, 3);
	assert_non_null(evwatch_prepare_new(base, log_wait, "|"));
	event_assign(&self.event, base, -1, 0, activate_itself, &self);
	event_active(&self.event, EV_TIMEOUT, 1);
	make_active(base, &less, 2, "l");
	event_base_once(base, -1, EV_TIMEOUT, note, "e", NULL);
	assert_int_equal(loop(base, 0), 1);
	assert_journal("|sesss|l");
	end_base(base);
}

/* -------------------------------------------------------------------- max_dispatch_interval */

static struct event_base *limited_base(const struct timeval *interval, int callbacks, int priority)
{
	struct event_config *config = event_config_new();
	struct event_base *base;

	event_config_set_flag(config, EVENT_BASE_FLAG_IGNORE_ENV);
	event_config_require_method(config, "virtual");
	assert_int_equal(
		event_config_set_max_dispatch_interval(config, interval, callbacks, priority), 0);
	base = event_base_new_with_config(config);
	event_config_free(config);
	assert_non_null(base);
	event_base_priority_init(base, 3);
	assert_non_null(evwatch_prepare_new(base, log_wait, "|"));
	return base;
}

static void make_six_active(struct event_base *base, struct event *events, int priority)
{
	static char letters[][2] = { "a", "b", "c", "d", "e", "f" };

	for (int i = 0; i < 6; i++)
		make_active(base, &events[i], priority, letters[i]);
}

static void test_limited_by_count(void **state)
{
	static const struct {
		int callbacks, from, priority;
		const char *expected;
	} cases[] = {
		{ 2, 0, 1, "|ab|cd|ef" },    { 4, 1, 1, "|abcd|ef" }, { 1, -1, 0, "|a|b|c|d|e|f" },
		{ 0, 0, 1, "|a|b|c|d|e|f" }, /* 0 counts as 1 */
		{ 2, 2, 1, "|abcdef" },	     /* no limit for more urgent events */
		{ 2, 1, 2, "|ab|cd|ef" },    { -1, 0, 1, "|abcdef" }, { 6, 0, 1, "|abcdef" },
	};
	struct event events[6];

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct event_base *base = limited_base(NULL, cases[i].callbacks, cases[i].from);

		make_six_active(base, events, cases[i].priority);
		assert_int_equal(loop(base, 0), 1);
		assert_journal(cases[i].expected);
		end_base(base);
	}
}

/* A signal that came often counts as one callback. */
static void test_limit_counts_events(void **state)
{
	struct event_base *base = limited_base(NULL, 2, 0);
	struct event signal, timer;

	(void)state;
	evsignal_assign(&signal, base, 10, note, "s");
	event_active(&signal, EV_SIGNAL, 3);
	make_active(base, &timer, 1, "t");
	assert_int_equal(loop(base, 0), 1);
	assert_journal("|ssst");
	end_base(base);
}

static void burn(evutil_socket_t fd, short what, void *arg)
{
	note(fd, what, "b");
	event_base_virtual_advance(arg, 10 * MILLISECOND);
}

static void test_limited_by_time(void **state)
{
	static const struct {
		suseconds_t interval; /* each callback takes 10 ms */
		int callbacks, from;
		const char *expected;
	} cases[] = {
		{ 25000, -1, 0, "|bbb|bbb" },
		{ 20000, -1, 0, "|bb|bb|bb" },
		{ 1, -1, 0, "|b|b|b|b|b|b" },
		{ 25000, 2, 0, "|bb|bb|bb" }, /* whichever limit is reached first */
		{ 25000, -1, 2, "|bbbbbb" },
		{ 900000, -1, 0, "|bbbbbb" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct timeval interval = { 0, cases[i].interval };
		struct event_base *base =
			limited_base(&interval, cases[i].callbacks, cases[i].from);

		for (int j = 0; j < 6; j++)
			event_base_once(base, -1, EV_TIMEOUT, burn, base, NULL);
		assert_int_equal(loop(base, 0), 1);
		assert_journal(cases[i].expected);
		assert_int_equal(now(base), 60 * MILLISECOND);
		end_base(base);
	}
}

/* The purpose of the limit: a more urgent event is called in time. */
static void test_limit_lets_the_urgent_in(void **state)
{
	struct timeval interval = { 0, 15000 }, soon = { 0, 5000 };
	struct event_base *base = limited_base(&interval, -1, 1);
	struct event urgent;

	(void)state;
	evtimer_assign(&urgent, base, note, "U");
	event_priority_set(&urgent, 0);
	event_add(&urgent, &soon);
	for (int i = 0; i < 4; i++)
		event_base_once(base, -1, EV_TIMEOUT, burn, base, NULL);
	assert_int_equal(loop(base, 0), 1);
	assert_journal("|bb|U|bb");
	end_base(base);
}

/* --------------------------------------------------------------------------------- watchers */

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
 * wait. Timers are processed after that.
 */
static void test_watchers_in_order(void **state)
{
	struct event_base *base = virtual_base(0);
	struct evwatch *watchers[4];

	(void)state;
	watchers[0] = evwatch_check_new(base, log_check, "c");
	watchers[1] = evwatch_prepare_new(base, log_wait, "p");
	watchers[2] = evwatch_prepare_new(base, log_wait, "q");
	watchers[3] = evwatch_check_new(base, log_check, "d");
	assert_int_equal(loop(base, 0), 1); /* they do not keep the loop running */
	assert_journal("");
	event_base_once(base, -1, EV_TIMEOUT, note, "1", &second);
	event_base_once(base, -1, EV_TIMEOUT, note, "2", &(struct timeval){ 2, 0 });
	assert_int_equal(loop(base, 0), 1);
	assert_journal("pqcd1pqcd2");
	assert_ptr_equal(evwatch_base(watchers[2]), base);
	evwatch_free(watchers[1]);
	evwatch_free(watchers[0]);
	event_base_once(base, -1, EV_TIMEOUT, note, "3", &second);
	assert_int_equal(loop(base, 0), 1);
	assert_journal("qd3");
	end_base(base); /* frees the others */
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
	loop(base, EVLOOP_ONCE);
	assert_true(seen.limited && seen.timeout.tv_sec == 1 && seen.timeout.tv_usec == 500000);
	event_add(&timer, &second);
	loop(base, EVLOOP_NONBLOCK);
	assert_true(seen.limited && !seen.timeout.tv_sec && !seen.timeout.tv_usec);
	event_active(&timer, EV_TIMEOUT, 1);
	seen.limited = 0;
	loop(base, EVLOOP_ONCE);
	assert_true(seen.limited && !seen.timeout.tv_sec && !seen.timeout.tv_usec);
	/* Without a timer there is no limit, and the time is left as it was. */
	seen.timeout.tv_sec = 7;
	event_assign(&reader, base, ends[0], EV_READ, note, "r");
	event_add(&reader, NULL);
	assert_int_equal(write(ends[1], "x", 1), 1);
	loop(base, EVLOOP_ONCE);
	assert_true(!seen.limited && seen.timeout.tv_sec == 7);
	end_base(base);
	close(ends[0]);
	close(ends[1]);
}

/* Some of these watchers free one of them when called. */
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
	assert_int_equal(loop(base, 0), 1);
}

static void test_watchers_freed_from_inside(void **state)
{
	struct event_base *base = virtual_base(0);

	(void)state;
	watched[0] = evwatch_prepare_new(base, free_watcher, &watched[0]);
	watched[1] = evwatch_prepare_new(base, free_watcher, &watched[2]);
	watched[2] = evwatch_prepare_new(base, log_wait, "2");
	watched[3] = evwatch_prepare_new(base, log_wait, "3");
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
	assert_non_null(evwatch_prepare_new(evwatch_base(watcher), log_wait, "n"));
	evwatch_free(watcher);
	(void)arg;
}

/* A watcher that a watcher makes is called in the next iteration at the latest. */
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

/* ------------------------------------------------------------------------------- time cache */

/*
 * What a callback that takes 60 ms reads, in ms: `precise` by the monotonic clock, the others by
 * the wall clock.
 */
struct times {
	struct event_base *base;
	int64_t before, after, updated, precise;
};

static int64_t cached(struct event_base *base)
{
	struct timeval time;

	assert_int_equal(event_base_gettimeofday_cached(base, &time), 0);
	return (int64_t)time.tv_sec * 1000 + time.tv_usec / 1000;
}

static void take_time(evutil_socket_t fd, short what, void *arg)
{
	struct times *times = arg;
	struct timeval monotonic;

	(void)fd, (void)what;
	times->before = cached(times->base);
	event_base_virtual_advance(times->base, 60 * MILLISECOND);
	times->after = cached(times->base);
	assert_int_equal(event_gettime_monotonic(times->base, &monotonic), 0);
	times->precise = monotonic.tv_usec / 1000;
	assert_int_equal(event_base_update_cache_time(times->base), 0);
	times->updated = cached(times->base);
}

static struct times times_of_a_callback(int flags, const struct timeval *when)
{
	struct times times = { .base = virtual_base(flags) };

	event_base_once(times.base, -1, EV_TIMEOUT, take_time, &times, when);
	assert_int_equal(loop(times.base, 0), 1);
	end_base(times.base);
	return times;
}

static void test_time_cache(void **state)
{
	struct timeval when = { 0, 5000 };
	struct times times = times_of_a_callback(0, &when);

	(void)state;
	assert_int_equal(times.after - times.before, 0);
	assert_int_equal(times.updated - times.before, 60);
	assert_int_equal(times.precise, 65);
	times = times_of_a_callback(EVENT_BASE_FLAG_NO_CACHE_TIME, &when);
	assert_int_equal(times.after - times.before, 60);
	assert_int_equal(times.updated - times.before, 60);
}

/* Simulated time starts at 0, which must not be taken for "not cached". */
static void test_time_cache_at_the_start(void **state)
{
	struct times times = times_of_a_callback(0, NULL);

	(void)state;
	assert_int_equal(times.after - times.before, 0);
	assert_int_equal(times.updated - times.before, 60);
}

/* Outside of the loop the time is not cached, and updating the cache changes nothing. */
static void test_no_time_cache_outside_of_the_loop(void **state)
{
	struct event_base *base = virtual_base(0);
	int64_t before = cached(base);

	(void)state;
	assert_int_equal(event_base_update_cache_time(base), 0);
	event_base_virtual_advance(base, 60 * MILLISECOND);
	assert_int_equal(cached(base) - before, 60);
	event_base_once(base, -1, EV_TIMEOUT, note, "a", &second);
	loop(base, 0);
	assert_int_equal(cached(base) - before, 1060);
	event_base_virtual_advance(base, 5 * MILLISECOND);
	assert_int_equal(cached(base) - before, 1065);
	end_base(base);
}

/* ---------------------------------------------------------------------------- configuration */

/* The most preferred backend that has all these features and is not avoided. */
static const char *preferred(int features, const char *avoided)
{
	const struct backend *best = NULL;

	for (size_t i = 0; backends[i]; i++) {
		const struct backend *backend = backends[i];

		if (!backend->preference || (backend->features & features) != features ||
		    (avoided && !strcmp(backend->name, avoided)))
			continue;
		if (!best || backend->preference < best->preference)
			best = backend;
	}
	return best ? best->name : NULL;
}

/* Makes a base, which must have this backend (NULL: no base may be made). */
static void assert_makes(struct event_config *config, const char *method)
{
	struct event_base *base = event_base_new_with_config(config);

	if (!method) {
		assert_null(base);
		assert_warned("no backend");
		return;
	}
	assert_non_null(base);
	assert_string_equal(event_base_get_method(base), method);
	end_base(base);
}

static void test_avoiding_and_requiring(void **state)
{
	const char *best = preferred(0, NULL);
	struct event_config *config = event_config_new();

	(void)state;
	assert_makes(config, best);
	assert_makes(NULL, best);
	assert_int_equal(event_config_avoid_method(config, "no such thing"), 0);
	assert_makes(config, best);
	assert_int_equal(event_config_avoid_method(config, best), 0);
	assert_makes(config, preferred(0, best));
	for (size_t i = 0; backends[i]; i++)
		event_config_avoid_method(config, backends[i]->name);
	assert_makes(config, NULL);
	assert_int_equal(event_config_require_method(config, best), 0);
	assert_makes(config, NULL);
	assert_int_equal(event_config_require_method(config, "no such thing"), 0);
	assert_makes(config, NULL);
	event_config_free(config);
	config = event_config_new();
	assert_int_equal(event_config_require_method(config, "virtual"), 0);
	assert_makes(config, "virtual");
	event_config_free(config);
}

static void test_features(void **state)
{
	static const int wanted[] = { 0,
				      EV_FEATURE_ET,
				      EV_FEATURE_O1,
				      EV_FEATURE_FDS,
				      EV_FEATURE_ET | EV_FEATURE_O1,
				      EV_FEATURE_EARLY_CLOSE,
				      EV_FEATURE_FDS | EV_FEATURE_EARLY_CLOSE };
	struct event_config *config = event_config_new();

	(void)state;
	for (size_t i = 0; i < sizeof(wanted) / sizeof(*wanted); i++) {
		/* Only the last call counts: features do not add up. */
		assert_int_equal(event_config_require_features(config, wanted[i]), 0);
		assert_makes(config, preferred(wanted[i], NULL));
	}
	event_config_require_features(config, 0x4000);
	assert_makes(config, NULL);
	event_config_free(config);
}

static void test_null_configurations(void **state)
{
	(void)state;
	event_config_free(NULL);
	assert_int_equal(event_config_avoid_method(NULL, "epoll"), -1);
	assert_int_equal(event_config_require_features(NULL, 0), -1);
	assert_int_equal(event_config_set_flag(NULL, 0), -1);
	assert_int_equal(event_config_set_num_cpus_hint(NULL, 2), -1);
	assert_int_equal(event_config_set_max_dispatch_interval(NULL, NULL, 1, 0), -1);
	assert_int_equal(event_config_set_timer_structure(NULL, "quad-heap"), -1);
	assert_int_equal(event_config_require_method(NULL, "epoll"), -1);
	assert_int_equal(event_config_set_expiry_budget(NULL, 1), -1);
}

static void test_supported_methods(void **state)
{
	const char **names = event_get_supported_methods();
	size_t count = 0;

	(void)state;
	for (; names[count]; count++) {
		struct event_config *config = event_config_new();

		assert_string_not_equal(names[count], "virtual"); /* never chosen by itself */
		assert_int_equal(event_config_require_method(config, names[count]), 0);
		event_base_free(event_base_new_with_config(config)); /* the machine may lack it */
		event_config_free(config);
	}
	assert_true(count >= 3);
	/* They are in the order in which the loop tries them. */
	assert_string_equal(names[0], "epoll");
	assert_string_equal(names[1], "poll");
	assert_string_equal(names[2], "select");
	assert_ptr_equal(event_get_supported_methods(), names);
}

static void assert_structure(const struct event_config *config, const char *structure)
{
	struct event_base *base = event_base_new_with_config(config);

	assert_non_null(base);
	assert_string_equal(event_base_get_timer_structure(base), structure);
	end_base(base);
}

static void test_timer_structures(void **state)
{
	static const char *const wrong[] = {
		"",	"no-such-thing",      "quad-heap:no=1",	    "hierarchical-wheel:tick=never",
		"lazy", "lazy:no-such-thing", "lazy:lazy:quad-heap"
	};
	struct event_config *config = event_config_new();

	(void)state;
	assert_structure(config, "quad-heap");
	assert_int_equal(event_config_set_timer_structure(config, "binary-heap"), 0);
	assert_structure(config, "binary-heap");
	for (size_t i = 0; i < sizeof(wrong) / sizeof(*wrong); i++) {
		if (!event_config_set_timer_structure(config, wrong[i]))
			fail_msg("'%s' is not refused", wrong[i]);
		assert_warned("timer structure");
		assert_structure(config, "binary-heap"); /* nothing has changed */
	}
	assert_int_equal(event_config_set_timer_structure(config, "hierarchical-wheel:tick=2ms"),
			 0);
	assert_structure(config, "hierarchical-wheel:tick=2ms");
	assert_int_equal(
		event_config_set_timer_structure(config, "lazy:hierarchical-wheel:tick=2ms"), 0);
	assert_structure(config, "lazy:hierarchical-wheel:tick=2ms");
	assert_int_equal(event_config_set_timer_structure(config, NULL), 0);
	assert_structure(config, "quad-heap");
	event_config_free(config);
}

/* ----------------------------------------------------------------------------- environment */

static const char *const variables[] = {
	"EVENT_TIMERS",	    "EVENT_TIMER_REINSERT", "EVENT_METHOD",	  "EVENT_SHOW_METHOD",
	"EVENT_NOEPOLL",    "EVENT_NOPOLL",	    "EVENT_NOSELECT",	  "EVENT_NOIO_URING",
	"EVENT_NOVIRTUAL",  "EVENT_PRECISE_TIMER",  "EVENT_COARSE_TIMER", "EVENT_LIBEVENT_2_1",
	"EVENT_NOBACKENDX",
};

/* Before and after each test, so that a test sees only the variables that it sets. */
static int clear_environment(void **state)
{
	for (size_t i = 0; i < sizeof(variables) / sizeof(*variables); i++)
		unsetenv(variables[i]);
	return journal_start(state);
}

static void test_environment_structure(void **state)
{
	struct event_config *config = event_config_new();

	(void)state;
	setenv("EVENT_TIMERS", "binary-heap", 1);
	assert_structure(NULL, "binary-heap");
	assert_structure(config, "binary-heap");
	event_config_set_timer_structure(config, "sorted-list"); /* the program's choice holds */
	assert_structure(config, "sorted-list");
	event_config_set_timer_structure(config, NULL);
	setenv("EVENT_TIMERS", "", 1); /* an empty variable counts as not set */
	assert_structure(NULL, "quad-heap");
	setenv("EVENT_TIMERS", "no-such-thing", 1);
	assert_null(event_base_new());
	assert_warned("no-such-thing");
	event_config_set_flag(config, EVENT_BASE_FLAG_IGNORE_ENV);
	assert_structure(config, "quad-heap");
	event_config_free(config);
}

static void test_environment_disables_methods(void **state)
{
	const char *best = preferred(0, NULL);
	struct event_config *config = event_config_new();

	(void)state;
	setenv("EVENT_NOBACKENDX", "1", 1);
	assert_makes(NULL, best);
	setenv("EVENT_NOEPOLL", "1", 1);
	assert_makes(NULL, preferred(0, "epoll"));
	setenv("EVENT_NOPOLL", "1", 1);
	setenv("EVENT_NOSELECT", "1", 1);
	setenv("EVENT_NOIO_URING", "1", 1);
	assert_makes(NULL, NULL);
	event_config_set_flag(config, EVENT_BASE_FLAG_IGNORE_ENV);
	assert_makes(config, best);
	event_config_free(config);
}

static void test_environment_method(void **state)
{
	struct event_config *config = event_config_new();

	(void)state;
	setenv("EVENT_METHOD", "poll", 1);
	assert_makes(NULL, "poll");
	setenv("EVENT_METHOD", "virtual", 1);
	assert_makes(NULL, "virtual");
	setenv("EVENT_METHOD", "", 1);
	assert_makes(NULL, preferred(0, NULL));
	setenv("EVENT_METHOD", "no such thing", 1);
	assert_makes(NULL, NULL);
	event_config_require_method(config, "select"); /* the program's choice holds */
	assert_makes(config, "select");
	event_config_require_method(config, NULL);
	event_config_set_flag(config, EVENT_BASE_FLAG_IGNORE_ENV);
	assert_makes(config, preferred(0, NULL));
	event_config_free(config);
}

static void test_environment_shows_the_method(void **state)
{
	struct event_config *config = event_config_new();

	(void)state;
	event_config_require_method(config, "virtual");
	assert_makes(config, "virtual");
	assert_string_equal(journal.message, "");
	setenv("EVENT_SHOW_METHOD", "1", 1);
	assert_makes(config, "virtual");
	assert_int_equal(journal.severity, EVENT_LOG_MSG);
	assert_non_null(strstr(journal.message, "libevent using: virtual"));
	assert_non_null(strstr(journal.message, "quad-heap"));
	journal.message[0] = '\0';
	event_config_set_flag(config,
			      EVENT_BASE_FLAG_IGNORE_ENV); /* this variable is read all the same */
	assert_makes(config, "virtual");
	assert_non_null(strstr(journal.message, "virtual"));
	event_config_free(config);
}

/* Re-adds in place and re-adds by removal have the same result. */
static void run_readds(int flags)
{
	struct event_config *config = event_config_new();
	struct event events[3];
	struct event_base *base;
	static char letters[][2] = { "a", "b", "c" };

	event_config_set_flag(config, flags);
	event_config_require_method(config, "virtual");
	base = event_base_new_with_config(config);
	event_config_free(config);
	for (int i = 0; i < 3; i++) {
		evtimer_assign(&events[i], base, note, letters[i]);
		event_add(&events[i], &(struct timeval){ i + 1, 0 });
	}
	event_add(&events[0], &(struct timeval){ 5, 0 });
	event_add(&events[2], &(struct timeval){ 1, 0 });
	event_add(&events[2], event_base_init_common_timeout(base, &(struct timeval){ 4, 0 }));
	event_add(&events[1], event_base_init_common_timeout(base, &(struct timeval){ 4, 0 }));
	event_add(&events[1], &second);
	assert_int_equal(loop(base, 0), 1);
	assert_journal("bca");
	assert_int_equal(now(base), 5000 * MILLISECOND);
	end_base(base);
}

static void test_environment_reinsert(void **state)
{
	(void)state;
	run_readds(0);
	run_readds(EVENT_BASE_FLAG_TIMER_REINSERT);
	setenv("EVENT_TIMER_REINSERT", "1", 1);
	run_readds(0);
	run_readds(EVENT_BASE_FLAG_IGNORE_ENV);
	setenv("EVENT_TIMER_REINSERT", "0", 1);
	run_readds(0);
}

/*
 * The test sees a flag by its effect. libevent starts timeouts and waits at the cached time. So the
 * first timer fires at the right time after all, and the second fires together with it, 50 ms too
 * early.
 */
static void add_late(evutil_socket_t fd, short what, void *arg)
{
	struct event *event = arg;

	(void)fd, (void)what;
	event_base_virtual_advance(event_get_base(event), 60 * MILLISECOND);
	event_base_once(event_get_base(event), -1, EV_TIMEOUT, note, "o",
			&(struct timeval){ 0, 50000 });
	event_add(event, &(struct timeval){ 0, 100000 });
}

static uint64_t end_of_a_late_add(void)
{
	struct event_config *config = event_config_new();
	struct event_base *base;
	struct event event;
	uint64_t end;

	event_config_require_method(config, "virtual");
	base = event_base_new_with_config(config);
	event_config_free(config);
	evtimer_assign(&event, base, note, "e");
	event_base_once(base, -1, EV_TIMEOUT, add_late, &event, &second);
	assert_int_equal(loop(base, 0), 1);
	end = now(base);
	end_base(base);
	return end;
}

static void test_environment_flags(void **state)
{
	(void)state;
	assert_int_equal(end_of_a_late_add(), 1160 * MILLISECOND);
	setenv("EVENT_LIBEVENT_2_1", "0", 1);
	assert_int_equal(end_of_a_late_add(), 1160 * MILLISECOND);
	setenv("EVENT_LIBEVENT_2_1", "1", 1);
	assert_int_equal(end_of_a_late_add(), 1110 * MILLISECOND);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, clear_environment, clear_environment)

static const struct CMUnitTest tests[] = {
	TEST(test_a_loop_within_a_loop),
	TEST(test_what_is_no_plain_timer),
	TEST(test_empty),
	TEST(test_no_exit_on_empty),
	TEST(test_nothing_to_wait_for),
	TEST(test_once),
	TEST(test_once_does_not_count_the_loops_own),
	TEST(test_nonblock_waits_for_nothing),
	TEST(test_nonblock_until_nothing_is_active),
	TEST(test_reentrance),
	TEST(test_break_before_the_loop_is_forgotten),
	TEST(test_break),
	TEST(test_break_between_the_calls_of_a_signal),
	TEST(test_exit_before_the_loop),
	TEST(test_exit_in_a_callback),
	TEST(test_exit_after_a_time),
	TEST(test_got_stays),
	TEST(test_got_neither),
	TEST(test_continue),
	TEST(test_priority_counts),
	TEST(test_fewer_priorities_than_before),
	TEST(test_priorities_change_in_a_callback),
	TEST(test_urgent_first),
	TEST(test_more_urgent_meanwhile),
	TEST(test_starvation_within_a_queue),
	TEST(test_limited_by_count),
	TEST(test_limit_counts_events),
	TEST(test_limited_by_time),
	TEST(test_limit_lets_the_urgent_in),
	TEST(test_watchers_in_order),
	TEST(test_prepare_knows_the_timeout),
	TEST(test_watchers_freed_from_inside),
	TEST(test_all_watchers_freed_from_inside),
	TEST(test_watchers_made_from_inside),
	TEST(test_time_cache),
	TEST(test_time_cache_at_the_start),
	TEST(test_no_time_cache_outside_of_the_loop),
	TEST(test_avoiding_and_requiring),
	TEST(test_features),
	TEST(test_null_configurations),
	TEST(test_supported_methods),
	TEST(test_timer_structures),
	TEST(test_environment_structure),
	TEST(test_environment_disables_methods),
	TEST(test_environment_method),
	TEST(test_environment_shows_the_method),
	TEST(test_environment_reinsert),
	TEST(test_environment_flags),
};

int main(void)
{
	LOOP_TEST_RUN(tests);
}
