/*
 * event-test - events: assigning, asking, activating, finalizing, visiting and counting
 *
 * timeout-test tests the timeouts. Time is simulated, and no test waits.
 */
#include "loop/base.h" /* first; for active_insert_later, which only the loop calls */

#include <fcntl.h>
#include <signal.h>
#include <unistd.h>

#include <event2/watch.h>

#include "loop/tests/journal.h"

static const struct timeval second = { 1, 0 }, zero = { 0, 0 };

static void run(struct event_base *base)
{
	assert_true(event_base_loop(base, 0) >= 0);
	loop_test_check(base);
}

/* A pipe with a byte in it, so that both ends are ready for ever. */
static void full_pipe(int ends[2])
{
	assert_int_equal(pipe2(ends, O_NONBLOCK | O_CLOEXEC), 0);
	assert_int_equal(write(ends[1], "x", 1), 1);
}

static void close_pipe(const int ends[2])
{
	close(ends[0]);
	close(ends[1]);
}

/* -------------------------------------------------------------------------------- assigning */

/* Programs that were compiled for libevent 2.1 use these offsets. */
static void test_layout(void **state)
{
	(void)state;
	assert_int_equal(sizeof(struct event), 128);
	assert_int_equal(event_get_struct_event_size(), 128);
	assert_int_equal(offsetof(struct event, ev_evcallback.evcb_flags), 16);
	assert_int_equal(offsetof(struct event, ev_evcallback.evcb_pri), 18);
	assert_int_equal(offsetof(struct event, ev_fd), 56);
	assert_int_equal(offsetof(struct event, ev_base), 64);
	assert_int_equal(offsetof(struct event, ev_events), 104);
	assert_int_equal(offsetof(struct event, ev_res), 106);
}

static void test_signals_do_not_go_with_descriptors(void **state)
{
	static const short bits[] = { EV_READ, EV_WRITE, EV_CLOSED,
				      EV_READ | EV_WRITE | EV_PERSIST };
	struct event_base *base = virtual_base(0);
	struct event event;

	(void)state;
	for (size_t i = 0; i < sizeof(bits) / sizeof(*bits); i++) {
		short events = (short)(EV_SIGNAL | bits[i]);

		memset(&event, 0, sizeof(event));
		assert_int_equal(event_assign(&event, base, SIGUSR1, events, note, "a"), -1);
		assert_warned("EV_SIGNAL");
		assert_false(event_initialized(&event));
		assert_null(event_new(base, SIGUSR1, events, note, "a"));
	}
	journal.warnings = 0;
	assert_int_equal(event_assign(&event, base, SIGUSR1, EV_SIGNAL | EV_PERSIST, note, "a"), 0);
	assert_int_equal(event_assign(&event, base, SIGUSR1, EV_SIGNAL | EV_TIMEOUT, note, "a"), 0);
	assert_not_warned();
	end_base(base);
}

static void test_initialized(void **state)
{
	struct event_base *base = virtual_base(0);
	struct event event;

	(void)state;
	memset(&event, 0, sizeof(event));
	assert_int_equal(event_initialized(&event), 0);
	assert_int_equal(event_assign(&event, base, -1, 0, note, "a"), 0);
	assert_int_not_equal(event_initialized(&event), 0);
	event_add(&event, &second);
	event_del(&event);
	assert_true(event_initialized(&event) && evtimer_initialized(&event) &&
		    evsignal_initialized(&event) && evuser_initialized(&event));
	event_debug_unassign(&event);
	assert_int_equal(event_initialized(&event), 0);
	end_base(base);
}

static void keep_argument(evutil_socket_t fd, short what, void *arg)
{
	struct event *event = arg;

	(void)fd, (void)what;
	write_down(event == event_base_get_running_event(event_get_base(event)) ? "s" : "?");
}

static void test_an_event_as_its_own_argument(void **state)
{
	struct event_base *base = virtual_base(0);
	struct event *event = event_new(base, -1, 0, keep_argument, event_self_cbarg());
	struct event assigned;

	(void)state;
	event_assign(&assigned, base, -1, 0, keep_argument, event_self_cbarg());
	assert_ptr_equal(event_get_callback_arg(event), event);
	assert_ptr_equal(event_get_callback_arg(&assigned), &assigned);
	assert_ptr_equal(event_self_cbarg(), event_self_cbarg());
	event_active(event, EV_TIMEOUT, 1);
	event_active(&assigned, EV_TIMEOUT, 1);
	run(base);
	assert_journal("ss");
	event_free(event);
	end_base(base);
}

static void free_event(evutil_socket_t fd, short what, void *arg)
{
	note(fd, what, "f");
	event_free(arg);
}

static void test_freeing(void **state)
{
	struct event_base *base = virtual_base(0);
	struct event *pending = evtimer_new(base, note, "p");
	struct event *active = evtimer_new(base, note, "a");
	struct event *itself = event_new(base, -1, EV_PERSIST, free_event, event_self_cbarg());

	(void)state;
	event_free(NULL);
	event_add(pending, &second);
	event_active(active, EV_TIMEOUT, 1);
	event_add(itself, &second);
	event_free(pending);
	event_free(active);
	assert_int_equal(event_base_get_num_events(base, EVENT_BASE_COUNT_ACTIVE), 0);
	assert_int_equal(event_base_get_num_events(base, EVENT_BASE_COUNT_ADDED), 1);
	run(base);
	assert_journal("f");
	end_base(base);
}

/* When a base is freed, its events become idle and may be used with another base. */
static void test_events_outlive_their_base(void **state)
{
	struct event_base *first = virtual_base(0), *other = virtual_base(0);
	struct event events[4];
	int ends[2];

	(void)state;
	full_pipe(ends);
	for (int i = 0; i < 3; i++)
		event_assign(&events[i], first, -1, 0, note, "t");
	event_assign(&events[3], first, ends[0], EV_READ, note, "r");
	event_add(&events[0], &second);
	event_active(&events[1], EV_TIMEOUT, 1);
	event_add(&events[2], event_base_init_common_timeout(first, &second));
	event_add(&events[3], &second);
	end_base(first);
	for (int i = 0; i < 4; i++) {
		assert_int_equal(event_base_set(other, &events[i]), 0);
		assert_int_equal(event_add(&events[i], &second), 0);
	}
	run(other);
	assert_journal("rttt");
	end_base(other);
	close_pipe(ends);
}

