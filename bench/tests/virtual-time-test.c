/* virtual-time-test.c - clocks, sleeps and empty waits in simulated time, and in real time */
#include "virtual-test.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/select.h>
#include <sys/time.h>
#include <sys/timerfd.h>
#include <sys/wait.h>
#include <unistd.h>

static uint64_t clock_of(clockid_t clock)
{
	struct timespec time;

	assert_int_equal(clock_gettime(clock, &time), 0);
	return ns(&time);
}

static void test_off(void **state)
{
	uint64_t before = clock_ns(CLOCK_MONOTONIC);
	struct timespec delay = timespec(2 * MS);
	struct timeval left = { .tv_usec = 2000 };

	(void)state;
	assert_true(clock_of(CLOCK_MONOTONIC) >= before);
	assert_int_equal(clock_gettime(999, &delay), -1);
	assert_int_equal(errno, EINVAL);
	assert_true(time(NULL) >= (time_t)(clock_ns(CLOCK_REALTIME) / S) - 1);
	assert_int_equal(nanosleep(&delay, NULL), 0);
	assert_int_equal(usleep(2000), 0);
	assert_int_equal(clock_nanosleep(CLOCK_MONOTONIC, 0, &delay, NULL), 0);
	assert_int_equal(poll(NULL, 0, 2), 0);
	assert_int_equal(ppoll(NULL, 0, &delay, NULL), 0);
	assert_int_equal(select(0, NULL, NULL, NULL, &left), 0);
	assert_int_equal(left.tv_sec + left.tv_usec, 0);
	assert_int_equal(pselect(0, NULL, NULL, NULL, &delay, NULL), 0);
	assert_true(clock_ns(CLOCK_MONOTONIC) - before >= 14 * MS);
	assert_int_equal(close(-1), -1);
	assert_int_equal(errno, EBADF);
}

/* Uses the same descriptors in the kernel, without a simulation. */
static void test_off_descriptors(void **state)
{
	struct itimerspec setting = { .it_value = { .tv_nsec = 2000000 } };
	struct epoll_event event = { .events = EPOLLIN, .data.u64 = 77 };
	struct timespec delay = timespec(MS);
	int timer = timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK);
	struct pollfd descriptor = { .fd = timer, .events = POLLIN };
	int set = epoll_create1(EPOLL_CLOEXEC);
	uint64_t count;
	fd_set in;

	(void)state;
	assert_int_equal(epoll_ctl(set, EPOLL_CTL_ADD, timer, &event), 0);
	assert_int_equal(epoll_pwait(set, &event, 1, 1, NULL), 0);
	assert_int_equal(epoll_pwait2(set, &event, 1, &delay, NULL), 0);
	assert_int_equal(timerfd_settime(timer, 0, &setting, NULL), 0);
	assert_int_equal(timerfd_gettime(timer, &setting), 0);
	assert_int_equal(epoll_wait(set, &event, 1, -1), 1);
	assert_int_equal(event.data.u64, 77);
	assert_int_equal(poll(&descriptor, 1, -1), 1);
	FD_ZERO(&in);
	FD_SET(timer, &in);
	assert_int_equal(select(timer + 1, &in, NULL, NULL, NULL), 1);
	assert_true(FD_ISSET(timer, &in));
	assert_int_equal(read(timer, &count, sizeof(count)), sizeof(count));
	assert_int_equal(count, 1);
	close(timer);
	close(set);
}

static void test_begin_and_end(void **state)
{
	int fd, other;

	(void)state;
	virtual_time_end();
	assert_int_equal(virtual_time_begin(5, NULL, &fd), 0);
	assert_true(fd >= 0);
	assert_int_equal(virtual_time_begin(5, NULL, &other), -EBUSY);
	assert_int_equal(virtual_time_now(), 5);
	other = dup(0);
	assert_int_not_equal(fd, other);
	close(other);
	virtual_time_end();
	assert_int_equal(close(fd), -1);
	assert_int_equal(virtual_time_begin(6, NULL, NULL), 0);
	assert_int_equal(virtual_time_now(), 6);
}

