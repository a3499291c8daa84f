/*
 * debug-test - debug mode ends the process with a message on misuse, and lets correct programs run
 *
 * Debug mode can be enabled only once, before all other calls, so every case has its own process.
 */
#include "loop/base.h" /* first, because it declares the loop's own events */

#include "loop/debug.h"
#include "loop/tests/child.h"
#include "loop/tests/journal.h"

#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>

#include <event2/event_struct.h>

#define DIED (128 + SIGABRT) /* how log_fatal ends the process */

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

/* Sets the event's base, because most functions refuse an event without a base in any mode. */
static void prepare_unassigned(void)
{
	prepare();
	memset(&event, 0, sizeof(event));
	event.ev_base = base;
}

static void add_unassigned(void)
{
	prepare_unassigned();
	event_add(&event, &second);
}

static void delete_unassigned(void)
{
	prepare_unassigned();
	event_del(&event);
}

static void delete_unassigned_and_wait(void)
{
	prepare_unassigned();
	event_del_block(&event);
}

static void delete_unassigned_without_waiting(void)
{
	prepare_unassigned();
	event_del_noblock(&event);
}

static void take_timeout_of_unassigned(void)
{
	prepare_unassigned();
	event_remove_timer(&event);
}

static void activate_unassigned(void)
{
	prepare_unassigned();
	event_active(&event, EV_READ, 1);
}

static void set_priority_of_unassigned(void)
{
	prepare_unassigned();
	event_priority_set(&event, 0);
}

/* Makes the event look as if it had been assigned. */
static void set_base_of_unassigned(void)
{
	prepare_unassigned();
	event.ev_evcallback.evcb_flags = EVLIST_INIT;
	event_base_set(base, &event);
}

static void finalize_nothing(struct event *finalized, void *arg)
{
	(void)finalized, (void)arg;
}

static void finalize_unassigned(void)
{
	prepare_unassigned();
	event_finalize(0, &event, finalize_nothing);
}

static void free_and_finalize_unassigned(void)
{
	prepare_unassigned();
	event_free_finalize(0, &event, finalize_nothing);
}

static void ask_unassigned(void)
{
	prepare_unassigned();
	event_pending(&event, EV_TIMEOUT, NULL);
}

static void get_fd_of_unassigned(void)
{
	prepare_unassigned();
	event_get_fd(&event);
}

static void get_base_of_unassigned(void)
{
	prepare_unassigned();
	event_get_base(&event);
}

static void get_events_of_unassigned(void)
{
	prepare_unassigned();
	event_get_events(&event);
}

static void get_callback_of_unassigned(void)
{
	prepare_unassigned();
	event_get_callback(&event);
}

static void get_callback_arg_of_unassigned(void)
{
	prepare_unassigned();
	event_get_callback_arg(&event);
}

static void get_priority_of_unassigned(void)
{
	prepare_unassigned();
	event_get_priority(&event);
}

static void get_assignment_of_unassigned(void)
{
	prepare_unassigned();
	event_get_assignment(&event, NULL, NULL, NULL, NULL, NULL);
}

static void assign_pending(void)
{
	prepare();
	event_assign(&event, base, -1, 0, note, "a");
	event_add(&event, &second);
	event_assign(&event, base, -1, 0, note, "a");
}

/* Clears a pending event, so that debug mode cannot rely on the event's own flags. */
static void assign_what_was_cleared_while_pending(void)
{
	prepare();
	event_assign(&event, base, -1, 0, note, "a");
	event_add(&event, &second);
	memset(&event, 0, sizeof(event));
	event_assign(&event, base, -1, 0, note, "a");
}

static void assign_what_would_block(void)
{
	int ends[2], blocking;

	prepare();
	if (pipe(ends))
		_exit(99);
	blocking = fcntl(ends[0], F_DUPFD, 100);
	event_assign(&event, base, blocking, EV_READ, note, "a");
}

static void assign_active(void)
{
	prepare();
	event_assign(&event, base, -1, 0, note, "a");
	event_active(&event, EV_READ, 1);
	event_assign(&event, base, -1, 0, note, "a");
}

static void assign_what_waits_for_a_descriptor(void)
{
	int ends[2];

	prepare();
	if (pipe2(ends, O_NONBLOCK))
		_exit(99);
	event_assign(&event, base, ends[0], EV_READ, note, "a");
	event_add(&event, NULL);
	event_assign(&event, base, -1, 0, note, "a");
}

