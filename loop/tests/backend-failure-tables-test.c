/*
 * backend-failure-tables-test - each backend with threads, forks, limits and refused system calls
 */
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sys/epoll.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include <event2/thread.h>

#include "loop/tests/backend_waits.h"

/* -------------------------------------------------------------------------------------- threads */

static void *allocate_lock(unsigned type)
{
	(void)type;
	return &base.lock;
}

static void free_lock(void *lock, unsigned type)
{
	(void)lock, (void)type;
}

static int use_lock(unsigned mode, void *lock)
{
	(void)mode, (void)lock;
	return 0;
}

static unsigned long identity(void)
{
	return 1;
}

static void say_nothing(int severity, const char *message)
{
	(void)severity, (void)message;
}

static void *wait_in_thread(void *result)
{
	*(int *)result = try_to_wait(BACKEND_FOREVER);
	return NULL;
}

/* Makes all tables grow and move in one thread while another thread sleeps in `wait`. */
static void change_during_the_wait(void)
{
	enum { OTHERS = 90 };
	int watched[2], pairs[OTHERS][2], descriptors[OTHERS], result = -1;
	bool sleeps = false;
	pthread_t thread;

	make_pair(watched);
	for (int i = 0; i < OTHERS; i++)
		make_pair(pairs[i]);
	ask(pairs[0][0], EV_READ);
	ask(watched[0], EV_READ);
	assert_int_equal(pthread_create(&thread, NULL, wait_in_thread, &result), 0);
	while (!sleeps) {
		base_lock(&base);
		sleeps = base.waiting;
		base_unlock(&base);
	}
	ask(pairs[0][0], 0);
	for (int i = 0; i < OTHERS; i++)
		ask(pairs[i][0], EV_READ);
	for (int i = 0; i < OTHERS; i += 2)
		ask(pairs[i][0], 0);
	put_byte(watched[1]);
	assert_int_equal(pthread_join(thread, NULL), 0);
	assert_int_equal(result, 0);
	assert_int_equal(base.ready[watched[0]] & EV_READ, EV_READ);
	for (int i = 0; i < OTHERS; i++)
		put_byte(pairs[i][1]);
	for (int i = 0; i < OTHERS; i++)
		descriptors[i] = pairs[i][0];
	assert_int_equal(count_ready(descriptors, OTHERS, EV_READ), OTHERS / 2);
}

static void test_threads(void **state)
{
	const struct evthread_lock_callbacks locks = {
		.lock_api_version = EVTHREAD_LOCK_API_VERSION,
		.supported_locktypes = EVTHREAD_LOCKTYPE_RECURSIVE,
		.alloc = allocate_lock,
		.free = free_lock,
		.lock = use_lock,
		.unlock = use_lock,
	};

	event_set_log_callback(say_nothing); /* it would warn that locks are taken away */
	assert_int_equal(evthread_set_lock_callbacks(&locks), 0);
	evthread_set_id_callback(identity);
	assert_true(lock_available());
	/* A backend checks whether there are threads when it is made, so it is made again. */
	end(state);
	*state = (void *)(uintptr_t)backend;
	assert_int_equal(begin(state), 0);
	change_during_the_wait();
}

static int end_threads(void **state)
{
	evthread_set_lock_callbacks(NULL);
	evthread_set_id_callback(NULL);
	event_set_log_callback(NULL);
	return end(state);
}

/* --------------------------------------------------------------------------- forks and failures */

#define NOT_ALLOWED 77

/*
 * Runs the function in a child process. Returns its result, or 128 plus the number of the signal
 * that ended the child.
 */
static int in_child(int (*function)(int argument), int argument)
{
	pid_t child = fork();
	int status;

	assert_true(child >= 0);
	if (!child) {
		alarm(600);
		_exit(function(argument));
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

static int start_again_in_child(int pair[2])
{
	const short before = asked[pair[0]];

	backend->destroy(backend_state);
	backend_state = NULL;
	if (backend->create(&base, &backend_state))
		return 1;
	if (try_to_wait(0) || base.reports)
		return 2;
	if (ask_from(pair[0], 0, before) || try_to_wait(BACKEND_FOREVER))
		return 3;
	if (!(base.ready[pair[0]] & EV_READ))
		return 4;
	if (try_to_ask(pair[0], 0) || try_to_wait(0) || base.reports)
		return 5;
	backend->destroy(backend_state);
	return 0;
}

static int forked_pair[2];

static int child_of_fork(int unused)
{
	(void)unused;
	return start_again_in_child(forked_pair);
}

static void test_fork(void **state)
{
	(void)state;
	make_pair(forked_pair);
	ask(forked_pair[0], EV_READ);
	put_byte(forked_pair[1]);
	assert_int_equal(in_child(child_of_fork, 0), 0);

	/* The child must not have removed anything from the parent's set. */
	assert_int_equal(ready(forked_pair[0]), EV_READ);
	drain(forked_pair[0]);
	assert_int_equal(ready(forked_pair[0]), 0);
}

static void test_no_descriptors_left(void **state)
{
	const struct rlimit none = { 0, limit.rlim_max };
	void *another = NULL;
	int result;

	(void)state;
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &none), 0);
	result = backend->create(&base, &another);
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &limit), 0);
	if (result)
		assert_int_equal(result, -EMFILE);
	else
		backend->destroy(another);
}