/* ---------------------------------------------------------------------------------- asking */

static void test_pending_descriptor_and_timeout(void **state)
{
	const short all = EV_TIMEOUT | EV_READ | EV_WRITE | EV_SIGNAL | EV_CLOSED;
	struct event_base *base = virtual_base(0);
	struct event event;
	int ends[2];

	(void)state;
	full_pipe(ends);
	event_assign(&event, base, ends[0], EV_READ | EV_CLOSED | EV_PERSIST, note, "a");
	assert_int_equal(event_pending(&event, all, NULL), 0);
	event_add(&event, NULL);
	assert_int_equal(event_pending(&event, all, NULL), EV_READ | EV_CLOSED);
	assert_int_equal(event_pending(&event, (short)(all | EV_PERSIST | EV_ET), NULL),
			 EV_READ | EV_CLOSED);
	assert_int_equal(event_pending(&event, EV_READ | EV_WRITE, NULL), EV_READ);
	assert_int_equal(event_pending(&event, EV_WRITE | EV_TIMEOUT, NULL), 0);
	event_add(&event, &second);
	assert_int_equal(event_pending(&event, all, NULL), EV_READ | EV_CLOSED | EV_TIMEOUT);
	assert_int_equal(event_remove_timer(&event), 0);
	assert_int_equal(event_remove_timer(&event), 0);
	assert_int_equal(event_pending(&event, all, NULL), EV_READ | EV_CLOSED);
	event_del(&event);
	assert_int_equal(event_pending(&event, all, NULL), 0);
	end_base(base);
	close_pipe(ends);
}

static void test_pending_of_active_events(void **state)
{
	const short all = EV_TIMEOUT | EV_READ | EV_WRITE | EV_SIGNAL | EV_CLOSED;
	struct event_base *base = virtual_base(0);
	struct event event, signal;

	(void)state;
	evtimer_assign(&event, base, note, "a");
	event_active(&event, EV_WRITE, 1);
	assert_int_equal(event_pending(&event, all, NULL), EV_WRITE);
	event_active(&event, EV_READ, 1);
	assert_int_equal(event_pending(&event, all, NULL), EV_READ | EV_WRITE);
	event_add(&event, &second);
	assert_int_equal(event_pending(&event, all, NULL), EV_TIMEOUT | EV_READ | EV_WRITE);
	evsignal_assign(&signal, base, SIGUSR1, note, "s");
	assert_int_equal(evsignal_pending(&signal, NULL), 0);
	evsignal_add(&signal, NULL);
	assert_int_equal(evsignal_pending(&signal, NULL), EV_SIGNAL);
	event_del(&event);
	evsignal_del(&signal);
	end_base(base);
}

/*
 * event_pending reports a deadline by the wall clock, and leaves the argument alone if there is
 * none.
 */
static void test_pending_says_when(void **state)
{
	struct timeval at = { 7, 7 }, now;
	struct event_base *base = virtual_base(0);
	struct event event;

	(void)state;
	evtimer_assign(&event, base, note, "a");
	assert_int_equal(evtimer_pending(&event, &at), 0);
	event_base_virtual_advance(base, 500 * MILLISECOND);
	event_add(&event, &second);
	assert_int_equal(event_pending(&event, EV_READ, &at), 0);
	assert_int_equal(at.tv_sec, 7);
	assert_int_equal(evtimer_pending(&event, &at), EV_TIMEOUT);
	event_base_gettimeofday_cached(base, &now);
	assert_int_equal(at.tv_sec, now.tv_sec + 1);
	assert_int_equal(at.tv_usec, now.tv_usec);
	event_del(&event);
	end_base(base);
}

static void test_getters(void **state)
{
	struct event_base *base = virtual_base(0), *of;
	event_callback_fn callback;
	evutil_socket_t fd;
	struct event event;
	short events;
	void *arg;

	(void)state;
	event_assign(&event, base, 5, EV_READ | EV_PERSIST, note, &event);
	assert_int_equal(event_get_fd(&event), 5);
	assert_int_equal(event_get_signal(&event), 5);
	assert_ptr_equal(event_get_base(&event), base);
	assert_int_equal(event_get_events(&event), EV_READ | EV_PERSIST);
	assert_true(event_get_callback(&event) == note);
	assert_ptr_equal(event_get_callback_arg(&event), &event);
	assert_int_equal(event_get_priority(&event), 0);
	event_get_assignment(&event, &of, &fd, &events, &callback, &arg);
	assert_true(of == base && fd == 5 && events == (EV_READ | EV_PERSIST) && callback == note &&
		    arg == &event);
	event_get_assignment(&event, NULL, NULL, NULL, NULL, NULL);
	end_base(base);
}

static void test_version(void **state)
{
	ev_uint32_t number = event_get_version_number();
	char expected[32];

	(void)state;
	snprintf(expected, sizeof(expected), "%u.%u.%u-", number >> 24, number >> 16 & 0xff,
		 number >> 8 & 0xff);
	assert_memory_equal(event_get_version(), expected, strlen(expected));
	assert_string_equal(event_get_version(), LIBEVENT_VERSION);
	assert_int_equal(number, LIBEVENT_VERSION_NUMBER);
	assert_int_equal(number >> 16, 0x0201);
}

/* --------------------------------------------------------------------- moving and priorities */

