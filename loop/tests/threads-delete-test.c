/*
 * threads-delete-test - event_del in one thread while the loop's thread runs the event's callback
 *
 * The rule is libevent 2.1.12's: event_del first removes the event. If a callback of the event is
 * running, event_del then waits until the callback has returned. So after event_del has returned,
 * the callback does not run, and the loop does not call the event again. A program may then free
 * what the callback uses.
 *
 * The first tests run over all structures and backends. All tests run under the thread sanitizer. A
 * callback that must last until the deletion has begun waits until its event is not pending. No
 * test depends on speed: a slow machine may miss a fault, but no test fails without a fault.
 */
#include <event2/thread.h>

#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <time.h>
#include <unistd.h>

#include "loop/backend.h"
#include "loop/tests/loop_test.h"
#include "structures/timer.h"

#define ROUNDS 3 /* for each combination of deletion, kind of event, structure and backend */

static const struct timeval at_once = { 0, 100 };
static const struct timeval an_hour = { 3600, 0 };

static void sleep_us(long us)
{
	nanosleep(&(struct timespec){ 0, us * 1000 }, NULL);
}

/* A base whose loop runs in a thread, and an event that is being deleted. */
struct scene {
	struct event_base *base;
	pthread_t thread;
	struct event *event;
	const struct timeval *timeout;
	int pipe[2];
	atomic_bool running; /* the callback is running */
	atomic_int calls;
	atomic_bool may_go;   /* the callback that waits may return */
	atomic_bool stopping; /* the callback must not add or activate its event */
};

static void *run_loop(void *arg)
{
	event_base_loop(arg, EVLOOP_NO_EXIT_ON_EMPTY);
	return NULL;
}

static bool open_scene(struct scene *scene, const char *method, const char *structure)
{
	*scene = (struct scene){ .base = loop_test_base(method, structure, 0) };
	if (!scene->base)
		return false;
	assert_int_equal(pipe(scene->pipe), 0);
	assert_int_equal(write(scene->pipe[1], "x", 1), 1); /* always readable */
	assert_int_equal(pthread_create(&scene->thread, NULL, run_loop, scene->base), 0);
	return true;
}

static void close_scene(struct scene *scene)
{
	event_base_loopbreak(scene->base);
	pthread_join(scene->thread, NULL);
	loop_test_check(scene->base);
	assert_int_equal(event_base_get_num_events(scene->base, EVENT_BASE_COUNT_ADDED), 0);
	event_base_free(scene->base);
	close(scene->pipe[0]);
	close(scene->pipe[1]);
}

static void wait_for_a_call(struct scene *scene)
{
	while (!atomic_load(&scene->calls))
		sleep_us(50);
}

/* ------------------------------------------------------- events that come again and again */

static void call_briefly(evutil_socket_t fd, short what, void *arg)
{
	struct scene *scene = arg;

	(void)fd, (void)what;
	atomic_store(&scene->running, true);
	atomic_fetch_add(&scene->calls, 1);
	sleep_us(200);
	atomic_store(&scene->running, false);
}

/*
 * Adds its own event, so that the event is pending while its callback runs. A server's timer that
 * its callback re-arms behaves like this.
 */
static void call_and_add(evutil_socket_t fd, short what, void *arg)
{
	struct scene *scene = arg;

	if (!atomic_load(&scene->stopping))
		event_add(scene->event, scene->timeout);
	call_briefly(fd, what, arg);
}

static void call_and_activate(evutil_socket_t fd, short what, void *arg)
{
	struct scene *scene = arg;

	if (!atomic_load(&scene->stopping))
		event_active(scene->event, EV_TIMEOUT, 1);
	call_briefly(fd, what, arg);
}

enum source { FROM_TIMER, FROM_PIPE, FROM_SIGNAL, FROM_COMMON_TIMEOUT };

static const struct kind {
	const char *name;
	short events;
	enum source source;
	event_callback_fn callback;
} kinds[] = {
	{ "persistent reader", EV_READ | EV_PERSIST, FROM_PIPE, call_briefly },
	{ "reader that adds itself", EV_READ, FROM_PIPE, call_and_add },
	{ "persistent timer", EV_TIMEOUT | EV_PERSIST, FROM_TIMER, call_briefly },
	{ "timer that adds itself", EV_TIMEOUT, FROM_TIMER, call_and_add },
	{ "timer that activates itself", 0, FROM_TIMER, call_and_activate },
	{ "persistent common timeout", EV_PERSIST, FROM_COMMON_TIMEOUT, call_briefly },
	{ "common timeout that adds itself", 0, FROM_COMMON_TIMEOUT, call_and_add },
	{ "signal", EV_SIGNAL | EV_PERSIST, FROM_SIGNAL, call_briefly },
};

