/*
 * finalize-test - finalizers: when they are called, and which ways to free a base call them
 */
#include <event2/event_struct.h>

#include "loop/tests/journal.h"

static const struct timeval second = { 1, 0 };

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
	/* Nothing may activate the event again, and nothing may cancel the finalizer. */
	assert_int_equal(event_add(&event, &second), -1);
	assert_int_equal(event_add(&event, NULL), -1);
	event_active(&event, EV_READ, 1);
	assert_int_equal(event_del(&event), 0);
	assert_int_equal(event_del_block(&event), 0);
	assert_int_equal(event_base_set(base, &event), -1);
	assert_int_equal(event_base_get_num_events(base, EVENT_BASE_COUNT_ACTIVE), 1);
	assert_int_equal(event_base_get_num_events(base, EVENT_BASE_COUNT_ADDED), 1);
	run_until_idle(base);
	assert_journal("Fa");
	event_active(&event, EV_READ, 1);
	run_until_idle(base);
	assert_journal("");
	event_assign(&event, base, -1, 0, note, "b"); /* the memory may hold another event */
	event_add(&event, &second);
	run_until_idle(base);
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
	run_until_idle(base);
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

/*
 * The finalizer runs once, after the callback that requested it, even if the event is persistent.
 */
static void test_finalizing_the_running_event(void **state)
{
	struct event_base *base = virtual_base(0);
	struct event *event = event_new(base, -1, EV_PERSIST, finalize_persistent, base);

	(void)state;
	event_add(event, &second);
	run_until_idle(base);
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
 * event_base_free continues until no finalizer is left. That includes finalizers that a finalizer
 * requests, with any priority.
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

#define TEST(name) cmocka_unit_test_setup(name, journal_start)

static const struct CMUnitTest tests[] = {
	TEST(test_finalize),
	TEST(test_finalize_takes_the_place_of_an_activation),
	TEST(test_finalizing_the_running_event),
	TEST(test_base_free_runs_finalizers),
	TEST(test_base_free_without_finalizers),
	TEST(test_base_free_runs_finalizers_of_finalizers),
};

int main(void)
{
	LOOP_TEST_RUN(tests);
}
