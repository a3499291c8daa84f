/*
 * backend-ready-tables-test - when backends report a descriptor, and one that was closed unnoticed
 */
#include "loop/tests/backend_table.h"

/* ------------------------------------------------------------------------------------ readiness */

static void test_sockets(void **state)
{
	int pair[2];

	(void)state;
	make_pair(pair);
	ask(pair[0], EV_READ);
	assert_int_equal(ready(pair[0]), 0);
	put_byte(pair[1]);
	assert_int_equal(ready(pair[0]), EV_READ);
	assert_int_equal(ready(pair[0]), EV_READ); /* level-triggered: reported until it is read */
	ask(pair[0], BOTH);
	assert_int_equal(ready(pair[0]), BOTH);
	drain(pair[0]);
	assert_int_equal(ready(pair[0]), EV_WRITE);
	ask(pair[0], EV_READ);
	assert_int_equal(ready(pair[0]), 0);
	put_byte(pair[1]);
	ask(pair[0], 0);
	wait_for(0);
	assert_int_equal(base.reports, 0);
	ask(pair[0], EV_READ);
	assert_int_equal(ready(pair[0]), EV_READ);
	assert_int_equal(base.reports, 1);
}

static void test_pipes(void **state)
{
	int ends[2];

	(void)state;
	make_pipe(ends);
	ask(ends[0], EV_READ);
	ask(ends[1], EV_WRITE);
	assert_int_equal(ready(ends[0]), 0);
	assert_int_equal(ready(ends[1]), EV_WRITE);
	fill(ends[1]);
	assert_int_equal(ready(ends[0]), EV_READ);
	assert_int_equal(ready(ends[1]), 0);
	drain(ends[0]);
	assert_int_equal(ready(ends[0]), 0);
	assert_int_equal(ready(ends[1]), EV_WRITE);
}

/* A ready descriptor must end a wait without a limit, and waits with the longest limits. */
static void test_ready_ends_the_wait(void **state)
{
	int pair[2];

	(void)state;
	make_pair(pair);
	ask(pair[0], EV_READ);
	put_byte(pair[1]);
	wait_for(BACKEND_FOREVER);
	assert_int_equal(base.ready[pair[0]] & EV_READ, EV_READ);
	wait_for(BACKEND_FOREVER - 1);
	assert_int_equal(base.ready[pair[0]] & EV_READ, EV_READ);
	wait_for((uint64_t)INT64_MAX + 1);
	assert_int_equal(base.ready[pair[0]] & EV_READ, EV_READ);
}

static void test_hang_up(void **state)
{
	int reader[2], writer[2], pair[2];

	(void)state;
	make_pipe(reader);
	make_pipe(writer);
	make_pair(pair);
	ask(reader[0], EV_READ);
	ask(writer[1], EV_WRITE);
	ask(pair[0], BOTH);
	fill(writer[1]);
	fill(pair[0]);
	assert_int_equal(ready(pair[0]), 0);
	assert_int_equal(ready(writer[1]), 0);
	lose(reader[1]);
	assert_int_equal(ready(reader[0]), EV_READ);
	lose(writer[0]);
	assert_int_equal(ready(writer[1]), EV_WRITE);
	lose(pair[1]); /* unread data makes the close an error */
	assert_int_equal(ready(pair[0]), BOTH);
}

static void test_edges(void **state)
{
	int pair[2];

	(void)state;
	make_pair(pair);
	ask(pair[0], EV_READ | EV_ET);
	assert_int_equal(ready(pair[0]), 0);
	put_byte(pair[1]);
	assert_int_equal(ready(pair[0]), EV_READ);
	assert_int_equal(ready(pair[0]), 0);
	put_byte(pair[1]);
	assert_int_equal(ready(pair[0]), EV_READ);
	assert_int_equal(ready(pair[0]), 0);
	drain(pair[0]);
	put_byte(pair[1]);
	assert_int_equal(ready(pair[0]), EV_READ);
	ask(pair[0], 0);
	ask(pair[0], EV_READ);
	assert_int_equal(ready(pair[0]), EV_READ);
	assert_int_equal(ready(pair[0]), EV_READ);
}