static void test_base_set(void **state)
{
	struct event_base *base = virtual_base(0), *other = virtual_base(0);
	struct event event;

	(void)state;
	event_base_priority_init(other, 7);
	memset(&event, 0, sizeof(event));
	assert_int_equal(event_base_set(other, &event), -1);
	evtimer_assign(&event, base, note, "a");
	assert_int_equal(event_base_set(NULL, &event), -1);
	event_add(&event, &second);
	assert_int_equal(event_base_set(other, &event), -1);
	event_active(&event, EV_TIMEOUT, 1);
	assert_int_equal(event_base_set(other, &event), -1);
	event_del(&event);
	assert_ptr_equal(event_get_base(&event), base);
	assert_int_equal(event_base_set(other, &event), 0);
	assert_ptr_equal(event_get_base(&event), other);
	assert_int_equal(event_get_priority(&event), 3);
	event_add(&event, &second);
	run(base);
	assert_journal("");
	run(other);
	assert_journal("a");
	end_base(base);
	end_base(other);
}

static void test_base_set_of_descriptors(void **state)
{
	struct event_base *base = virtual_base(0), *other = virtual_base(0);
	struct event event;
	int ends[2];

	(void)state;
	full_pipe(ends);
	event_assign(&event, base, ends[0], EV_READ, note, "r");
	event_add(&event, NULL);
	assert_int_equal(event_base_set(other, &event), -1);
	event_del(&event);
	assert_int_equal(event_base_set(other, &event), 0);
	event_add(&event, NULL);
	run(other);
	assert_journal("r");
	assert_int_equal(event_base_set(base, &event), 0);
	end_base(base);
	end_base(other);
	close_pipe(ends);
}

static void test_priority_set(void **state)
{
	struct event_base *base = virtual_base(0);
	struct event early, event;

	(void)state;
	evtimer_assign(&early, base, note, "e");
	assert_int_equal(event_get_priority(&early), 0);
	event_base_priority_init(base, 5);
	evtimer_assign(&event, base, note, "a");
	assert_int_equal(event_get_priority(&event), 2);
	assert_int_equal(event_get_priority(&early), 0); /* the middle when it was assigned */
	assert_int_equal(event_priority_set(&event, -1), -1);
	assert_int_equal(event_priority_set(&event, 5), -1);
	assert_int_equal(event_priority_set(&event, 256), -1);
	assert_int_equal(event_get_priority(&event), 2);
	assert_int_equal(event_priority_set(&event, 4), 0);
	event_add(&event, &second);
	assert_int_equal(event_priority_set(&event, 0), 0); /* allowed while pending */
	event_active(&event, EV_READ, 1);
	assert_int_equal(event_priority_set(&event, 1), -1);
	event_del(&event);
	assert_int_equal(event_priority_set(&event, 1), 0);
	end_base(base);
}

/* ------------------------------------------------------------------------------- activating */

static void test_active_needs_not_be_pending(void **state)
{
	struct event_base *base = virtual_base(0);
	struct event *user = evuser_new(base, note, "u");
	struct event event;

	(void)state;
	event_assign(&event, base, 42, EV_READ, note, "a");
	event_active(&event, EV_WRITE, 1);
	assert_int_equal(event_base_get_num_events(base, EVENT_BASE_COUNT_ACTIVE), 1);
	run(base);
	assert_journal("a");
	assert_int_equal(journal.what, EV_WRITE);
	assert_int_equal(journal.fd, 42);
	evuser_trigger(user);
	run(base);
	assert_journal("u");
	assert_int_equal(journal.what, 0);
	evuser_del(user);
	event_free(user);
	end_base(base);
}

/* The bits add up, and the event keeps its place in the queue. */
static void test_active_again(void **state)
{
	struct event_base *base = virtual_base(0);
	struct event a, b;

	(void)state;
	evtimer_assign(&a, base, note, "a");
	evtimer_assign(&b, base, note, "b");
	event_active(&b, EV_READ, 1);
	event_active(&a, EV_WRITE, 1);
	event_active(&b, EV_WRITE, 1);
	event_active(&a, EV_TIMEOUT, 1);
	assert_int_equal(event_base_get_num_events(base, EVENT_BASE_COUNT_ACTIVE), 2);
	run(base);
	assert_journal("ba");
	assert_int_equal(journal.what, EV_WRITE | EV_TIMEOUT);
	event_active(&a, EV_READ, 1); /* earlier bits are forgotten */
	run(base);
	assert_int_equal(journal.what, EV_READ);
	end_base(base);
}

/* An event that was to be active in the next iteration is active now, with the bits of both. */
static void test_active_of_what_is_for_later(void **state)
{
	struct event_base *base = virtual_base(0);
	struct event event;

	(void)state;
	evtimer_assign(&event, base, note, "a");
	event.ev_res = EV_READ;
	active_insert_later(base, &event.ev_evcallback);
	assert_int_equal(event_pending(&event, EV_READ, NULL), EV_READ);
	event_active(&event, EV_WRITE, 1);
	assert_int_equal(event.ev_evcallback.evcb_flags, EVLIST_INIT | EVLIST_ACTIVE);
	loop_test_check(base);
	run(base);
	assert_journal("a");
	assert_int_equal(journal.what, EV_READ | EV_WRITE);
	active_insert_later(base, &event.ev_evcallback);
	run(base);
	assert_journal("a");
	active_insert_later(base, &event.ev_evcallback);
	event_del(&event);
	run(base);
	assert_journal("");
	end_base(base);
}

/* An event that does not persist is no longer pending when it is called, whatever activated it. */
static void test_active_ends_what_does_not_persist(void **state)
{
	struct event_base *base = virtual_base(0);
	struct event once, persistent;
	int ends[2];

	(void)state;
	assert_int_equal(pipe2(ends, O_NONBLOCK | O_CLOEXEC), 0);
	event_assign(&once, base, ends[0], EV_READ, note, "o");
	event_assign(&persistent, base, ends[0], EV_READ | EV_PERSIST, note, "p");
	event_add(&once, &second);
	event_add(&persistent, NULL);
	event_active(&once, EV_READ, 1);
	event_active(&persistent, EV_READ, 1);
	event_base_loop(base, EVLOOP_NONBLOCK);
	assert_journal("op");
	assert_int_equal(event_pending(&once, EV_READ | EV_TIMEOUT, NULL), 0);
	assert_int_equal(event_pending(&persistent, EV_READ, NULL), EV_READ);
	event_del(&persistent);
	end_base(base);
	close_pipe(ends);
}