static void test_clocks(void **state)
{
	static const clockid_t same[] = { CLOCK_MONOTONIC, CLOCK_MONOTONIC_RAW,
					  CLOCK_MONOTONIC_COARSE, CLOCK_BOOTTIME };
	static const clockid_t wall[] = { CLOCK_REALTIME, CLOCK_REALTIME_COARSE };
	const uint64_t now = 3 * S + 123456789;
	const uint64_t epoch = VIRTUAL_TIME_EPOCH * S;
	struct timeval tv;
	time_t seconds;

	(void)state;
	virtual_time_begin(1, NULL, NULL);
	virtual_time_set(now);
	for (size_t i = 0; i < sizeof(same) / sizeof(*same); i++)
		assert_int_equal(clock_of(same[i]), now);
	for (size_t i = 0; i < sizeof(wall) / sizeof(*wall); i++)
		assert_int_equal(clock_of(wall[i]), epoch + now);
	assert_int_equal(gettimeofday(&tv, NULL), 0);
	assert_int_equal(tv.tv_sec, VIRTUAL_TIME_EPOCH + 3);
	assert_int_equal(tv.tv_usec, 123456);
	assert_int_equal(time(&seconds), VIRTUAL_TIME_EPOCH + 3);
	assert_int_equal(seconds, VIRTUAL_TIME_EPOCH + 3);
}

static void test_cpu_time_is_real(void **state)
{
	clockid_t process;
	uint64_t before;

	(void)state;
	virtual_time_begin(0, NULL, NULL);
	before = clock_ns(CLOCK_PROCESS_CPUTIME_ID);
	assert_int_equal(clock_getcpuclockid(0, &process), 0);
	assert_true(clock_of(CLOCK_PROCESS_CPUTIME_ID) >= before);
	assert_true(clock_of(CLOCK_THREAD_CPUTIME_ID) > 0);
	assert_true(clock_of(process) >= before);
}

static void test_sleeps(void **state)
{
	struct timespec delay = timespec(5 * MS), until = timespec(START + S);
	uint64_t now = START;

	(void)state;
	virtual_time_begin(now, NULL, NULL);
	assert_int_equal(nanosleep(&delay, NULL), 0);
	assert_int_equal(virtual_time_now(), now += 5 * MS);
	assert_int_equal(usleep(7), 0);
	assert_int_equal(virtual_time_now(), now += 7000);
	assert_int_equal(clock_nanosleep(CLOCK_MONOTONIC, 0, &delay, NULL), 0);
	assert_int_equal(virtual_time_now(), now += 5 * MS);
	assert_int_equal(clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &until, NULL), 0);
	assert_int_equal(virtual_time_now(), now = START + S);
	assert_int_equal(clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &delay, NULL), 0);
	assert_int_equal(virtual_time_now(), now);
	until.tv_sec += VIRTUAL_TIME_EPOCH + 1;
	assert_int_equal(clock_nanosleep(CLOCK_REALTIME, TIMER_ABSTIME, &until, NULL), 0);
	assert_int_equal(virtual_time_now(), now += S);
	assert_int_equal(sleep(3600), 0);
	assert_int_equal(virtual_time_now(), now += 3600 * S);
	delay.tv_nsec = 1000000000;
	assert_int_equal(clock_nanosleep(CLOCK_MONOTONIC, 0, &delay, NULL), EINVAL);
	assert_int_equal(nanosleep(&delay, NULL), -1);
	assert_int_equal(errno, EINVAL);
}