static int allocations_left;

static void *allocate_sometimes(size_t size)
{
	return allocations_left-- > 0 ? malloc(size) : NULL;
}

static void *reallocate_sometimes(void *memory, size_t size)
{
	return allocations_left-- > 0 ? realloc(memory, size) : NULL;
}

/* A failed change must change nothing, and must succeed when it is tried again. */
static bool survives_without_memory(const int (*pairs)[2], int count)
{
	for (int i = 0; i < count; i++) {
		int fd = pairs[i][0], result;

		allocations_left = 0;
		while ((result = try_to_ask(fd, EV_WRITE))) {
			if (result != -ENOMEM || allocations_left < -8)
				return false;
			allocations_left = 1 - allocations_left;
		}
		allocations_left = 0;
		result = try_to_wait(0);
		if (result && result != -ENOMEM)
			return false;
	}
	return true;
}

static void test_no_memory(void **state)
{
	enum { COUNT = 100 };
	int pairs[COUNT][2], descriptors[COUNT], result = -ENOMEM;
	bool survived;

	(void)state;
	for (int i = 0; i < COUNT; i++)
		make_pair(pairs[i]);
	backend->destroy(backend_state);
	backend_state = NULL;
	event_set_mem_functions(allocate_sometimes, reallocate_sometimes, free);
	for (int budget = 0; result == -ENOMEM && budget < 100; budget++) {
		allocations_left = budget;
		result = backend->create(&base, &backend_state);
	}
	survived = !result && survives_without_memory((const int(*)[2])pairs, COUNT);
	event_set_mem_functions(NULL, NULL, NULL);
	assert_int_equal(result, 0);
	assert_true(survived);
	for (int i = 0; i < COUNT; i++)
		descriptors[i] = pairs[i][0];
	assert_int_equal(count_ready(descriptors, COUNT, EV_WRITE), COUNT);
}

/* Makes this system call fail with this error. Returns false if filters are not allowed. */
static bool refuse(long call, int error)
{
	struct sock_filter rules[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, (uint32_t)call, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | (uint32_t)error),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
	};
	const struct sock_fprog program = { sizeof(rules) / sizeof(*rules), rules };

	return !prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) &&
	       !prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program);
}

/* Behaves like a kernel before 5.11, or a filter that does not know the call. */
static int child_without_nanoseconds(int error)
{
	int pair[2];

	if (!refuse(SYS_epoll_pwait2, error))
		return NOT_ALLOWED;
	if (syscall(SYS_epoll_pwait2, -1, NULL, 0, NULL, NULL, 0) != -1 || errno != error)
		return 1;
	backend->destroy(backend_state); /* the parent's backend */
	if (backend->create(&base, &backend_state))
		return 8;
	if (socketpair(AF_UNIX, SOCK_STREAM, 0, pair) || try_to_ask(pair[0], EV_READ))
		return 2;
	if (!waits_are_never_early() || !waits_are_never_early())
		return 3;
	if (!only_a_signal_ends_the_wait())
		return 7;
	alarm(600); /* the earlier alarm used the same timer */
	if (write(pair[1], "x", 1) != 1 || try_to_wait(BACKEND_FOREVER) || !base.ready[pair[0]])
		return 4;
	if (try_to_wait(BACKEND_FOREVER - 1) || !base.ready[pair[0]])
		return 5;
	return try_to_wait(0) || !base.ready[pair[0]] ? 6 : 0;
}

static void test_without_nanoseconds(void **state)
{
	const int errors[] = { ENOSYS, EPERM };

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		int result = in_child(child_without_nanoseconds, errors[i]);

		if (result == NOT_ALLOWED)
			say_skipped("filters of system calls are not allowed here");
		assert_int_equal(result, 0);
	}
}

/*
 * A backend must return an error if its system calls are refused, so that the loop tries another
 * backend.
 */
static int child_refused(int error)
{
	const long calls[] = { SYS_epoll_create1, SYS_io_uring_setup };
	void *another = NULL;
	int result;

	for (size_t i = 0; i < sizeof(calls) / sizeof(*calls); i++) {
		if (!refuse(calls[i], error))
			return NOT_ALLOWED;
	}
	result = backend->create(&base, &another);
	if (!result)
		backend->destroy(another);
	return result && result != -error;
}

static void test_refused(void **state)
{
	const int errors[] = { ENOSYS, EPERM };

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		int result = in_child(child_refused, errors[i]);

		if (result == NOT_ALLOWED)
			say_skipped("filters of system calls are not allowed here");
		assert_int_equal(result, 0);
	}
}

static const struct backend_test tests[] = {
	{ cmocka_unit_test_setup_teardown(test_threads, begin, end_threads), 0, 0 },
	{ TEST(test_fork), 0, 0 },
	{ TEST(test_no_descriptors_left), 0, 0 },
	{ TEST(test_no_memory), 0, 0 },
	{ TEST(test_without_nanoseconds), 0, 0 },
	{ TEST(test_refused), 0, 0 },
};

int main(int count, char **arguments)
{
	(void)count;
	return run_backend_tests(tests, sizeof(tests) / sizeof(*tests), arguments + 1);
}