static void test_active_signals_count_calls(void **state)
{
	struct event_base *base = virtual_base(0);
	struct event signal, timer;

	(void)state;
	evsignal_assign(&signal, base, SIGUSR1, note, "s");
	evtimer_assign(&timer, base, note, "t");
	event_active(&signal, EV_SIGNAL, 3);
	event_active(&timer, EV_TIMEOUT, 3);
	event_active(&signal, EV_SIGNAL, 5); /* already active: the number of calls stays */
	run(base);
	assert_journal("ssst");
	event_active(&signal, EV_SIGNAL, 0);
	run(base);
	assert_journal("");
	end_base(base);
}

static void delete_other(evutil_socket_t fd, short what, void *arg)
{
	note(fd, what, "d");
	event_del(arg);
}

static void test_deleting_what_is_active(void **state)
{
	struct event_base *base = virtual_base(0);
	struct event first, other;

	(void)state;
	event_assign(&first, base, -1, 0, delete_other, &other);
	evtimer_assign(&other, base, note, "o");
	event_active(&first, EV_TIMEOUT, 1);
	event_active(&other, EV_TIMEOUT, 1);
	run(base);
	assert_journal("d");
	assert_int_equal(event_del(&other), 0); /* may be repeated */
	assert_int_equal(event_del_block(&other), 0);
	assert_int_equal(event_del_noblock(&other), 0);
	end_base(base);
}

static void test_activating_by_descriptor(void **state)
{
	struct event_base *base = virtual_base(0);
	struct event reader, writer, both;
	int ends[2];

	(void)state;
	full_pipe(ends);
	event_assign(&reader, base, ends[0], EV_READ | EV_PERSIST, note, "r");
	event_assign(&writer, base, ends[0], EV_WRITE | EV_PERSIST, note, "w");
	event_assign(&both, base, ends[0], EV_READ | EV_WRITE | EV_PERSIST, note, "b");
	event_add(&reader, NULL);
	event_add(&writer, NULL);
	event_base_active_by_fd(base, ends[0], EV_WRITE);
	assert_int_equal(event_pending(&writer, EV_WRITE, NULL), EV_WRITE);
	assert_int_equal(event_base_get_num_events(base, EVENT_BASE_COUNT_ACTIVE), 1);
	event_add(&both, NULL);
	event_base_active_by_fd(base, ends[0], EV_READ);
	assert_int_equal(event_base_get_num_events(base, EVENT_BASE_COUNT_ACTIVE), 3);
	event_base_active_by_fd(base, ends[1], EV_READ);
	event_base_active_by_fd(base, -1, EV_READ);
	event_base_active_by_fd(base, 100000, EV_READ | EV_TIMEOUT);
	assert_int_equal(event_base_get_num_events(base, EVENT_BASE_COUNT_ACTIVE), 3);
	event_del(&writer);
	event_del(&reader);
	event_del(&both);
	event_add(&reader, NULL);
	event_base_active_by_fd(base, ends[0], EV_TIMEOUT); /* it has no timeout */
	assert_int_equal(event_base_get_num_events(base, EVENT_BASE_COUNT_ACTIVE), 0);
	event_add(&reader, &second);
	event_base_active_by_fd(base, ends[0], EV_TIMEOUT);
	assert_int_equal(event_base_get_num_events(base, EVENT_BASE_COUNT_ACTIVE), 1);
	event_del(&reader);
	end_base(base);
	close_pipe(ends);
}

static void test_activating_by_signal(void **state)
{
	struct event_base *base = virtual_base(0);
	struct event first, other;

	(void)state;
	evsignal_assign(&first, base, SIGUSR1, note, "1");
	evsignal_assign(&other, base, SIGUSR2, note, "2");
	event_add(&first, NULL);
	event_add(&other, NULL);
	event_base_active_by_signal(base, SIGUSR1);
	event_base_active_by_signal(base, SIGHUP);
	event_base_active_by_signal(base, -1);
	event_base_active_by_signal(base, 100000);
	event_base_loop(base, EVLOOP_NONBLOCK);
	assert_journal("1");
	assert_int_equal(journal.what, EV_SIGNAL);
	assert_int_equal(journal.fd, SIGUSR1);
	event_del(&first);
	event_del(&other);
	end_base(base);
}

static void ask_who_runs(evutil_socket_t fd, short what, void *arg)
{
	struct event *event = arg;
	struct event *running = event_base_get_running_event(event_get_base(event));

	note(fd, what, running == event ? "me" : "??");
}

static void test_running_event(void **state)
{
	struct event_base *base = virtual_base(0);
	struct event event;

	(void)state;
	event_assign(&event, base, -1, 0, ask_who_runs, event_self_cbarg());
	assert_null(event_base_get_running_event(base));
	event_active(&event, EV_TIMEOUT, 1);
	run(base);
	assert_journal("me");
	assert_null(event_base_get_running_event(base));
	end_base(base);
}

/* ------------------------------------------------------------------------------------ bases */

/* Events without a base, in a process that has not called event_init. */
static void test_events_without_a_base(void **state)
{
	struct event event, *made;
	struct timeval at;

	(void)state;
	assert_int_equal(event_assign(&event, NULL, -1, 0, note, "a"), 0);
	made = event_new(NULL, 3, EV_READ, note, "b");
	assert_non_null(made);
	assert_null(event_get_base(&event));
	assert_int_equal(event_add(&event, &second), -1);
	assert_warned("event_add");
	assert_int_equal(event_del(&event), -1);
	assert_warned("event_del");
	assert_int_equal(event_del_block(&event), -1);
	assert_int_equal(event_del_noblock(&event), -1);
	assert_int_equal(event_remove_timer(&event), -1);
	assert_int_equal(event_pending(&event, EV_TIMEOUT, &at), 0);
	assert_int_equal(event_priority_set(&event, 0), -1);
	assert_int_equal(event_finalize(0, &event, NULL), -1);
	assert_int_equal(event_free_finalize(0, made, NULL), -1);
	event_active(&event, EV_TIMEOUT, 1);
	assert_int_equal(event.ev_evcallback.evcb_flags, EVLIST_INIT);
	event_free(made);
}

