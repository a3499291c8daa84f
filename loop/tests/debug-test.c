/*
 * debug-test - debug mode: what is misuse ends the process with a message, what is not goes on
 *
 * Debug mode can be switched on once, before anything else, so every test has a process of its own.
 */
#include "loop/tests/child.h"
#include "loop/tests/journal.h"

#include <event2/event_struct.h>

#define DIED 1 /* exit(1), from log_fatal */

static const struct timeval second = { 1, 0 };
static struct event_base *base;
static struct event event;

static void prepare(void)
{
	event_enable_debug_mode();
	base = loop_test_base("virtual", NULL, 0);
	if (!base)
		_exit(99);
}

static void add_unassigned(void)
{
	prepare();
	memset(&event, 0, sizeof(event));
	event.ev_base = base;
	event_add(&event, &second);
}

static void delete_unassigned(void)
{
	prepare();
	memset(&event, 0, sizeof(event));
	event.ev_base = base;
	event_del(&event);
}

static void ask_unassigned(void)
{
	prepare();
	memset(&event, 0, sizeof(event));
	event.ev_base = base;
	event_pending(&event, EV_TIMEOUT, NULL);
}

static void assign_pending(void)
{
	prepare();
	event_assign(&event, base, -1, 0, note, "a");
	event_add(&event, &second);
	event_assign(&event, base, -1, 0, note, "a");
}

static void assign_active(void)
{
	prepare();
	event_assign(&event, base, -1, 0, note, "a");
	event_active(&event, EV_READ, 1);
	event_assign(&event, base, -1, 0, note, "a");
}

static void unassign_pending(void)
{
	prepare();
	event_assign(&event, base, -1, 0, note, "a");
	event_add(&event, &second);
	event_debug_unassign(&event);
}

static void add_after_unassigning(void)
{
	prepare();
	event_assign(&event, base, -1, 0, note, "a");
	event_debug_unassign(&event);
	event_add(&event, &second);
}

static void use_after_free(void)
{
	struct event *freed;
	unsigned char copy[sizeof(event)];

	prepare();
	freed = event_new(base, -1, 0, note, "a");
	memcpy(copy, freed, sizeof(copy));
	event_free(freed);
	/* The same bytes elsewhere: nobody ever assigned these. */
	memcpy(&event, copy, sizeof(event));
	event_add(&event, &second);
}

static void switch_on_twice(void)
{
	event_enable_debug_mode();
	event_enable_debug_mode();
}

static void switch_on_too_late(void)
{
	base = loop_test_base("virtual", NULL, 0);
	event_enable_debug_mode();
}

static void test_misuse(void **state)
{
	static const struct {
		const char *name;
		void (*function)(void);
	} misuses[] = {
		{ "adding what was never assigned", add_unassigned },
		{ "deleting what was never assigned", delete_unassigned },
		{ "asking what was never assigned", ask_unassigned },
		{ "assigning what is pending", assign_pending },
		{ "assigning what is active", assign_active },
		{ "unassigning what is pending", unassign_pending },
		{ "adding what was unassigned", add_after_unassigning },
		{ "adding a copy of what was freed", use_after_free },
		{ "switching on twice", switch_on_twice },
		{ "switching on too late", switch_on_too_late },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(misuses) / sizeof(*misuses); i++) {
		int end = end_of_child(misuses[i].function);

		if (end != DIED)
			fail_msg("%s: ended with %d", misuses[i].name, end);
	}
}

/* Everything that a program may do: pending events, assigning anew, signals, once, common ones. */
static void behave(void)
{
	struct event *made;

	prepare();
	for (int i = 0; i < 3; i++) {
		event_assign(&event, base, -1, EV_PERSIST, note, "a");
		event_add(&event, &second);
		event_base_loop(base, EVLOOP_ONCE);
		event_del(&event);
	}
	event_debug_unassign(&event);
	event_assign(&event, base, -1, 0, note, "a");
	made = evsignal_new(base, SIGUSR1, note, "s");
	event_add(made, NULL);
	event_base_once(base, -1, EV_TIMEOUT, note, "o", &second);
	event_add(&event, event_base_init_common_timeout(base, &second));
	event_base_loop(base, EVLOOP_ONCE);
	if (event_base_check(base) || strcmp(journal.text, "aaaoa"))
		_exit(2);
	event_free(made);
	event_base_free(base);
	libevent_global_shutdown();
	event_enable_debug_mode(); /* after that it may be switched on again */
}

static void test_correct_programs_run(void **state)
{
	(void)state;
	assert_int_equal(end_of_child(behave), 0);
}

/* Without debug mode the functions for it do nothing. */
static void test_without_debug_mode(void **state)
{
	(void)state;
	base = loop_test_base("virtual", NULL, 0);
	event_assign(&event, base, -1, 0, note, "a");
	event_debug_unassign(&event);
	event_assign(&event, base, -1, 0, note, "a");
	assert_int_equal(event_add(&event, &second), 0);
	event_del(&event);
	event_base_free(base);
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(test_misuse),
	cmocka_unit_test(test_correct_programs_run),
	cmocka_unit_test(test_without_debug_mode),
};

int main(void)
{
	LOOP_TEST_RUN(tests);
}
