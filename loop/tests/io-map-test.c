/*
 * io-map-test - which events of a descriptor are called, and with which bits, over every backend
 *
 * Some tests use a descriptor at each number at which a table grows: as the only descriptor of its
 * base, or together with the others.
 */
#include "loop/io_map.h" /* first, because of IO_MAP_LIMIT */

#include <fcntl.h>
#include <limits.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include "loop/tests/over_backends.h"

static const struct backend *backend;
static struct event_base *base;
static int pair[2];

struct seen {
	struct event event;
	int calls;
	short what;
	evutil_socket_t fd;
};

static void see(evutil_socket_t fd, short what, void *arg)
{
	struct seen *seen = arg;

	seen->calls++;
	seen->what |= what;
	seen->fd = fd;
}

static int begin(void **state)
{
	(void)state;
	base = loop_test_base(backend->name, NULL, 0);
	return socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, pair);
}

static int end(void **state)
{
	(void)state;
	if (base)
		event_base_free(base);
	close(pair[0]);
	close(pair[1]);
	return 0;
}

static void need_backend(void)
{
	if (!base)
		LOOP_TEST_SKIP("%s: this machine lacks the backend\n", backend->name);
}

static void turn(void)
{
	event_base_loop(base, EVLOOP_NONBLOCK | EVLOOP_ONCE);
	loop_test_check(base);
}

static void add(struct seen *seen, int fd, short events)
{
	seen->calls = seen->what = 0;
	event_assign(&seen->event, base, fd, events, see, seen);
	assert_int_equal(event_add(&seen->event, NULL), 0);
	loop_test_check(base);
}

/* ----------------------------------------------------------------------------- readiness */

static void make_ready(bool readable, bool writable)
{
	static const char bytes[4096];

	if (readable)
		assert_int_equal(write(pair[1], "x", 1), 1);
	while (!writable && write(pair[0], bytes, sizeof(bytes)) > 0)
		;
	while (!writable && write(pair[0], bytes, 1) > 0)
		;
}

/*
 * Returns the bits with which an event must be called. EV_ET is added if the descriptor is
 * edge-triggered.
 */
static short expected(short asked, bool edges, bool readable, bool writable)
{
	short what = (short)((readable ? asked & EV_READ : 0) | (writable ? asked & EV_WRITE : 0));

	return what && edges ? what | EV_ET : what;
}

static void try_two(short one, short other, bool readable, bool writable)
{
	bool edges = (backend->features & EV_FEATURE_ET) && (one & EV_ET) && (other & EV_ET);
	const short asked[] = { one, other };
	struct seen seen[2];

	begin(NULL);
	make_ready(readable, writable);
	for (int i = 0; i < 2; i++)
		add(&seen[i], pair[0], asked[i] | EV_PERSIST);
	turn();
	for (int i = 0; i < 2; i++) {
		short told = expected(asked[i], edges, readable, writable);

		if (seen[i].what != told || seen[i].calls != !!told)
			fail_msg("%s: asked for %#x beside %#x, readable %d, writable %d: %d calls "
				 "with %#x, not %#x",
				 backend->name, asked[i], asked[!i], readable, writable,
				 seen[i].calls, seen[i].what, told);
		event_del(&seen[i].event);
	}
	end(NULL);
}

/* An event must not be called for bits that only another event of its descriptor requests. */
static void test_two_events_on_a_descriptor(void **state)
{
	static const short asked[] = {
		EV_READ,	 EV_WRITE,	   EV_READ | EV_WRITE,
		EV_READ | EV_ET, EV_WRITE | EV_ET, EV_READ | EV_WRITE | EV_ET
	};

	(void)state;
	need_backend();
	end(NULL);
	for (int one = 0; one < 6; one++) {
		for (int other = 0; other < 6; other++) {
			for (int ready = 0; ready < 4; ready++)
				try_two(asked[one], asked[other], ready & 1, ready & 2);
		}
	}
	begin(NULL);
}

