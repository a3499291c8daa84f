/*
 * deleted-descriptor-test - no backend keeps anything of a descriptor whose event is deleted
 *
 * The kernel must release the file when the program closes the descriptor, and the loop must not
 * wake up for the file.
 */
#include <poll.h>
#include <stdbool.h>
#include <unistd.h>

#include <event2/watch.h>

#include "loop/backend.h"
#include "loop/tests/loop_test.h"

static const struct backend *backend;

/*
 * A loop that waits for a pipe's reading end and has a timer. The tests delete the event of the
 * reading end after the loop has waited for it.
 */
struct scene {
	struct event_base *base;
	struct event *reader, *timer;
	int ends[2];
	int calls; /* calls of either event */
	int waits;
};

static void count_call(evutil_socket_t fd, short what, void *arg)
{
	(void)fd, (void)what;
	++*(int *)arg;
}

static void count_wait(struct evwatch *watch, const struct evwatch_check_cb_info *info, void *arg)
{
	(void)watch, (void)info;
	++*(int *)arg;
}

static void open_scene(struct scene *scene)
{
	*scene = (struct scene){ .base = loop_test_base(backend->name, NULL, 0) };
	if (!scene->base)
		LOOP_TEST_SKIP("%s: this machine lacks the backend\n", backend->name);
	assert_int_equal(pipe(scene->ends), 0);
	scene->reader = event_new(scene->base, scene->ends[0], EV_READ | EV_PERSIST, count_call,
				  &scene->calls);
	scene->timer = event_new(scene->base, -1, 0, count_call, &scene->calls);
	assert_int_equal(event_add(scene->reader, NULL), 0);
	event_base_loop(scene->base, EVLOOP_NONBLOCK);
	assert_int_equal(event_del(scene->reader), 0);
}

static void close_scene(struct scene *scene)
{
	loop_test_check(scene->base);
	event_free(scene->reader);
	event_free(scene->timer);
	event_base_free(scene->base);
	close(scene->ends[1]);
}

/* Runs the loop until the timer is called. */
static void wait_once(struct scene *scene)
{
	struct timeval soon = loop_test_timeval(MILLISECOND);

	assert_int_equal(event_add(scene->timer, &soon), 0);
	event_base_loop(scene->base, EVLOOP_ONCE);
}

/*
 * Returns whether the kernel has closed the reading end. The function does not write to the pipe,
 * because a write would wake a request that still waits for the pipe.
 */
static bool has_no_reader(const struct scene *scene)
{
	struct pollfd writer = { .fd = scene->ends[1], .events = POLLOUT };

	assert_int_equal(poll(&writer, 1, 0), 1);
	return writer.revents & POLLERR;
}

/*
 * A file that the kernel waits for stays open, even if the program closes the descriptor. So the
 * kernel must stop waiting for the file when the event is deleted.
 */
static void test_the_kernel_lets_go(void **state)
{
	struct scene scene;
	int tries = 0;

	(void)state;
	open_scene(&scene);
	wait_once(&scene);
	assert_false(has_no_reader(&scene));
	close(scene.ends[0]);
	while (!has_no_reader(&scene)) {
		if (++tries > 100)
			fail_msg("%s: the kernel still keeps the closed end open", backend->name);
		wait_once(&scene);
	}
	close_scene(&scene);
}

/* The loop must sleep once, until the timer expires. */
static void test_the_loop_sleeps_on(void **state)
{
	struct scene scene;

	(void)state;
	open_scene(&scene);
	assert_non_null(evwatch_check_new(scene.base, count_wait, &scene.waits));
	wait_once(&scene);
	assert_int_equal(scene.calls, 1);
	assert_int_equal(scene.waits, 1);
	close(scene.ends[0]);
	close_scene(&scene);
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(test_the_kernel_lets_go),
	cmocka_unit_test(test_the_loop_sleeps_on),
};

int main(void)
{
	const int count = (int)(sizeof(tests) / sizeof(*tests));
	int failed = 0, run = 0;

	for (size_t i = 0; backends[i]; i++) {
		backend = backends[i];
		failed += cmocka_run_group_tests_name(backend->name, tests, NULL, NULL);
		run += count;
	}
	printf("%d passed, %d failed, %u skipped\n", run - failed - (int)loop_test_skipped, failed,
	       loop_test_skipped);
	return failed ? 1 : 0;
}