/* Without a hook every wait must last until its timeout. */
static void test_waits_run_out(void **state)
{
	struct timeval tv = { .tv_sec = 1, .tv_usec = 5 };
	struct timespec ts = timespec(77);
	struct epoll_event event;
	uint64_t now = START;
	int set;

	(void)state;
	virtual_time_begin(now, NULL, NULL);
	set = epoll_create1(0);
	assert_int_equal(epoll_wait(set, &event, 1, 100), 0);
	assert_int_equal(virtual_time_now(), now += 100 * MS);
	assert_int_equal(epoll_wait(set, &event, 1, 0), 0);
	assert_int_equal(virtual_time_now(), now);
	assert_int_equal(epoll_pwait(set, &event, 1, 3, NULL), 0);
	assert_int_equal(virtual_time_now(), now += 3 * MS);
	assert_int_equal(epoll_pwait2(set, &event, 1, &ts, NULL), 0);
	assert_int_equal(virtual_time_now(), now += 77);
	assert_int_equal(epoll_wait(set, &event, 0, 3), -1);
	assert_int_equal(errno, EINVAL);
	assert_int_equal(poll(NULL, 0, 2), 0);
	assert_int_equal(virtual_time_now(), now += 2 * MS);
	assert_int_equal(ppoll(NULL, 0, &ts, NULL), 0);
	assert_int_equal(virtual_time_now(), now += 77);
	assert_int_equal(select(0, NULL, NULL, NULL, &tv), 0);
	assert_int_equal(virtual_time_now(), now += S + 5000);
	assert_int_equal(tv.tv_sec + tv.tv_usec, 0);
	assert_int_equal(pselect(0, NULL, NULL, NULL, &ts, NULL), 0);
	assert_int_equal(virtual_time_now(), now += 77);
	close(set);
}

static int endless_epoll(int fd)
{
	struct epoll_event event = { .events = EPOLLIN };
	int set = epoll_create1(0);

	epoll_ctl(set, EPOLL_CTL_ADD, fd, &event);
	return epoll_wait(set, &event, 1, -1);
}

static int endless_poll(int fd)
{
	struct pollfd descriptor = { .fd = fd, .events = POLLIN };

	return poll(&descriptor, 1, -1);
}

static int endless_select(int fd)
{
	fd_set in;

	FD_ZERO(&in);
	FD_SET(fd, &in);
	return select(fd + 1, &in, NULL, NULL, NULL);
}

/* Polls until the clock advances, like a loop that spins. */
static int endless_spin(int fd)
{
	struct pollfd descriptor = { .fd = fd, .events = POLLIN };

	while (!poll(&descriptor, 1, 0))
		;
	return 0;
}

/*
 * Nothing can end these waits, so the program must print that and abort. The waits run in child
 * processes without core files.
 */
static void test_deadlocks(void **state)
{
	static int (*const waits[])(int fd) = { endless_epoll, endless_poll, endless_select,
						endless_spin };

	(void)state;
	for (size_t i = 0; i < sizeof(waits) / sizeof(*waits); i++) {
		struct driver driver;
		char text[512] = "";
		int ends[2], status;
		pid_t child;

		assert_int_equal(pipe(ends), 0);
		child = fork();
		if (!child) {
			signal(SIGABRT, SIG_DFL);
			setrlimit(RLIMIT_CORE, &(struct rlimit){ 0, 0 });
			dup2(ends[1], 2);
			begin(&driver, NEVER, true);
			waits[i](driver.fd);
			_exit(0);
		}
		close(ends[1]);
		assert_int_equal(waitpid(child, &status, 0), child);
		assert_true(read(ends[0], text, sizeof(text) - 1) > 0);
		close(ends[0]);
		assert_true(WIFSIGNALED(status));
		assert_int_equal(WTERMSIG(status), SIGABRT);
		assert_non_null(strstr(text, "virtual time: at 10.000000000 s"));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		simulation_test(test_off),
		simulation_test(test_off_descriptors),
		simulation_test(test_begin_and_end),
		simulation_test(test_clocks),
		simulation_test(test_cpu_time_is_real),
		simulation_test(test_sleeps),
		simulation_test(test_waits_run_out),
		simulation_test(test_deadlocks),
	};

	RUN_TESTS(tests);
}