static int visit_nothing(const struct event_base *base, const struct event *event, void *arg)
{
	(void)base, (void)event, (void)arg;
	return 0;
}

static void test_null_bases_run_nothing(void **state)
{
	(void)state;
	event_base_free(NULL);
	assert_warned("event_base_free");
	event_base_free_nofinalize(NULL);
	assert_int_equal(event_base_loop(NULL, 0), -1);
	assert_int_equal(event_base_dispatch(NULL), -1);
	assert_int_equal(event_base_loopexit(NULL, NULL), -1);
	assert_int_equal(event_base_loopexit(NULL, &second), -1);
	assert_int_equal(event_base_loopbreak(NULL), -1);
	assert_int_equal(event_base_loopcontinue(NULL), -1);
	assert_int_equal(event_base_got_exit(NULL), -1);
	assert_int_equal(event_base_got_break(NULL), -1);
	assert_int_equal(event_base_once(NULL, -1, EV_TIMEOUT, note, "a", NULL), -1);
	assert_int_equal(event_reinit(NULL), -1);
	assert_int_equal(event_base_priority_init(NULL, 3), -1);
	assert_int_equal(event_base_get_npriorities(NULL), -1);
	assert_int_equal(event_base_update_cache_time(NULL), -1);
	event_base_active_by_fd(NULL, 0, EV_READ);
	event_base_active_by_signal(NULL, SIGUSR1);
}

static void test_null_bases_know_nothing(void **state)
{
	struct timeval now = zero;
	uint64_t ns;
	FILE *output = tmpfile();

	(void)state;
	assert_non_null(output);
	assert_null(event_base_get_method(NULL));
	assert_int_equal(event_base_get_features(NULL), 0);
	assert_null(event_base_get_timer_structure(NULL));
	assert_null(event_base_get_running_event(NULL));
	assert_null(event_base_init_common_timeout(NULL, &second));
	assert_int_equal(event_base_get_num_events(NULL, EVENT_BASE_COUNT_ADDED), 0);
	assert_int_equal(event_base_get_max_events(NULL, EVENT_BASE_COUNT_ADDED, 1), 0);
	assert_int_equal(event_base_foreach_event(NULL, visit_nothing, NULL), -1);
	event_base_dump_events(NULL, output);
	assert_int_equal(event_gettime_monotonic(NULL, &now), -1);
	assert_int_equal(event_base_gettimeofday_cached(NULL, &now), 0); /* the time now */
	assert_true(now.tv_sec > 0);
	assert_int_equal(event_base_virtual_advance(NULL, 1), -1);
	assert_int_equal(event_base_virtual_now(NULL, &ns), -1);
	assert_null(evwatch_prepare_new(NULL, NULL, NULL));
	assert_null(evwatch_check_new(NULL, NULL, NULL));
	fclose(output);
}

static void test_null_bases_beyond_libevent(void **state)
{
	struct event_base_statistics statistics = { 1, 1, 1, 1 };

	(void)state;
	event_base_get_statistics(NULL, &statistics);
	assert_int_equal(statistics.waits, 0);
	assert_int_equal(event_base_get_timer_footprint(NULL), 0);
	assert_non_null(event_base_check(NULL));
}

/* ------------------------------------------------------------------------------------- once */

static void test_once_refuses(void **state)
{
	struct event_base *base = virtual_base(0);
	static const short wrong[] = {
		0,
		EV_PERSIST,
		EV_ET,
		EV_SIGNAL,
		EV_SIGNAL | EV_TIMEOUT,
		EV_TIMEOUT | EV_PERSIST,
		EV_READ | EV_PERSIST,
		EV_READ | EV_SIGNAL,
	};

	(void)state;
	for (size_t i = 0; i < sizeof(wrong) / sizeof(*wrong); i++)
		assert_int_equal(event_base_once(base, 0, wrong[i], note, "x", &second), -1);
	assert_int_equal(event_base_get_num_events(base, EVENT_BASE_COUNT_ADDED), 0);
	assert_int_equal(event_base_loop(base, 0), 1);
	assert_journal("");
	end_base(base);
}

/* Timeouts of zero or less keep the order of the calls, also among other active events. */
static void test_once_order(void **state)
{
	static const struct timeval negative = { -1, 0 };
	struct event_base *base = virtual_base(0);
	struct event active;

	(void)state;
	evtimer_assign(&active, base, note, "b");
	assert_int_equal(event_base_once(base, -1, EV_TIMEOUT, note, "a", NULL), 0);
	event_active(&active, EV_TIMEOUT, 1);
	assert_int_equal(event_base_once(base, -1, EV_TIMEOUT, note, "c", &zero), 0);
	assert_int_equal(event_base_once(base, -1, EV_TIMEOUT, note, "z", &second), 0);
	assert_int_equal(event_base_once(base, -1, EV_TIMEOUT, note, "d", &negative), 0);
	assert_int_equal(event_base_once(base, -1, EV_TIMEOUT, note, "e", NULL), 0);
	assert_int_equal(event_base_get_num_events(base, EVENT_BASE_COUNT_ACTIVE), 5);
	assert_int_equal(event_base_get_num_events(base, EVENT_BASE_COUNT_ADDED), 6);
	run(base);
	assert_journal("abcdez");
	assert_int_equal(journal.what, EV_TIMEOUT);
	assert_int_equal(journal.fd, -1);
	end_base(base);
}