static void assign_what_waits_in_a_common_queue(void)
{
	prepare();
	event_assign(&event, base, -1, 0, note, "a");
	event_add(&event, event_base_init_common_timeout(base, &second));
	event_assign(&event, base, -1, 0, note, "a");
}

static void assign_what_waits_for_a_signal(void)
{
	prepare();
	evsignal_assign(&event, base, SIGUSR1, note, "a");
	event_add(&event, NULL);
	event_assign(&event, base, -1, 0, note, "a");
}

static void assign_again(evutil_socket_t fd, short what, void *arg)
{
	(void)fd, (void)what;
	event_assign(arg, base, -1, 0, note, "a");
}

/* Assigns a persistent event in its own callback, while the event is pending. */
static void assign_what_is_being_called(void)
{
	prepare();
	event_assign(&event, base, -1, EV_PERSIST, assign_again, &event);
	event_add(&event, &second);
	event_base_loop(base, EVLOOP_ONCE);
}

static void unassign_active(void)
{
	prepare();
	event_assign(&event, base, -1, 0, note, "a");
	event_active(&event, EV_READ, 1);
	event_debug_unassign(&event);
}

static void free_again(void)
{
	struct event *freed;

	prepare();
	event_assign(&event, base, -1, 0, note, "a");
	event_debug_unassign(&event);
	freed = &event; /* static memory, because the sanitizer would report freed memory first */
	event_free(freed);
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
	/* Debug mode knows events by their address, and this address was never assigned. */
	memcpy(&event, copy, sizeof(event));
	event_add(&event, &second);
}

/* Does not free the memory, so that a test can use it later. */
static void keep(void *memory)
{
	(void)memory;
}

static void add_what_was_freed(void)
{
	struct event *freed;

	prepare();
	event_set_mem_functions(NULL, NULL, keep);
	freed = event_new(base, -1, 0, note, "a");
	event_free(freed);
	event_add(freed, &second);
}

static struct event *once;

static void remember(evutil_socket_t fd, short what, void *arg)
{
	(void)fd, (void)what, (void)arg;
	once = event_base_get_running_event(base);
}

