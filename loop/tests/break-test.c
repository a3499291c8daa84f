/*
 * break-test - event_base_loopbreak between the wait and the callbacks loses no event
 *
 * As in libevent, the loop calls at least the first active callback before it tests for the break.
 * Active events that were not called stay active for the next event_base_loop.
 */
#include <signal.h>

#include <event2/watch.h>

#include "loop/tests/loop_test.h"

static int calls;

static void count(evutil_socket_t fd, short what, void *arg)
{
	(void)fd, (void)what, (void)arg;
	calls++;
}

static void count_finalizer(struct event *event, void *arg)
{
	(void)event, (void)arg;
	calls++;
}

static void activate(struct event *event)
{
	event_active(event, EV_READ, 1);
}

static void activate_signal(struct event *event)
{
	event_active(event, EV_SIGNAL, 1);
}

static void finalize(struct event *event)
{
	event_finalize(0, event, count_finalizer);
}

static const struct kind {
	const char *name;
	evutil_socket_t fd;
	short events;
	void (*activate)(struct event *event);
} kinds[] = {
	{ "timer", -1, 0, activate },
	{ "persistent timer", -1, EV_PERSIST, activate },
	{ "reader", 0, EV_READ, activate },
	{ "signal", SIGUSR1, EV_SIGNAL, activate_signal },
	{ "persistent signal", SIGUSR1, EV_SIGNAL | EV_PERSIST, activate_signal },
	{ "finalizer", -1, 0, finalize },
};

#define KINDS ((int)(sizeof(kinds) / sizeof(*kinds)))

struct scene {
	struct event_base *base;
	struct event *events[KINDS];
	int first, count; /* the range of kinds that become active */
};

/* Called once, between the wait and the callbacks. */
static void activate_and_break(struct evwatch *watch, const struct evwatch_check_cb_info *info,
			       void *arg)
{
	struct scene *scene = arg;

	(void)info;
	for (int i = scene->first; i < scene->first + scene->count; i++)
		kinds[i].activate(scene->events[i]);
	event_base_loopbreak(scene->base);
	evwatch_free(watch);
}

static void open_scene(struct scene *scene, int first, int count_of_kinds)
{
	*scene = (struct scene){
		.base = loop_test_base("virtual", NULL, 0),
		.first = first,
		.count = count_of_kinds,
	};
	calls = 0;
	assert_non_null(scene->base);
	for (int i = 0; i < KINDS; i++)
		scene->events[i] =
			event_new(scene->base, kinds[i].fd, kinds[i].events, count, NULL);
	assert_non_null(evwatch_check_new(scene->base, activate_and_break, scene));
	event_base_loop(scene->base, EVLOOP_NONBLOCK | EVLOOP_NO_EXIT_ON_EMPTY);
	assert_true(event_base_got_break(scene->base));
	loop_test_check(scene->base);
}

static void close_scene(struct scene *scene)
{
	for (int i = 0; i < KINDS; i++)
		event_free(scene->events[i]);
	event_base_free(scene->base);
}

static void test_one_of_each_kind(void **state)
{
	struct scene scene;

	(void)state;
	for (int i = 0; i < KINDS; i++) {
		open_scene(&scene, i, 1);
		event_base_loop(scene.base, EVLOOP_NONBLOCK);
		if (calls != 1)
			fail_msg("a %s is called %d times", kinds[i].name, calls);
		close_scene(&scene);
	}
}

static void test_all_of_them(void **state)
{
	struct scene scene;

	(void)state;
	open_scene(&scene, 0, KINDS);
	assert_int_equal(calls, 1);
	event_base_loop(scene.base, EVLOOP_NONBLOCK);
	assert_int_equal(calls, KINDS);
	close_scene(&scene);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_one_of_each_kind),
		cmocka_unit_test(test_all_of_them),
	};

	LOOP_TEST_RUN(tests);
}