static void add_event(struct scene *scene, const struct kind *kind)
{
	evutil_socket_t fd = -1;

	if (kind->source == FROM_PIPE)
		fd = scene->pipe[0];
	else if (kind->source == FROM_SIGNAL)
		fd = SIGUSR1;
	scene->timeout = &at_once;
	if (kind->source == FROM_COMMON_TIMEOUT)
		scene->timeout = event_base_init_common_timeout(scene->base, &at_once);
	else if (kind->source != FROM_TIMER)
		scene->timeout = NULL;
	atomic_store(&scene->calls, 0);
	atomic_store(&scene->stopping, false);
	scene->event = event_new(scene->base, fd, kind->events, kind->callback, scene);
	assert_non_null(scene->event);
	assert_int_equal(event_add(scene->event, scene->timeout), 0);
	/*
	 * Activates the event as if the signal had come five times. The deletion must also prevent
	 * the calls that are left.
	 */
	if (kind->source == FROM_SIGNAL)
		event_active(scene->event, EV_SIGNAL, 5);
}

static int delete_and_free(struct event *event)
{
	event_free(event);
	return 0;
}

static const struct way {
	const char *name;
	int (*run)(struct event *event);
	bool frees;
} ways[] = {
	{ "event_del", event_del, false },
	{ "event_del_block", event_del_block, false },
	{ "event_free", delete_and_free, true },
};

static void delete_once(struct scene *scene, const struct kind *kind, const struct way *way)
{
	int calls;

	add_event(scene, kind);
	wait_for_a_call(scene);
	atomic_store(&scene->stopping, true);
	/*
	 * As in libevent, an event that its callback adds after the removal stays pending. So such
	 * an event is deleted twice.
	 */
	if (kind->callback != call_briefly)
		assert_int_equal(event_del(scene->event), 0);
	assert_int_equal(way->run(scene->event), 0);
	if (atomic_load(&scene->running))
		fail_msg("%s: the callback of a %s runs", way->name, kind->name);
	calls = atomic_load(&scene->calls);
	sleep_us(300);
	if (atomic_load(&scene->calls) != calls)
		fail_msg("%s: the callback of a %s is called again", way->name, kind->name);
	if (!way->frees)
		event_free(scene->event);
}

static void delete_all_kinds(struct scene *scene, int rounds)
{
	for (size_t i = 0; i < sizeof(kinds) / sizeof(*kinds); i++) {
		for (size_t j = 0; j < sizeof(ways) / sizeof(*ways); j++) {
			for (int round = 0; round < rounds; round++)
				delete_once(scene, &kinds[i], &ways[j]);
		}
	}
}

static void test_the_callback_does_not_run_after_deletion_on_every_backend(void **state)
{
	struct scene scene;

	(void)state;
	for (size_t i = 0; backends[i]; i++) {
		if (backends[i]->clock) /* simulated time does not support threads */
			continue;
		if (!open_scene(&scene, backends[i]->name, "quad-heap"))
			continue; /* the machine lacks it; the backends' tests report it */
		delete_all_kinds(&scene, ROUNDS);
		close_scene(&scene);
	}
}

static void test_the_callback_does_not_run_after_deletion_on_every_structure(void **state)
{
	struct scene scene;

	(void)state;
	for (size_t i = 0; timer_structures[i]; i++) {
		if (timer_structures[i]->create_over)
			continue;
		assert_true(open_scene(&scene, "poll", timer_structures[i]->name));
		delete_all_kinds(&scene, 1);
		close_scene(&scene);
	}
	assert_true(open_scene(&scene, "poll", "lazy:quad-heap"));
	delete_all_kinds(&scene, 1);
	close_scene(&scene);
}

/* ------------------------------------------------------------------ removed first, then awaited */

/* Returns when its event has been deleted. If `add` is set, then also adds the event again. */
static void call_until_deleted(struct scene *scene, bool add)
{
	atomic_fetch_add(&scene->calls, 1);
	while (event_pending(scene->event, EV_TIMEOUT, NULL))
		sleep_us(50);
	if (add)
		event_add(scene->event, &an_hour);
	atomic_store(&scene->running, false);
}

static void wait_for_deletion(evutil_socket_t fd, short what, void *arg)
{
	(void)fd, (void)what;
	call_until_deleted(arg, false);
}

static void wait_for_deletion_and_add(evutil_socket_t fd, short what, void *arg)
{
	(void)fd, (void)what;
	call_until_deleted(arg, true);
}

