/*
 * virtual-library-test.c - a distribution's libevent and libuv, unmodified, in simulated time
 *
 * The test loads the libraries in the same way as a replay. The declarations below describe the
 * libraries' binary interfaces as far as the tests call them, so their headers are not needed. A
 * library that is not installed is skipped.
 */
#include "virtual-test.h"

#include <dlfcn.h>
#include <unistd.h>
#include <sys/socket.h>
#include <sys/time.h>

#include "bench/trace/random.h"

#define TIMERS 1000
#define SEED   1

/*
 * libuv counts in whole milliseconds. It is exact as long as the driver's turns are at whole
 * milliseconds.
 */
#define TURN (START + 333 * MS)

/* Hours of simulated time, so that the test would not end in real time. */
#define SPAN_MS 7200000

/* ------------------------------------------------------------------------------------- libevent */

typedef void (*libevent_callback)(int fd, short what, void *data);

enum { LIBEVENT_READ = 0x02, LIBEVENT_PERSIST = 0x10, LIBEVENT_PRECISE_TIMER = 0x20 };

static struct libevent {
	void *library;
	void *(*config_new)(void);
	void (*config_free)(void *config);
	int (*config_avoid_method)(void *config, const char *method);
	int (*config_set_flag)(void *config, int flag);
	void *(*base_new)(const void *config);
	void (*base_free)(void *base);
	const char *(*base_method)(const void *base);
	int (*dispatch)(void *base);
	int (*loopbreak)(void *base);
	void *(*event_new)(void *base, int fd, short what, libevent_callback callback, void *data);
	void (*event_free)(void *event);
	int (*add)(void *event, const struct timeval *timeout);
	int (*del)(void *event);
} libevent;

static void find(void *library, const char *name, void *function)
{
	void *found = dlsym(library, name);

	assert_non_null(found);
	memcpy(function, &found, sizeof(found));
}

static void *load(const char *name)
{
	void *library = dlopen(name, RTLD_NOW | RTLD_LOCAL);

	if (library)
		return library;
	skipped++;
	skip();
	return NULL;
}

static void load_libevent(void)
{
	void *library;

	if (libevent.library)
		return;
	library = load("libevent_core-2.1.so.7");
	find(library, "event_config_new", &libevent.config_new);
	find(library, "event_config_free", &libevent.config_free);
	find(library, "event_config_avoid_method", &libevent.config_avoid_method);
	find(library, "event_config_set_flag", &libevent.config_set_flag);
	find(library, "event_base_new_with_config", &libevent.base_new);
	find(library, "event_base_free", &libevent.base_free);
	find(library, "event_base_get_method", &libevent.base_method);
	find(library, "event_base_dispatch", &libevent.dispatch);
	find(library, "event_base_loopbreak", &libevent.loopbreak);
	find(library, "event_new", &libevent.event_new);
	find(library, "event_free", &libevent.event_free);
	find(library, "event_add", &libevent.add);
	find(library, "event_del", &libevent.del);
	libevent.library = library;
}

static void *new_base(const char *method, int flags)
{
	static const char *const methods[] = { "epoll", "poll", "select" };
	void *config = libevent.config_new();
	void *base;

	assert_non_null(config);
	for (size_t i = 0; i < sizeof(methods) / sizeof(*methods); i++)
		if (strcmp(methods[i], method))
			libevent.config_avoid_method(config, methods[i]);
	libevent.config_set_flag(config, flags);
	base = libevent.base_new(config);
	assert_non_null(base);
	libevent.config_free(config);
	assert_string_equal(libevent.base_method(base), method);
	return base;
}

struct timer {
	void *event;
	uint64_t due;
	unsigned int fired;
	unsigned int wrong;
};

static void on_timer(int fd, short what, void *data)
{
	struct timer *timer = data;

	(void)fd;
	(void)what;
	timer->fired++;
	timer->wrong += virtual_time_now() != timer->due;
}

static void on_driver(int fd, short what, void *data)
{
	(void)fd;
	assert_int_equal(what, LIBEVENT_READ);
	++*(unsigned int *)data;
}

/*
 * Timers at random multiples of `unit` ns must fire exactly at their times, in almost no real time.
 */