static void test_closed_by_the_peer(void **state)
{
	int pair[2], other[2], ends[2];

	(void)state;
	make_pair(pair);
	make_pair(other);
	make_pipe(ends);
	ask(pair[0], EV_CLOSED);
	ask(other[0], EV_READ | EV_CLOSED);
	put_byte(pair[1]);
	put_byte(other[1]);
	assert_int_equal(ready(pair[0]), 0); /* readable, but not closed */
	assert_int_equal(ready(other[0]), EV_READ);
	shutdown(pair[1], SHUT_WR);
	lose(other[1]);
	assert_int_equal(ready(pair[0]), EV_CLOSED);
	assert_int_equal(ready(other[0]), EV_READ | EV_CLOSED);
	ask(pair[0], BOTH);
	assert_int_equal(ready(pair[0]), BOTH);

	/*
	 * A pipe's writing end shows a closed reading end only by an error, which cannot be masked.
	 */
	ask(pair[0], 0);
	ask(other[0], 0);
	ask(ends[1], EV_CLOSED);
	assert_int_equal(ready(ends[1]), 0);
	lose(ends[0]);
	assert_int_equal(ready(ends[1]), EV_CLOSED);
}

/*
 * A backend that cannot report EV_CLOSED refuses a request for EV_CLOSED without other bits. It
 * never refuses a request for fewer bits than before.
 */
static void test_closed_is_refused(void **state)
{
	int pair[2];

	(void)state;
	make_pair(pair);
	assert_int_equal(try_to_ask(pair[0], EV_CLOSED), -EINVAL);
	ask(pair[0], EV_READ | EV_CLOSED);
	put_byte(pair[1]);
	assert_int_equal(ready(pair[0]), EV_READ);
	ask(pair[0], EV_CLOSED);
	wait_for(0);
	assert_int_equal(base.reports, 0);
	ask(pair[0], EV_READ | EV_CLOSED);
	assert_int_equal(ready(pair[0]), EV_READ);
	ask(pair[0], EV_CLOSED);
	ask(pair[0], 0);
}

/*
 * With a few descriptors, one wait must report all of them, and each must sometimes be reported
 * first.
 */
static void test_turns(void **state)
{
	int pairs[3][2];
	bool has_been_first[3] = { false };

	(void)state;
	for (int i = 0; i < 3; i++) {
		make_pair(pairs[i]);
		ask(pairs[i][0], EV_WRITE);
	}
	for (int turn = 0; turn < 3; turn++) {
		wait_for(BACKEND_FOREVER);
		assert_int_equal(base.reports, 3);
		for (int i = 0; i < 3; i++)
			has_been_first[i] |= base.order[0] == pairs[i][0];
	}
	assert_true(has_been_first[0] && has_been_first[1] && has_been_first[2]);
}

static void test_plain_file(void **state)
{
	int fd = keep(open("/proc/self/exe", O_RDONLY | O_CLOEXEC));
	int result = try_to_ask(fd, EV_READ);

	(void)state;
	if (can(EV_FEATURE_FDS) || !result) {
		assert_int_equal(result, 0);
		assert_int_equal(ready(fd), EV_READ);
		ask(fd, 0);
	} else {
		assert_int_equal(result, -EPERM);
	}
	wait_for(0);
	assert_int_equal(base.reports, 0);
}

/* --------------------------------------------------------- descriptors closed and opened anew */

/*
 * The backend refuses a closed descriptor, or reports it as ready, so that its user sees the error.
 */
static void test_closed_is_added(void **state)
{
	int pair[2], result;

	(void)state;
	make_pair(pair);
	lose(pair[0]);
	result = try_to_ask(pair[0], BOTH);
	if (result)
		assert_int_equal(result, -EBADF);
	else
		assert_int_equal(ready(pair[0]), BOTH);
	assert_int_equal(try_to_ask(pair[0], 0), 0);
	wait_for(0);
	assert_int_equal(base.reports, 0);
}