static void add_what_was_once(void)
{
	prepare();
	event_set_mem_functions(NULL, NULL, keep);
	event_base_once(base, -1, EV_TIMEOUT, remember, NULL, &second);
	event_base_dispatch(base);
	if (!once)
		_exit(99);
	event_add(once, &second);
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

static void switch_on_after_assigning(void)
{
	event_assign(&event, NULL, -1, 0, note, "a");
	event_enable_debug_mode();
}

static void keep_event(struct timer *timer, void *kept)
{
	*(struct event **)kept = event_of_timer(timer);
}

/*
 * Uses the representative of a common timeout after its base was freed. It is an event of the loop.
 */
static void use_event_of_a_freed_base(void)
{
	struct event *representative = NULL;

	prepare();
	event_assign(&event, base, -1, 0, note, "a");
	if (event_add(&event, event_base_init_common_timeout(base, &second)))
		_exit(99);
	base->timers.structure->for_each(base->timers.set, keep_event, &representative);
	if (!representative || representative == &event)
		_exit(98);
	debug_check_assigned_(representative, "known");
	event_base_free(base);
	base = NULL;
	debug_check_assigned_(representative, "unknown");
}

static void test_misuse(void **state)
{
	static const struct {
		const char *name;
		void (*function)(void);
	} misuses[] = {
		{ "adding what was never assigned", add_unassigned },
		{ "deleting what was never assigned", delete_unassigned },
		{ "deleting and waiting for it", delete_unassigned_and_wait },
		{ "deleting and not waiting for it", delete_unassigned_without_waiting },
		{ "taking its timeout away", take_timeout_of_unassigned },
		{ "activating what was never assigned", activate_unassigned },
		{ "setting its priority", set_priority_of_unassigned },
		{ "setting its base", set_base_of_unassigned },
		{ "finalizing what was never assigned", finalize_unassigned },
		{ "finalizing and freeing it", free_and_finalize_unassigned },
		{ "freeing what was unassigned", free_again },
		{ "asking what was never assigned", ask_unassigned },
		{ "using the event of a freed base", use_event_of_a_freed_base },
		{ "asking for its descriptor", get_fd_of_unassigned },
		{ "asking for its base", get_base_of_unassigned },
		{ "asking for its events", get_events_of_unassigned },
		{ "asking for its callback", get_callback_of_unassigned },
		{ "asking for its argument", get_callback_arg_of_unassigned },
		{ "asking for its priority", get_priority_of_unassigned },
		{ "asking for its assignment", get_assignment_of_unassigned },
		{ "assigning what was cleared while pending",
		  assign_what_was_cleared_while_pending },
		{ "assigning a descriptor that blocks", assign_what_would_block },
		{ "assigning with a descriptor", assign_what_waits_for_a_descriptor },
		{ "assigning in a common queue", assign_what_waits_in_a_common_queue },
		{ "assigning with a signal", assign_what_waits_for_a_signal },
		{ "assigning while called", assign_what_is_being_called },
		{ "unassigning what is active", unassign_active },
		{ "assigning what is pending", assign_pending },
		{ "assigning what is active", assign_active },
		{ "unassigning what is pending", unassign_pending },
		{ "adding what was unassigned", add_after_unassigning },
		{ "adding a copy of what was freed", use_after_free },
		{ "adding what was freed", add_what_was_freed },
		{ "adding what was event_base_once's", add_what_was_once },
		{ "switching on twice", switch_on_twice },
		{ "switching on too late", switch_on_too_late },
		{ "switching on after assigning", switch_on_after_assigning },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(misuses) / sizeof(*misuses); i++) {
		int end = end_of_child(misuses[i].function);

		if (end != DIED)
			fail_msg("%s: ended with %d", misuses[i].name, end);
	}
}

static void (*misuse)(void);
static const char *expected[2];

static void told(int error)
{
	bool is_told = error == (int)0xdeaddead && journal.severity == EVENT_LOG_ERR;

	for (int i = 0; i < 2; i++)
		is_told = is_told && strstr(journal.message, expected[i]);
	_exit(is_told ? 42 : 43);
}

static void misuse_and_tell(void)
{
	event_set_log_callback(journal_log);
	event_set_fatal_callback(told);
	misuse();
}

/* Checks that the message contains the function's name and the event's address. */
static void test_what_is_told(void **state)
{
	static const struct {
		void (*misuse)(void);
		const char *function;
		bool has_event;
	} told_of[] = {
		{ add_unassigned, "event_add", true },
		{ delete_unassigned, "event_del", true },
		{ delete_unassigned_and_wait, "event_del_block", true },
		{ ask_unassigned, "event_pending", true },
		{ assign_pending, "event_assign", true },
		{ assign_what_would_block, "event_assign: descriptor 100 lacks O_NONBLOCK", false },
		{ unassign_pending, "event_debug_unassign", true },
		{ switch_on_twice, "event_enable_debug_mode: called twice", false },
		{ switch_on_too_late, "event_enable_debug_mode: called after", false },
	};
	char address[32];

	(void)state;
	snprintf(address, sizeof(address), "%p", (void *)&event);
	for (size_t i = 0; i < sizeof(told_of) / sizeof(*told_of); i++) {
		misuse = told_of[i].misuse;
		expected[0] = told_of[i].function;
		expected[1] = told_of[i].has_event ? address : "";
		if (end_of_child(misuse_and_tell) != 42)
			fail_msg("%s: another end, or another message", told_of[i].function);
	}
}

/* Correct use: pending events, assigning again, signals, event_base_once, common timeouts. */
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
	event_add(&event, &second);
	event_del(&event);
	memset(&event, 0xff, sizeof(event)); /* the event is not pending, whatever its bytes say */
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
	event_enable_debug_mode(); /* allowed after the shutdown */
}

static void test_correct_programs_run(void **state)
{
	(void)state;
	assert_int_equal(end_of_child(behave), 0);
}

/*
 * Frees events and lets the base use their memory for new events. Debug mode must forget the freed
 * events.
 */
static void use_memory_again(void)
{
	struct event *events[64];

	prepare();
	for (int round = 0; round < 3; round++) {
		for (int i = 0; i < 64; i++) {
			events[i] = event_new(base, -1, 0, note, "n");
			event_add(events[i], i % 2 ? &second : NULL);
		}
		for (int i = 0; i < 64; i++)
			event_free(events[i]); /* half of them are pending */
		for (int i = 0; i < 64; i++)
			event_base_once(base, -1, EV_TIMEOUT, note, i ? "" : "o", &second);
		event_base_dispatch(base);
	}
	if (event_base_check(base) || strcmp(journal.text, "ooo"))
		_exit(2);
	event_base_free(base);
	libevent_global_shutdown();
}