static void check_libevent(const char *method, int flags, uint64_t unit)
{
	static struct timer timers[TIMERS];
	uint64_t before = clock_ns(CLOCK_MONOTONIC);
	struct random random;
	void *base;

	load_libevent();
	random_seed(&random, SEED, 0);
	virtual_time_begin(START, NULL, NULL);
	base = new_base(method, flags);
	for (int i = 0; i < TIMERS; i++) {
		struct timer *timer = &timers[i];
		uint64_t delay = (1 + random_below(&random, SPAN_MS)) * MS;
		struct timeval tv;

		if (unit < MS)
			delay += random_below(&random, MS / unit) * unit;
		tv.tv_sec = (time_t)(delay / S);
		tv.tv_usec = (suseconds_t)(delay % S / 1000);
		*timer = (struct timer){ .due = START + delay };
		timer->event = libevent.event_new(base, -1, 0, on_timer, timer);
		assert_int_equal(libevent.add(timer->event, &tv), 0);
	}
	assert_int_equal(libevent.dispatch(base), 1);
	for (int i = 0; i < TIMERS; i++) {
		assert_int_equal(timers[i].fired, 1);
		assert_int_equal(timers[i].wrong, 0);
		libevent.event_free(timers[i].event);
	}
	libevent.base_free(base);
	assert_true(clock_ns(CLOCK_MONOTONIC) - before < SPAN_MS * MS / 2);
}

static void test_epoll_ms(void **state)
{
	(void)state;
	check_libevent("epoll", 0, MS);
}

static void test_epoll_us(void **state)
{
	(void)state;
	check_libevent("epoll", LIBEVENT_PRECISE_TIMER, 1000);
}

static void test_poll_ms(void **state)
{
	(void)state;
	check_libevent("poll", 0, MS);
}

static void test_select_us(void **state)
{
	(void)state;
	check_libevent("select", 0, 1000);
}

static void test_select_precise(void **state)
{
	(void)state;
	check_libevent("select", LIBEVENT_PRECISE_TIMER, 1000);
}

/* A driver that is ready in each wait, half of the wait after its start. */
struct half {
	unsigned int waits;
};

static bool half_wait(void *data, uint64_t timeout)
{
	struct half *half = data;

	half->waits++;
	virtual_time_set(virtual_time_now() + timeout / 2);
	return true;
}

static void on_last(int fd, short what, void *data)
{
	(void)fd;
	(void)what;
	libevent.loopbreak(data);
}

/* The driver must get a turn in each wait, like any event, and timers must stay exact. */
static void check_driver(const char *method, int flags)
{
	struct half half = { 0 };
	const struct virtual_time_hooks hooks = { .wait = half_wait, .data = &half };
	const struct timeval tv = { .tv_sec = 1 };
	unsigned int turns = 0;
	void *base, *driver, *timer;
	int fd;

	load_libevent();
	virtual_time_begin(START, &hooks, &fd);
	base = new_base(method, flags);
	driver = libevent.event_new(base, fd, LIBEVENT_READ | LIBEVENT_PERSIST, on_driver, &turns);
	timer = libevent.event_new(base, -1, 0, on_last, base);
	assert_int_equal(libevent.add(driver, NULL), 0);
	assert_int_equal(libevent.add(timer, &tv), 0);
	assert_int_equal(libevent.dispatch(base), 0);
	assert_true(half.waits > 9);
	assert_int_equal(turns, half.waits);
	assert_true(virtual_time_now() >= START + S);
	assert_true(virtual_time_now() < START + S + MS);
	/* After the driver's event is deleted and added again, it must be watched again. */
	assert_int_equal(libevent.del(driver), 0);
	assert_int_equal(libevent.add(driver, NULL), 0);
	assert_int_equal(libevent.add(timer, &tv), 0);
	assert_int_equal(libevent.dispatch(base), 0);
	assert_int_equal(turns, half.waits);
	libevent.event_free(driver);
	libevent.event_free(timer);
	libevent.base_free(base);
}

static void test_driver_epoll(void **state)
{
	(void)state;
	check_driver("epoll", 0);
}

static void test_driver_epoll_precise(void **state)
{
	(void)state;
	check_driver("epoll", LIBEVENT_PRECISE_TIMER);
}

static void test_driver_poll(void **state)
{
	(void)state;
	check_driver("poll", 0);
}

static void test_driver_select(void **state)
{
	(void)state;
	check_driver("select", 0);
}

static void on_socket(int fd, short what, void *data)
{
	char byte;

	(void)what;
	assert_int_equal(read(fd, &byte, 1), 1);
	++*(unsigned int *)data;
}

static void on_send(int fd, short what, void *data)
{
	(void)fd;
	(void)what;
	assert_int_equal(write(*(int *)data, "x", 1), 1);
}

/* A timer writes into a socket that the same loop reads. No time may pass in between. */
static void check_socket(const char *method)
{
	const struct timeval tv = { .tv_sec = 100 };
	void *base, *reader, *timer;
	unsigned int reads = 0;
	int pair[2];

	load_libevent();
	virtual_time_begin(START, NULL, NULL);
	base = new_base(method, 0);
	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, pair), 0);
	reader = libevent.event_new(base, pair[0], LIBEVENT_READ, on_socket, &reads);
	timer = libevent.event_new(base, -1, 0, on_send, &pair[1]);
	libevent.add(reader, NULL);
	libevent.add(timer, &tv);
	assert_int_equal(libevent.dispatch(base), 1);
	assert_int_equal(reads, 1);
	assert_int_equal(virtual_time_now(), START + 100 * S);
	libevent.event_free(reader);
	libevent.event_free(timer);
	libevent.base_free(base);
	close(pair[0]);
	close(pair[1]);
}