static void test_closed_behind_its_back(void **state)
{
	int pair[2], other[2];
	uint64_t start;

	(void)state;
	make_pair(pair);
	make_pair(other);
	ask(pair[0], EV_READ);
	ask(other[0], EV_READ);
	lose(pair[0]);

	/*
	 * The backend may or may not report the closed descriptor. If the wait ends early, the
	 * backend must have reported it.
	 */
	start = now();
	wait_for(20 * MS);
	assert_true(now() - start >= 20 * MS || base.ready[pair[0]]);
	assert_int_equal(base.ready[other[0]], 0);

	/* The other descriptors still work. */
	put_byte(other[1]);
	assert_int_equal(ready(other[0]), EV_READ);
	assert_int_equal(try_to_ask(pair[0], 0), 0);
	assert_int_equal(ready(other[0]), EV_READ);
	assert_int_equal(base.reports, 1);
}

static void test_number_is_used_again(void **state)
{
	int pair[2], other[2];

	(void)state;
	make_pair(pair);
	make_pair(other);
	put_byte(other[1]);

	/* Changes a descriptor: the backend knows the number, but the kernel may not. */
	ask(pair[0], EV_READ);
	assert_int_equal(dup2(other[0], pair[0]), pair[0]);
	ask(pair[0], BOTH);
	assert_int_equal(ready(pair[0]), BOTH);

	/* Deletes a descriptor when another file has its number. */
	make_pair(pair);
	ask(pair[0], EV_READ);
	assert_int_equal(dup2(other[0], pair[0]), pair[0]);
	ask(pair[0], 0);
	assert_int_equal(ready(pair[0]), 0);

	/* Deletes a descriptor when a plain file has its number. */
	make_pair(pair);
	ask(pair[0], EV_READ);
	lose(pair[0]);
	assert_int_equal(keep(open("/proc/self/exe", O_RDONLY)), pair[0]);
	ask(pair[0], 0);

	/* Adds a descriptor whose number was never deleted. */
	make_pair(pair);
	ask(pair[0], EV_READ);
	assert_int_equal(ask_from(pair[0], 0, BOTH), 0);
	put_byte(pair[1]);
	assert_int_equal(ready(pair[0]), BOTH);

	/* Changes a descriptor whose number was never added. */
	make_pair(pair);
	assert_int_equal(ask_from(pair[0], EV_READ, EV_WRITE), 0);
	assert_int_equal(ready(pair[0]), EV_WRITE);

	/* Deletes a descriptor twice whose number was never added. */
	make_pair(pair);
	assert_int_equal(ask_from(pair[0], EV_READ, 0), 0);
	assert_int_equal(ask_from(pair[0], EV_READ, 0), 0);
}

/* Closes the descriptor and restores it from a copy, so that the kernel does not drop the file. */
static void test_number_of_the_same_file(void **state)
{
	int pair[2], copy;

	(void)state;
	make_pair(pair);
	put_byte(pair[1]);
	ask(pair[0], EV_READ);
	copy = keep(dup(pair[0]));
	lose(pair[0]);
	assert_int_equal(keep(dup2(copy, pair[0])), pair[0]);
	assert_int_equal(ask_from(pair[0], 0, BOTH), 0);
	assert_int_equal(ready(pair[0]), BOTH);
	ask(pair[0], 0);
	wait_for(0);
	assert_int_equal(base.reports, 0);
}

static const struct backend_test tests[] = {
	{ TEST(test_sockets), 0, 0 },
	{ TEST(test_pipes), 0, 0 },
	{ TEST(test_ready_ends_the_wait), 0, 0 },
	{ TEST(test_hang_up), 0, 0 },
	{ TEST(test_edges), EV_FEATURE_ET, 0 },
	{ TEST(test_closed_by_the_peer), EV_FEATURE_EARLY_CLOSE, 0 },
	{ TEST(test_closed_is_refused), 0, EV_FEATURE_EARLY_CLOSE },
	{ TEST(test_turns), 0, EV_FEATURE_O1 },
	{ TEST(test_plain_file), 0, 0 },
	{ TEST(test_closed_is_added), 0, 0 },
	{ TEST(test_closed_behind_its_back), 0, 0 },
	{ TEST(test_number_is_used_again), 0, 0 },
	{ TEST(test_number_of_the_same_file), 0, 0 },
};

int main(int count, char **arguments)
{
	(void)count;
	return run_backend_tests(tests, sizeof(tests) / sizeof(*tests), arguments + 1);
}