static void test_once_for_descriptors(void **state)
{
	struct event_base *base = virtual_base(0);
	int ready[2], never[2];

	(void)state;
	full_pipe(ready);
	assert_int_equal(pipe2(never, O_NONBLOCK | O_CLOEXEC), 0);
	assert_int_equal(event_base_once(base, ready[0], EV_READ, note, "r", NULL), 0);
	run(base);
	assert_journal("r");
	assert_int_equal(journal.what, EV_READ);
	assert_int_equal(journal.fd, ready[0]);
	/* With a timeout the event is called once, for whichever comes first. */
	assert_int_equal(event_base_once(base, never[0], EV_READ, note, "t", &second), 0);
	assert_int_equal(event_base_once(base, ready[0], EV_READ | EV_TIMEOUT, note, "r", &second),
			 0);
	run(base);
	assert_journal("rt");
	assert_int_equal(journal.what, EV_TIMEOUT);
	end_base(base);
	close_pipe(ready);
	close_pipe(never);
}

/* Events that have not run are freed, which the sanitizer checks, and are not called. */
static void test_once_is_freed_with_the_base(void **state)
{
	struct event_base *base = virtual_base(0);
	int ends[2];

	(void)state;
	full_pipe(ends);
	event_base_once(base, -1, EV_TIMEOUT, note, "a", NULL);
	event_base_once(base, -1, EV_TIMEOUT, note, "b", &second);
	event_base_once(base, -1, EV_TIMEOUT, note, "c",
			event_base_init_common_timeout(base, &second));
	event_base_once(base, ends[0], EV_READ, note, "d", NULL);
	event_base_once(base, -1, EV_READ, note, "e", NULL);
	event_base_loopexit(base, &second);
	end_base(base);
	assert_journal("");
	close_pipe(ends);
}

/* -------------------------------------------------------------------------------- finalizing */

static void finalizer(struct event *event, void *arg)
{
	(void)event;
	write_down("F");
	write_down(arg);
}

static void test_finalize(void **state)
{
	struct event_base *base = virtual_base(0);
	struct event event;

	(void)state;
	event_assign(&event, base, -1, 0, note, "a");
	event_add(&event, &second);
	assert_int_equal(event_finalize(0, &event, finalizer), 0);
	/* Nothing activates the event again, and nothing cancels the finalizer. */
	assert_int_equal(event_add(&event, &second), -1);
	assert_int_equal(event_add(&event, NULL), -1);
	event_active(&event, EV_READ, 1);
	assert_int_equal(event_del(&event), 0);
	assert_int_equal(event_del_block(&event), 0);
	assert_int_equal(event_base_set(base, &event), -1);
	assert_int_equal(event_base_get_num_events(base, EVENT_BASE_COUNT_ACTIVE), 1);
	assert_int_equal(event_base_get_num_events(base, EVENT_BASE_COUNT_ADDED), 1);
	run(base);
	assert_journal("Fa");
	event_active(&event, EV_READ, 1);
	run(base);
	assert_journal("");
	event_assign(&event, base, -1, 0, note, "b"); /* the memory may hold another event */
	event_add(&event, &second);
	run(base);
	assert_journal("b");
	end_base(base);
}

static void test_finalize_takes_the_place_of_an_activation(void **state)
{
	struct event_base *base = virtual_base(0);
	struct event *event = evtimer_new(base, note, "a"), *other = evtimer_new(base, note, "o");

	(void)state;
	event_active(event, EV_READ, 1);
	event_active(other, EV_READ, 1);
	assert_int_equal(event_free_finalize(0, event, finalizer), 0);
	run(base);
	assert_journal("oFa");
	event_free(other);
	end_base(base);
}

static void finalizer_of_itself(struct event *event, void *arg)
{
	assert_null(event_base_get_running_event(arg));
	assert_ptr_equal(event_get_base(event), arg);
	write_down("F");
}

static void finalize_persistent(evutil_socket_t fd, short what, void *arg)
{
	struct event *event = event_base_get_running_event(arg);

	note(fd, what, "c");
	assert_int_equal(event_free_finalize(0, event, finalizer_of_itself), 0);
	write_down("e");
}

/* The finalizer runs once, after the callback that asked for it, even for a persistent event. */
static void test_finalizing_the_running_event(void **state)
{
	struct event_base *base = virtual_base(0);
	struct event *event = event_new(base, -1, EV_PERSIST, finalize_persistent, base);

	(void)state;
	event_add(event, &second);
	run(base);
	assert_journal("ceF");
	assert_int_equal(event_base_get_num_events(base, ~0U), 0);
	end_base(base);
}

static void test_base_free_runs_finalizers(void **state)
{
	struct event_base *base = virtual_base(0);
	struct event *freed = evtimer_new(base, note, "a"), kept;

	(void)state;
	evtimer_assign(&kept, base, note, "b");
	event_add(freed, &second);
	event_free_finalize(0, freed, finalizer);
	event_finalize(0, &kept, finalizer);
	end_base(base);
	assert_journal("FaFb");
}

static void test_base_free_without_finalizers(void **state)
{
	struct event_base *base = virtual_base(0);
	struct event kept;

	(void)state;
	evtimer_assign(&kept, base, note, "b");
	event_finalize(0, &kept, finalizer);
	event_base_free_nofinalize(base);
	assert_journal("");
}

static void finalize_another(struct event *event, void *arg)
{
	(void)event;
	write_down("1");
	event_free_finalize(0, arg, finalizer_of_itself);
}

/*
 * event_base_free goes on until no finalizer is left. That includes finalizers that a finalizer
 * asks for, of any priority.
 */
static void test_base_free_runs_finalizers_of_finalizers(void **state)
{
	struct event_base *base = virtual_base(0);
	struct event *first, *second_one;

	(void)state;
	event_base_priority_init(base, 3);
	second_one = evtimer_new(base, note, base);
	event_priority_set(second_one, 0);
	event_add(second_one, &second);
	first = evtimer_new(base, note, second_one);
	event_priority_set(first, 2);
	event_free_finalize(0, first, finalize_another);
	end_base(base);
	assert_journal("1F");
}

/* ----------------------------------------------------------------------------------- visiting */