static void test_sockets(void **state)
{
	(void)state;
	check_socket("epoll");
	virtual_time_end();
	check_socket("poll");
	virtual_time_end();
	check_socket("select");
}

/* ---------------------------------------------------------------------------------------- libuv */

enum { UV_TIMER = 13, UV_POLL = 8, UV_READABLE = 1 };

static unsigned int uv_fired, uv_wrong;

static void on_uv_timer(void *handle)
{
	/* The user's pointer is the first member of a handle. */
	uint64_t due = *(uint64_t *)*(void **)handle;

	uv_fired++;
	uv_wrong += virtual_time_now() != due;
}

static int (*uv_poll_stop)(void *handle);

static void on_uv_poll(void *handle, int status, int events)
{
	assert_int_equal(status, 0);
	assert_int_equal(events, UV_READABLE);
	assert_int_equal(virtual_time_now(), TURN);
	uv_poll_stop(handle);
}

/* Does the same with libuv, which has its own descriptors in its set and waits with epoll_pwait. */
static void check_uv(bool poll_descriptors)
{
	void *library = load("libuv.so.1");
	size_t (*loop_size)(void), (*handle_size)(int type);
	int (*loop_init)(void *loop), (*timer_init)(void *loop, void *timer);
	int (*timer_start)(void *timer, void (*callback)(void *timer), uint64_t ms, uint64_t again);
	int (*poll_init)(void *loop, void *poll, int fd);
	int (*poll_start)(void *poll, int events, void (*callback)(void *, int, int));
	int (*run)(void *loop, int mode);
	void (*close_handle)(void *handle, void (*callback)(void *handle));
	int (*loop_close)(void *loop);
	static uint64_t due[TIMERS];
	static void *timers[TIMERS];
	struct driver driver;
	struct random random;
	void *loop, *poll;

	find(library, "uv_loop_size", &loop_size);
	find(library, "uv_handle_size", &handle_size);
	find(library, "uv_loop_init", &loop_init);
	find(library, "uv_timer_init", &timer_init);
	find(library, "uv_timer_start", &timer_start);
	find(library, "uv_poll_init", &poll_init);
	find(library, "uv_poll_start", &poll_start);
	find(library, "uv_poll_stop", &uv_poll_stop);
	find(library, "uv_run", &run);
	find(library, "uv_close", &close_handle);
	find(library, "uv_loop_close", &loop_close);
	random_seed(&random, SEED, 1);
	begin(&driver, TURN, poll_descriptors);
	uv_fired = uv_wrong = 0;
	loop = calloc(1, loop_size());
	poll = calloc(1, handle_size(UV_POLL));
	assert_int_equal(loop_init(loop), 0);
	assert_int_equal(poll_init(loop, poll, driver.fd), 0);
	assert_int_equal(poll_start(poll, UV_READABLE, on_uv_poll), 0);
	for (int i = 0; i < TIMERS; i++) {
		uint64_t delay = 1000 + random_below(&random, SPAN_MS);

		due[i] = START + delay * MS;
		timers[i] = calloc(1, handle_size(UV_TIMER));
		assert_int_equal(timer_init(loop, timers[i]), 0);
		*(void **)timers[i] = &due[i];
		assert_int_equal(timer_start(timers[i], on_uv_timer, delay, 0), 0);
	}
	assert_int_equal(run(loop, 0), 0);
	assert_int_equal(uv_fired, TIMERS);
	assert_int_equal(uv_wrong, 0);
	for (int i = 0; i < TIMERS; i++)
		close_handle(timers[i], NULL);
	close_handle(poll, NULL);
	assert_int_equal(run(loop, 0), 0);
	assert_int_equal(loop_close(loop), 0);
	for (int i = 0; i < TIMERS; i++)
		free(timers[i]);
	free(poll);
	free(loop);
	dlclose(library);
}

static void test_uv(void **state)
{
	(void)state;
	check_uv(false);
	virtual_time_end();
	check_uv(true);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		simulation_test(test_epoll_ms),
		simulation_test(test_epoll_us),
		simulation_test(test_poll_ms),
		simulation_test(test_select_us),
		simulation_test(test_select_precise),
		simulation_test(test_driver_epoll),
		simulation_test(test_driver_epoll_precise),
		simulation_test(test_driver_poll),
		simulation_test(test_driver_select),
		simulation_test(test_sockets),
		simulation_test(test_uv),
	};

	print_message("seed %d\n", SEED);
	RUN_TESTS(tests);
}
