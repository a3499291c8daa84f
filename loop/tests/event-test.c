/*
 * event-test - assigning events, asking for their state, events and functions without a base
 *
 * timeout-test tests the timeouts. Time is simulated, and no test waits.
 */
#include <signal.h>

#include <event2/event_struct.h>

#include "loop/tests/full_pipe.h"
#include "loop/tests/journal.h"

static const struct timeval second = { 1, 0 }, zero = { 0, 0 };

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
	run_until_idle(base);
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
	run_until_idle(base);
	assert_journal("f");
	end_base(base);
}

/* When a base is freed, its events become idle and can be used with another base. */
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
	run_until_idle(other);
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
 * event_pending reports a deadline by the wall clock. If there is no deadline, it does not write to
 * its argument.
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
	run_until_idle(base);
	assert_journal("");
	run_until_idle(other);
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
	run_until_idle(other);
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
	assert_int_equal(event_get_priority(&early), 0); /* the middle one when it was assigned */
	assert_int_equal(event_priority_set(&event, -1), -1);
	assert_int_equal(event_priority_set(&event, 5), -1);
	assert_int_equal(event_priority_set(&event, 256), -1);
	assert_int_equal(event_get_priority(&event), 2);
	assert_int_equal(event_priority_set(&event, 4), 0);
	event_add(&event, &second);
	assert_int_equal(event_priority_set(&event, 0), 0); /* allowed while the event is pending */
	event_active(&event, EV_READ, 1);
	assert_int_equal(event_priority_set(&event, 1), -1);
	event_del(&event);
	assert_int_equal(event_priority_set(&event, 1), 0);
	end_base(base);
}

/* ------------------------------------------------------------------------------------ bases */

/* Uses events without a base, in a process that has not called event_init. */
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
	assert_int_equal(event_base_gettimeofday_cached(NULL, &now), 0); /* the current time */
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
	TEST(test_events_without_a_base),
	TEST(test_null_bases_run_nothing),
	TEST(test_null_bases_know_nothing),
	TEST(test_null_bases_beyond_libevent),
};

int main(void)
{
	LOOP_TEST_RUN(tests);
}