struct visitor {
	int visits, stop_after;
};

static int visit(const struct event_base *base, const struct event *event, void *arg)
{
	struct visitor *visitor = arg;

	assert_ptr_equal(event_get_base(event), base);
	write_down(event_get_callback_arg(event));
	return ++visitor->visits == visitor->stop_after ? 17 : 0;
}

/* An event of each class, made in another order than that of the visits. */
struct one_of_each {
	int ends[2];
	struct event active, common, timer, signal, reader;
};

static void make_one_of_each(struct event_base *base, struct one_of_each *events)
{
	full_pipe(events->ends);
	evtimer_assign(&events->active, base, note, "a");
	evtimer_assign(&events->common, base, note, "c");
	evtimer_assign(&events->timer, base, note, "t");
	evsignal_assign(&events->signal, base, SIGUSR1, note, "s");
	event_assign(&events->reader, base, events->ends[0], EV_READ | EV_PERSIST, note, "r");
	event_active(&events->active, EV_TIMEOUT, 1);
	event_add(&events->common, event_base_init_common_timeout(base, &second));
	event_add(&events->timer, &second);
	event_add(&events->signal, &second);
	event_add(&events->reader, &second);
}

static int count_own(const struct event_base *base, const struct event *event, void *arg)
{
	(void)base;
	*(int *)arg += !!(event->ev_evcallback.evcb_flags & EVLIST_INTERNAL);
	return 0;
}

static int visit_own_excluded(const struct event_base *base, const struct event *event, void *arg)
{
	if (event->ev_evcallback.evcb_flags & EVLIST_INTERNAL)
		return 0;
	return visit(base, event, arg);
}

/* Descriptors, signals, timers, common timeouts, active events; each event once. */
static void test_foreach_event(void **state)
{
	struct event_base *base = virtual_base(0);
	struct one_of_each events;
	struct visitor visitor = { 0 };
	int own = 0;

	(void)state;
	assert_int_equal(event_base_foreach_event(base, visit, &visitor), 0);
	make_one_of_each(base, &events);
	event_active(&events.reader, EV_READ, 1); /* and still visited once */
	assert_int_equal(event_base_foreach_event(base, visit_own_excluded, &visitor), 0);
	assert_journal("rstca");
	assert_int_equal(event_base_foreach_event(base, count_own, &own), 0);
	assert_true(own >= 1); /* the reader of signals, the queue's representative */
	for (int i = 1; i <= 5; i++) {
		visitor = (struct visitor){ 0, i };
		assert_int_equal(event_base_foreach_event(base, visit_own_excluded, &visitor), 17);
		assert_int_equal(visitor.visits, i);
	}
	assert_int_equal(event_base_foreach_event(base, NULL, NULL), -1);
	end_base(base);
	close_pipe(events.ends);
}

static void assert_line(const char *dump, const struct event *event, const char *section,
			const char *words)
{
	char wanted[128];
	const char *start = strstr(dump, section), *at;

	assert_non_null(start);
	snprintf(wanted, sizeof(wanted), "  %p %s", (const void *)event, words);
	at = strstr(start, wanted);
	if (!at)
		fail_msg("no '%s' under '%s' in:\n%s", wanted, section, dump);
}

/* All bits that an event of a descriptor can ask for, in the order in which they are printed. */
static void test_dump_of_an_edge(void **state)
{
	struct event_base *base = loop_test_base("epoll", NULL, 0);
	char *dump = NULL, words[96];
	size_t size;
	FILE *output = open_memstream(&dump, &size);
	struct event *event;
	int ends[2];

	(void)state;
	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, ends), 0);
	event = event_new(base, ends[0], EV_READ | EV_WRITE | EV_CLOSED | EV_PERSIST | EV_ET, note,
			  "");
	assert_int_equal(event_add(event, NULL), 0);
	event_base_dump_events(base, output);
	fclose(output);
	snprintf(words, sizeof(words), "[fd  %d] Read Write EOF Persist ET\n", ends[0]);
	assert_line(dump, event, "Inserted events:\n", words);
	free(dump);
	event_free(event);
	event_base_free(base);
	close(ends[0]);
	close(ends[1]);
}

static void test_dump_events(void **state)
{
	struct event_base *base = virtual_base(0);
	struct one_of_each events;
	char *dump = NULL, words[96];
	size_t size;
	FILE *output = open_memstream(&dump, &size);

	(void)state;
	make_one_of_each(base, &events);
	event_active(&events.reader, EV_READ | EV_TIMEOUT, 1);
	event_active(&events.common, EV_READ | EV_WRITE | EV_CLOSED | EV_SIGNAL | EV_TIMEOUT, 1);
	event_base_dump_events(base, output);
	fclose(output);
	/* The wall clock is at 1000000000 s when simulated time starts. */
	snprintf(words, sizeof(words), "[fd  %d] Read Persist Timeout=1000000001.000000\n",
		 events.ends[0]);
	assert_line(dump, &events.reader, "Inserted events:\n", words);
	snprintf(words, sizeof(words), "[sig %d] Signal Persist Timeout=1000000001.000000\n",
		 SIGUSR1);
	assert_line(dump, &events.signal, "Inserted events:\n", words);
	assert_line(dump, &events.timer, "Inserted", "[fd  -1] Timeout=1000000001.000000\n");
	assert_line(dump, &events.common, "Inserted", "[fd  -1] Timeout=1000000001.000000\n");
	assert_line(dump, &events.active, "Active events:\n",
		    "[fd  -1, priority=0] Timeout active\n");
	assert_line(dump, &events.common, "Active events:\n",
		    "[fd  -1, priority=0] Read Write EOF Signal Timeout active\n");
	snprintf(words, sizeof(words), "[fd  %d, priority=0] Read Timeout active\n",
		 events.ends[0]);
	assert_line(dump, &events.reader, "Active events:\n", words);
	assert_null(strstr(strstr(dump, "Active events:\n"), "priority=0] Signal"));
	free(dump);
	end_base(base);
	close_pipe(events.ends);
}