/* ----------------------------------------------------------------------------------- turns */

static struct seen *first_one;

static void see_first(evutil_socket_t fd, short what, void *arg)
{
	see(fd, what, arg);
	if (!first_one)
		first_one = arg;
}

/*
 * If several descriptors are always ready, each must be reported first equally often. The test
 * applies only to backends that choose the order. For the others the kernel chooses it.
 */
static void test_turns(void **state)
{
	enum { COUNT = 3, ROUNDS = 4 };
	struct seen seen[COUNT];
	int firsts[COUNT] = { 0 }, copies[COUNT];

	(void)state;
	need_backend();
	make_ready(true, true);
	for (int i = 0; i < COUNT; i++) {
		copies[i] = dup(pair[0]);
		event_assign(&seen[i].event, base, copies[i], EV_READ | EV_PERSIST, see_first,
			     &seen[i]);
		event_add(&seen[i].event, NULL);
	}
	for (int round = 0; round < ROUNDS * COUNT; round++) {
		first_one = NULL;
		turn();
		assert_non_null(first_one);
		firsts[first_one - seen]++;
	}
	for (int i = 0; i < COUNT; i++) {
		assert_int_equal(firsts[i], ROUNDS);
		event_del(&seen[i].event);
		close(copies[i]);
	}
}

/* --------------------------------------------------------------------------- large numbers */

/* Uses this descriptor as the first and only descriptor of a new base. */
static void try_alone(int fd)
{
	struct seen seen;

	assert_int_equal(dup2(pair[0], fd), fd);
	base = loop_test_base(backend->name, NULL, 0);
	add(&seen, fd, EV_READ);
	turn();
	assert_int_equal(seen.calls, 0);
	assert_int_equal(write(pair[1], "x", 1), 1);
	turn();
	assert_int_equal(seen.calls, 1);
	assert_int_equal(seen.fd, fd);
	add(&seen, fd, EV_WRITE | EV_PERSIST);
	turn();
	assert_int_equal(seen.calls, 1);
	event_del(&seen.event);
	turn();
	assert_int_equal(seen.calls, 1);
	event_base_free(base);
	base = NULL;
	assert_int_equal(read(pair[0], &(char){ 0 }, 1), 1);
	close(fd);
}

static int highest(void)
{
	struct rlimit limit;

	getrlimit(RLIMIT_NOFILE, &limit);
	return limit.rlim_cur < 5000 ? (int)limit.rlim_cur : 5000;
}

/* Uses descriptor 0, which a program may get if it has closed its standard input. */
static void try_0(void)
{
	int input = fcntl(0, F_DUPFD_CLOEXEC, 3);

	try_alone(0);
	if (input >= 0) {
		assert_int_equal(dup2(input, 0), 0);
		close(input);
	}
}

static void test_descriptors_at_boundaries(void **state)
{
	(void)state;
	need_backend();
	event_base_free(base);
	try_0();
	for (int power = 32; power < highest() - 1; power *= 2) {
		for (int fd = power - 1; fd <= power + 1; fd++)
			try_alone(fd);
	}
}

/* Numbers that no descriptor can have must be refused before a table grows for them. */
static void test_numbers_that_are_too_large(void **state)
{
	static const int numbers[] = { INT_MAX, INT_MAX / 2 + 1, INT_MAX / 2, IO_MAP_LIMIT };
	static struct seen seen;

	(void)state;
	need_backend();
	for (size_t i = 0; i < sizeof(numbers) / sizeof(*numbers); i++) {
		event_assign(&seen.event, base, numbers[i], EV_READ, see, &seen);
		assert_int_equal(event_add(&seen.event, NULL), -1);
		assert_int_equal(event_pending(&seen.event, EV_READ, NULL), 0);
		loop_test_check(base);
	}
}

