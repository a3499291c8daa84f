/*
 * at-hand-test - timers that callbacks add, move and delete on the loop's short path
 *
 * A loop without a lock registers its base in loop/at_hand.h ("at hand") while it runs. A callback
 * of that loop then adds, moves and deletes timers of the base on a shorter code path. The result
 * must be the same as on the usual path. Time is simulated.
 */
#include "loop/at_hand.h" /* first, because event_struct.h needs timer.h before it */

#include <event2/thread.h>

#include "loop/tests/journal.h"

#define TIMERS 3

static struct event_base *base;
static struct event timers[TIMERS], actor;
static void (*act)(void);

static void note_when(evutil_socket_t fd, short what, void *arg)
{
	char entry[32];
	uint64_t ns = 0;

	(void)fd, (void)what;
	event_base_virtual_now(base, &ns);
	snprintf(entry, sizeof(entry), "%s@%llu ", (const char *)arg,
		 (unsigned long long)(ns / MILLISECOND));
	write_down(entry);
}

static void add(int number, int ms)
{
	const struct timeval timeout = { ms / 1000, ms % 1000 * 1000 };

	assert_int_equal(event_add(&timers[number], &timeout), 0);
}

static void add_new(void)
{
	add(1, 7);
}

static void move_later(void)
{
	add(0, 300);
}

static void move_earlier(void)
{
	add(0, 5);
}

static void move_often(void)
{
	for (int i = 0; i < 10; i++)
		add(0, 100 * i + 20);
	add(0, 30);
}

static void delete (void)
{
	event_del(&timers[0]);
	assert_int_equal(event_pending(&timers[0], EV_TIMEOUT, NULL), 0);
	event_del(&timers[0]);
}

static void delete_and_add(void)
{
	event_del(&timers[0]);
	add(0, 40);
}

static void move_what_is_active(void)
{
	event_active(&timers[0], EV_TIMEOUT, 1);
	add(0, 50);
}

static void add_oddly(void)
{
	event_add(&timers[0], &(struct timeval){ 0, 2500000 });
	event_add(&timers[1], &(struct timeval){ -1, 0 });
	event_add(&timers[2], NULL);
}

static void add_to_a_queue(void)
{
	const struct timeval sixty = { 0, 60000 };

	event_add(&timers[0], event_base_init_common_timeout(base, &sixty));
	event_add(&timers[1], event_base_init_common_timeout(base, &sixty));
	add(1, 70);
}

static void finalizer(struct event *event, void *arg)
{
	(void)event;
	note_when(-1, 0, arg);
}

/* An event that is being finalized, or was finalized, refuses a timeout. */
static void finalize(void)
{
	event_finalize(0, &timers[0], finalizer);
	assert_int_equal(event_add(&timers[0], &(struct timeval){ 1, 0 }), -1);
	event_del(&timers[0]);
}

static void act_in_callback(evutil_socket_t fd, short what, void *arg)
{
	(void)fd, (void)what, (void)arg;
	event_base_virtual_advance(base, MILLISECOND);
	act();
	loop_test_check(base);
}

/* The actor is called at 10 ms, and its callback takes 1 ms. Timer 0 has the deadline 100 ms. */
static const struct {
	void (*act)(void);
	const char *journal;
} acts[] = {
	{ add_new, "b@18 a@100 " },
	{ move_later, "a@311 " },
	{ move_earlier, "a@16 " },
	{ move_often, "a@41 " },
	{ delete, "" },
	{ delete_and_add, "a@51 " },
	{ move_what_is_active, "a@61 " },
	{ add_oddly, "b@11 a@2511 " },
	{ add_to_a_queue, "a@71 b@81 " },
	{ finalize, "a@11 " },
};

static void try_all(int flags)
{
	static char letters[][2] = { "a", "b", "c" };

	for (size_t i = 0; i < sizeof(acts) / sizeof(*acts); i++) {
		const struct timeval ten = { 0, 10000 };

		base = virtual_base(flags);
		act = acts[i].act;
		for (int j = 0; j < TIMERS; j++)
			event_assign(&timers[j], base, -1, 0, note_when, letters[j]);
		event_assign(&actor, base, -1, 0, act_in_callback, NULL);
		add(0, 100);
		event_add(&actor, &ten);
		assert_int_equal(event_base_dispatch(base), 1);
		assert_journal(acts[i].journal);
		end_base(base);
	}
}

static void test_what_callbacks_do(void **state)
{
	(void)state;
	try_all(0);
	try_all(EVENT_BASE_FLAG_TIMER_REINSERT);
}

/* The base has a lock, so the loop takes the usual path. */
static void test_the_same_with_a_lock(void **state)
{
	(void)state;
	assert_int_equal(evthread_use_pthreads(), 0);
	try_all(0);
	try_all(EVENT_BASE_FLAG_TIMER_REINSERT);
	evthread_set_lock_callbacks(NULL);
	evthread_set_condition_callbacks(NULL);
	evthread_set_id_callback(NULL);
}

static bool is_at_hand(const struct event *event)
{
	struct event_base *found;

	return event_base_at_hand(event, &found);
}

/* Runs the loop of another base in a callback. */
static void run_another(evutil_socket_t fd, short what, void *arg)
{
	struct event_base *inner = virtual_base(0);

	(void)fd, (void)what, (void)arg;
	event_assign(&timers[1], inner, -1, 0, note_when, "b");
	assert_true(is_at_hand(&timers[0]));
	event_base_loop(inner, EVLOOP_NONBLOCK);
	assert_true(is_at_hand(&timers[0]));
	assert_false(is_at_hand(&timers[1]));
	end_base(inner);
}

/* A base is at hand only while its loop runs. After that, the program may free the base. */
static void test_the_base_at_hand(void **state)
{
	(void)state;
	base = virtual_base(0);
	event_assign(&timers[0], base, -1, 0, run_another, NULL);
	assert_false(is_at_hand(&timers[0]));
	add(0, 1);
	assert_int_equal(event_base_dispatch(base), 1);
	assert_false(is_at_hand(&timers[0]));
	end_base(base);
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test_setup(test_the_base_at_hand, journal_start),
	cmocka_unit_test_setup(test_what_callbacks_do, journal_start),
	cmocka_unit_test_setup(test_the_same_with_a_lock, journal_start),
};

int main(void)
{
	LOOP_TEST_RUN(tests);
}