static void begin_long_call(struct scene *scene, short events, event_callback_fn callback)
{
	atomic_store(&scene->calls, 0);
	atomic_store(&scene->running, true);
	scene->event = event_new(scene->base, -1, events, callback, scene);
	assert_int_equal(event_add(scene->event, &an_hour), 0);
	event_active(scene->event, EV_READ, 1); /* not EV_TIMEOUT, so the timer stays pending */
	wait_for_a_call(scene);
}

/*
 * The callback waits for the removal. If event_del waited before the removal, it would never
 * return.
 */
static void test_the_event_is_removed_before_the_wait(void **state)
{
	struct scene scene;

	(void)state;
	assert_true(open_scene(&scene, "epoll", "quad-heap"));
	for (size_t i = 0; i < sizeof(ways) / sizeof(*ways); i++) {
		begin_long_call(&scene, EV_PERSIST, wait_for_deletion);
		assert_int_equal(ways[i].run(scene.event), 0);
		assert_false(atomic_load(&scene.running));
		if (!ways[i].frees)
			event_free(scene.event);
	}
	close_scene(&scene);
}

/*
 * As in libevent, an event that its callback adds after the removal stays pending. event_free still
 * deletes the event, because it frees the event's memory.
 */
static void test_a_callback_that_adds_its_event_after_the_removal(void **state)
{
	struct scene scene;

	(void)state;
	assert_true(open_scene(&scene, "epoll", "quad-heap"));
	begin_long_call(&scene, EV_PERSIST, wait_for_deletion_and_add);
	assert_int_equal(event_del(scene.event), 0);
	assert_false(atomic_load(&scene.running));
	assert_int_equal(event_pending(scene.event, EV_TIMEOUT, NULL), EV_TIMEOUT);
	event_free(scene.event);

	begin_long_call(&scene, EV_PERSIST, wait_for_deletion_and_add);
	event_free(scene.event);
	assert_false(atomic_load(&scene.running));
	close_scene(&scene);
}

/* ------------------------------------------------------------------- deletions that do not wait */

static void call_until_told(evutil_socket_t fd, short what, void *arg)
{
	struct scene *scene = arg;

	(void)fd, (void)what;
	atomic_fetch_add(&scene->calls, 1);
	while (!atomic_load(&scene->may_go))
		sleep_us(50);
	atomic_store(&scene->running, false);
}

static void never(evutil_socket_t fd, short what, void *arg)
{
	(void)fd, (void)what, (void)arg;
	fputs("a deleted event is called\n", stderr);
	abort(); /* not fail_msg, which only the test's own thread may call */
}

/*
 * Only this thread lets the callback return. If one of these deletions waited for the callback, it
 * would never return.
 */
static void test_deletions_that_do_not_wait(void **state)
{
	struct scene scene;
	struct event *other;

	(void)state;
	assert_true(open_scene(&scene, "epoll", "quad-heap"));
	event_base_priority_init(scene.base, 2);
	atomic_store(&scene.may_go, false);
	begin_long_call(&scene, EV_PERSIST | EV_FINALIZE, call_until_told);
	other = event_new(scene.base, -1, 0, never, NULL);
	event_priority_set(other, 1);
	event_active(other, EV_TIMEOUT, 1);
	assert_int_equal(event_del(other), 0); /* active, but not running */
	event_active(other, EV_TIMEOUT, 1);
	event_free(other);
	assert_int_equal(event_del_noblock(scene.event), 0);
	assert_int_equal(event_del(scene.event), 0); /* EV_FINALIZE: does not wait */
	assert_true(atomic_load(&scene.running));
	atomic_store(&scene.may_go, true);
	assert_int_equal(event_del_block(scene.event), 0);
	assert_false(atomic_load(&scene.running));
	event_free(scene.event);
	close_scene(&scene);
}

/*
 * The first call adds the event while event_free waits for that call. So the loop may begin a
 * second call before event_free continues. After event_free has returned, no call may run or begin.
 */
static void call_again_once_deleted(evutil_socket_t fd, short what, void *arg)
{
	const struct timeval now = { 0, 0 };
	struct scene *scene = arg;

	(void)fd, (void)what;
	atomic_store(&scene->running, true);
	if (atomic_fetch_add(&scene->calls, 1)) {
		sleep_us(2000);
	} else {
		while (event_pending(scene->event, EV_TIMEOUT, NULL))
			sleep_us(50);
		event_add(scene->event, &now);
	}
	atomic_store(&scene->running, false);
}

static void test_event_free_waits_for_every_call(void **state)
{
	struct scene scene;

	(void)state;
	assert_true(open_scene(&scene, "epoll", "quad-heap"));
	for (int i = 0; i < 20; i++) {
		begin_long_call(&scene, EV_PERSIST, call_again_once_deleted);
		event_free(scene.event);
		assert_false(atomic_load(&scene.running));
	}
	close_scene(&scene);
}