/* Uses all of these descriptors in one base, added in rising and in falling order. */
static void test_descriptors_at_boundaries_together(void **state)
{
	enum { MOST = 30 };
	static struct seen seen[MOST];
	int descriptors[MOST], count = 0;

	(void)state;
	need_backend();
	for (int power = 32; power < highest() - 1 && count < MOST; power *= 2) {
		for (int fd = power - 1; fd <= power + 1; fd++)
			assert_int_equal(dup2(pair[0], descriptors[count++] = fd), fd);
	}
	assert_int_equal(write(pair[1], "x", 1), 1);
	for (int backwards = 0; backwards < 2; backwards++) {
		for (int i = 0; i < count; i++) {
			int at = backwards ? count - 1 - i : i, called = 0;

			add(&seen[at], descriptors[at], EV_READ | EV_PERSIST);
			turn();
			for (int j = 0; j < count; j++)
				called += seen[j].calls;
			assert_int_equal(called, i + 1);
			for (int j = 0; j < count; j++)
				seen[j].calls = 0;
		}
		for (int i = 0; i < count; i++) {
			event_del(&seen[i].event);
			loop_test_check(base);
		}
	}
	for (int i = 0; i < count; i++)
		close(descriptors[i]);
}

/* ------------------------------------------------------------------------------- by descriptor */

/* event_base_active_by_fd calls the descriptor's events that request one of the bits. */
static void test_active_by_descriptor(void **state)
{
	static const struct timeval an_hour = { 3600, 0 };
	struct seen reader, writer, other;

	(void)state;
	need_backend();
	add(&reader, pair[0], EV_READ | EV_PERSIST);
	add(&writer, pair[0], EV_WRITE | EV_PERSIST);
	make_ready(false, false);
	add(&other, pair[1], EV_WRITE | EV_PERSIST);
	event_add(&writer.event, &an_hour);
	event_base_active_by_fd(base, pair[0], EV_READ);
	event_base_active_by_fd(base, pair[1] + 1, EV_READ | EV_TIMEOUT);
	event_base_active_by_fd(base, -1, EV_READ | EV_TIMEOUT);
	event_base_active_by_fd(base, 1 << 20, EV_READ | EV_TIMEOUT);
	assert_int_equal(event_pending(&reader.event, EV_READ | EV_WRITE, NULL), EV_READ);
	event_del(&other.event);
	turn();
	assert_int_equal(reader.calls, 1);
	assert_int_equal(reader.what, EV_READ);
	assert_int_equal(writer.calls, 0);
	event_base_active_by_fd(base, pair[0], EV_TIMEOUT); /* only the writer has a timeout */
	turn();
	assert_int_equal(reader.calls, 1);
	assert_int_equal(writer.calls, 1);
	assert_int_equal(writer.what, EV_TIMEOUT);
	event_del(&reader.event);
	event_del(&writer.event);
}

static const struct test_need own_order = { .lacks = EV_FEATURE_O1, .real_time = true };

static const struct CMUnitTest tests[] = {
	cmocka_unit_test_setup_teardown(test_two_events_on_a_descriptor, begin, end),
	TEST_WITH_NEED_AND(test_turns, begin, end, &own_order),
	cmocka_unit_test_setup_teardown(test_descriptors_at_boundaries, begin, end),
	cmocka_unit_test_setup_teardown(test_numbers_that_are_too_large, begin, end),
	cmocka_unit_test_setup_teardown(test_descriptors_at_boundaries_together, begin, end),
	cmocka_unit_test_setup_teardown(test_active_by_descriptor, begin, end),
};

int main(void)
{
	struct backends_run sum = { 0 };
	struct rlimit limit;

	alarm(600); /* ends a test that hangs */
	getrlimit(RLIMIT_NOFILE, &limit);
	limit.rlim_cur = limit.rlim_max < 8192 ? limit.rlim_max : 8192;
	setrlimit(RLIMIT_NOFILE, &limit);
	for (size_t i = 0; backends[i]; i++) {
		backend = backends[i];
		run_where_they_apply(&sum, backend, false, tests, sizeof(tests) / sizeof(*tests));
	}
	return end_backends_run(&sum);
}