/* Frees the base of a pending event and moves the event to another base. */
static void move_to_another_base(void)
{
	prepare();
	event_assign(&event, base, -1, 0, note, "a");
	event_add(&event, &second);
	event_base_free(base);
	base = loop_test_base("virtual", NULL, 0);
	if (event_base_set(base, &event) || event_priority_set(&event, 0) ||
	    event_add(&event, &second) || event_pending(&event, EV_TIMEOUT, NULL) != EV_TIMEOUT)
		_exit(2);
	event_base_dispatch(base);
	if (strcmp(journal.text, "a"))
		_exit(3);
	event_base_free(base);
}

static void finalized(struct event *ended, void *arg)
{
	(void)arg;
	write_down("f");
	event_debug_unassign(ended);
}

static void release(struct event *ended, void *arg)
{
	(void)ended, (void)arg;
	write_down("r");
}

static void finalize_properly(void)
{
	struct event *own;

	prepare();
	event_assign(&event, base, -1, 0, note, "a");
	event_add(&event, &second);
	event_finalize(0, &event, finalized);
	own = event_new(base, -1, 0, note, "a");
	event_add(own, &second);
	event_free_finalize(0, own, release);
	event_base_dispatch(base);
	if (strcmp(journal.text, "fr"))
		_exit(2);
	event_assign(&event, base, -1, 0, note, "a");
	event_base_free(base);
	libevent_global_shutdown();
}

static void assign_itself(evutil_socket_t fd, short what, void *arg)
{
	note(fd, what, "x");
	event_assign(arg, base, -1, 0, note, "y");
	event_add(arg, &second);
}

/* Assigns an event in its own callback. The event does not persist, so it is not pending then. */
static void assign_while_called(void)
{
	prepare();
	event_assign(&event, base, -1, 0, assign_itself, &event);
	event_add(&event, &second);
	event_base_dispatch(base);
	if (strcmp(journal.text, "xy") || event_base_check(base))
		_exit(2);
	event_base_free(base);
}

static void ignore(evutil_socket_t fd, short what, void *arg)
{
	(void)fd, (void)what, (void)arg;
}

/*
 * Adds a level-triggered and an edge-triggered event for one descriptor. Like libevent, the loop
 * refuses this only in debug mode.
 */
static void mix_edge_and_level(void)
{
	struct event level, edge;
	int pair[2];

	event_enable_debug_mode();
	base = event_base_new();
	if (!base || evutil_socketpair(AF_UNIX, SOCK_STREAM, 0, pair))
		_exit(99);
	evutil_make_socket_nonblocking(pair[0]);
	event_assign(&level, base, pair[0], EV_READ, ignore, NULL);
	event_assign(&edge, base, pair[0], EV_READ | EV_ET, ignore, NULL);
	if (event_add(&level, NULL) || !event_add(&edge, NULL) || event_base_check(base) ||
	    event_pending(&edge, EV_READ, NULL))
		_exit(2);
	event_del(&level);
	if (event_add(&edge, NULL) || !event_add(&level, NULL) || event_base_check(base))
		_exit(3);
	event_base_free(base);
	_exit(0);
}

/* Adds an event for a signal whose number is also that of a blocking descriptor. */
static void wait_for_a_signal_with_a_descriptors_number(void)
{
	int ends[2];

	prepare();
	if (pipe(ends) || dup2(ends[0], SIGUSR1) < 0)
		_exit(99);
	evsignal_assign(&event, base, SIGUSR1, note, "a");
	if (event_add(&event, NULL))
		_exit(2);
	event_base_free(base);
}

static void test_more_correct_programs_run(void **state)
{
	(void)state;
	assert_int_equal(end_of_child(use_memory_again), 0);
	assert_int_equal(end_of_child(move_to_another_base), 0);
	assert_int_equal(end_of_child(finalize_properly), 0);
	assert_int_equal(end_of_child(assign_while_called), 0);
	assert_int_equal(end_of_child(wait_for_a_signal_with_a_descriptors_number), 0);
	assert_int_equal(end_of_child(mix_edge_and_level), 0);
}

/* Without debug mode its functions must do nothing. */
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
	cmocka_unit_test(test_what_is_told),
	cmocka_unit_test(test_correct_programs_run),
	cmocka_unit_test(test_more_correct_programs_run),
	cmocka_unit_test(test_without_debug_mode),
};

int main(void)
{
	LOOP_TEST_RUN(tests);
}