/* ----------------------------------------------------------------------------------- counting */

#define ADDED  EVENT_BASE_COUNT_ADDED
#define ACTIVE EVENT_BASE_COUNT_ACTIVE

/*
 * Memberships are counted, not events, and an active queue is one. libevent's own tests rely on it.
 */
static void test_counts(void **state)
{
	struct event_base *base = virtual_base(0);
	struct event event;
	int ends[2];

	(void)state;
	full_pipe(ends);
	event_assign(&event, base, ends[0], EV_READ | EV_WRITE | EV_PERSIST, note, "a");
	assert_int_equal(event_base_get_num_events(base, ADDED | ACTIVE), 0);
	event_add(&event, NULL);
	assert_int_equal(event_base_get_num_events(base, ADDED), 1);
	event_add(&event, &second);
	event_add(&event, &second);
	assert_int_equal(event_base_get_num_events(base, ADDED), 2);
	event_active(&event, EV_READ, 1);
	event_active(&event, EV_WRITE, 1);
	assert_int_equal(event_base_get_num_events(base, ACTIVE), 1);
	assert_int_equal(event_base_get_num_events(base, ADDED), 3);
	assert_int_equal(event_base_get_num_events(base, ADDED | ACTIVE), 4);
	assert_int_equal(event_base_get_num_events(base, EVENT_BASE_COUNT_VIRTUAL), 0);
	assert_int_equal(event_base_get_num_events(base, 0), 0);
	event_base_once(base, -1, EV_TIMEOUT, note, "o", NULL);
	assert_int_equal(event_base_get_num_events(base, ADDED | ACTIVE), 6);
	event_remove_timer(&event);
	assert_int_equal(event_base_get_num_events(base, ADDED | ACTIVE), 5);
	event_del(&event);
	assert_int_equal(event_base_get_num_events(base, ADDED | ACTIVE), 2);
	end_base(base);
	close_pipe(ends);
}

/* The loop's own events are not counted. */
static void test_counts_of_the_loops_own(void **state)
{
	struct event_base *base = virtual_base(0);
	struct event signal, common;

	(void)state;
	evsignal_assign(&signal, base, SIGUSR1, note, "s");
	evtimer_assign(&common, base, note, "c");
	event_add(&signal, NULL);
	assert_int_equal(event_base_get_num_events(base, ADDED), 1);
	event_add(&common, event_base_init_common_timeout(base, &second));
	assert_int_equal(event_base_get_num_events(base, ADDED), 2);
	event_del(&signal);
	event_del(&common);
	assert_int_equal(event_base_get_num_events(base, ADDED), 0);
	assert_int_equal(event_base_loop(base, 0), 1);
	end_base(base);
}

static void test_most_events(void **state)
{
	struct event_base *base = virtual_base(0);
	struct event events[3];

	(void)state;
	for (int i = 0; i < 3; i++) {
		evtimer_assign(&events[i], base, note, "a");
		event_add(&events[i], &second);
	}
	event_active(&events[0], EV_READ, 1);
	event_del(&events[0]);
	event_del(&events[1]);
	assert_int_equal(event_base_get_num_events(base, ADDED), 1);
	assert_int_equal(event_base_get_max_events(base, ADDED, 0), 4);
	assert_int_equal(event_base_get_max_events(base, ADDED | ACTIVE, 0), 5);
	assert_int_equal(event_base_get_max_events(base, ADDED, 1), 4);
	assert_int_equal(event_base_get_max_events(base, ADDED, 0), 0);
	assert_int_equal(event_base_get_max_events(base, ACTIVE, 0), 1); /* not cleared above */
	event_add(&events[1], &second);
	assert_int_equal(event_base_get_max_events(base, ADDED, 0), 2);
	event_del(&events[1]);
	event_del(&events[2]);
	assert_int_equal(event_base_get_max_events(base, ADDED | ACTIVE, 1), 3);
	assert_int_equal(event_base_get_max_events(base, ADDED | ACTIVE, 0), 0);
	end_base(base);
}

#define TEST(name) cmocka_unit_test_setup(name, journal_start)

static const struct CMUnitTest tests[] = {
	TEST(test_layout),
	TEST(test_signals_do_not_go_with_descriptors),
	TEST(test_initialized),
	TEST(test_an_event_as_its_own_argument),
	TEST(test_freeing),
	TEST(test_events_outlive_their_base),
	TEST(test_pending_descriptor_and_timeout),
	TEST(test_pending_of_active_events),
	TEST(test_pending_says_when),
	TEST(test_getters),
	TEST(test_version),
	TEST(test_base_set),
	TEST(test_base_set_of_descriptors),
	TEST(test_priority_set),
	TEST(test_active_needs_not_be_pending),
	TEST(test_active_again),
	TEST(test_active_of_what_is_for_later),
	TEST(test_active_ends_what_does_not_persist),
	TEST(test_active_signals_count_calls),
	TEST(test_deleting_what_is_active),
	TEST(test_activating_by_descriptor),
	TEST(test_activating_by_signal),
	TEST(test_running_event),
	TEST(test_events_without_a_base),
	TEST(test_null_bases_run_nothing),
	TEST(test_null_bases_know_nothing),
	TEST(test_null_bases_beyond_libevent),
	TEST(test_once_refuses),
	TEST(test_once_order),
	TEST(test_once_for_descriptors),
	TEST(test_once_is_freed_with_the_base),
	TEST(test_finalize),
	TEST(test_finalize_takes_the_place_of_an_activation),
	TEST(test_finalizing_the_running_event),
	TEST(test_base_free_runs_finalizers),
	TEST(test_base_free_without_finalizers),
	TEST(test_base_free_runs_finalizers_of_finalizers),
	TEST(test_foreach_event),
	TEST(test_dump_events),
	TEST(test_dump_of_an_edge),
	TEST(test_counts),
	TEST(test_counts_of_the_loops_own),
	TEST(test_most_events),
};

int main(void)
{
	LOOP_TEST_RUN(tests);
}