static struct event *begin_signal_call(struct scene *scene)
{
	atomic_store(&scene->calls, 0);
	atomic_store(&scene->may_go, false);
	atomic_store(&scene->running, true);
	scene->event =
		event_new(scene->base, SIGUSR1, EV_SIGNAL | EV_PERSIST, call_until_told, scene);
	assert_int_equal(event_add(scene->event, NULL), 0);
	event_base_active_by_signal(scene->base, SIGUSR1);
	wait_for_a_call(scene);
	return scene->event;
}

/*
 * event_base_active_by_signal must not wait. A wait would release the lock, and the callback might
 * then free its event. The caller need not keep the event, because the event is not an argument.
 */
static void test_activating_by_signal_does_not_wait(void **state)
{
	struct scene scene;
	struct event *event;

	(void)state;
	assert_true(open_scene(&scene, "epoll", "quad-heap"));
	event = begin_signal_call(&scene);
	event_base_active_by_signal(scene.base, SIGUSR1);
	assert_true(atomic_load(&scene.running));
	assert_int_equal(event_pending(event, EV_SIGNAL, NULL), EV_SIGNAL);
	atomic_store(&scene.may_go, true);
	while (atomic_load(&scene.calls) < 2)
		sleep_us(50);
	event_free(event);
	close_scene(&scene);
}

static void finalized(struct event *event, void *arg)
{
	struct scene *scene = arg;

	(void)event;
	atomic_store(&scene->calls, atomic_load(&scene->running) ? -2 : -1);
}

static void test_a_finalizer_comes_after_the_callback(void **state)
{
	struct scene scene;

	(void)state;
	assert_true(open_scene(&scene, "epoll", "quad-heap"));
	atomic_store(&scene.may_go, false);
	begin_long_call(&scene, EV_PERSIST | EV_FINALIZE, call_until_told);
	assert_int_equal(event_free_finalize(0, scene.event, finalized), 0);
	assert_int_equal(event_del_block(scene.event), 0); /* being finalized: does not wait */
	atomic_store(&scene.may_go, true);
	while (atomic_load(&scene.calls) >= 0)
		sleep_us(50);
	assert_int_equal(atomic_load(&scene.calls), -1);
	close_scene(&scene);
}

/*
 * Finalizing must not wait, because a wait would release the lock while the signal's event is only
 * half finalized.
 */
static void test_finalizing_a_signals_event_does_not_wait(void **state)
{
	struct scene scene;
	struct event *event;

	(void)state;
	assert_true(open_scene(&scene, "epoll", "quad-heap"));
	event = begin_signal_call(&scene);
	assert_int_equal(event_free_finalize(0, event, finalized), 0);
	assert_true(atomic_load(&scene.running));
	atomic_store(&scene.may_go, true);
	while (atomic_load(&scene.calls) >= 0)
		sleep_us(50);
	assert_int_equal(atomic_load(&scene.calls), -1);
	close_scene(&scene);
}

static void test_once_from_another_thread(void **state)
{
	struct scene scene;

	(void)state;
	assert_true(open_scene(&scene, "epoll", "quad-heap"));
	for (int i = 1; i <= 20; i++) {
		event_base_once(scene.base, -1, EV_TIMEOUT, call_briefly, &scene,
				i % 2 ? NULL : &at_once);
		while (atomic_load(&scene.calls) < i || atomic_load(&scene.running))
			sleep_us(50);
	}
	sleep_us(500);
	assert_int_equal(atomic_load(&scene.calls), 20);
	close_scene(&scene);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_the_callback_does_not_run_after_deletion_on_every_backend),
		cmocka_unit_test(test_the_callback_does_not_run_after_deletion_on_every_structure),
		cmocka_unit_test(test_the_event_is_removed_before_the_wait),
		cmocka_unit_test(test_a_callback_that_adds_its_event_after_the_removal),
		cmocka_unit_test(test_deletions_that_do_not_wait),
		cmocka_unit_test(test_event_free_waits_for_every_call),
		cmocka_unit_test(test_activating_by_signal_does_not_wait),
		cmocka_unit_test(test_finalizing_a_signals_event_does_not_wait),
		cmocka_unit_test(test_a_finalizer_comes_after_the_callback),
		cmocka_unit_test(test_once_from_another_thread),
	};

	alarm(300); /* ends a deletion that waits for ever */
	evthread_enable_lock_debugging();
	assert_int_equal(evthread_use_pthreads(), 0);
	LOOP_TEST_RUN(tests);
}
