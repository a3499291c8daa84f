/*
 * backend-wait-tables-test - how long each backend waits, signals, many descriptors, random changes
 */
#include <poll.h>

#include "loop/tests/backend_waits.h"
#include "loop/tests/test_seed.h"

/* ----------------------------------------------------------------------------------------- time */

static void test_never_early(void **state)
{
	int pair[2];

	(void)state;
	assert_true(waits_are_never_early());
	make_pair(pair);
	ask(pair[0], EV_READ);
	assert_true(waits_are_never_early());
	put_byte(pair[1]);
	assert_int_equal(ready(pair[0]), EV_READ);
}

static void test_signal(void **state)
{
	int pair[2];

	(void)state;
	make_pair(pair);
	ask(pair[0], EV_READ);
	assert_true(only_a_signal_ends_the_wait());
	put_byte(pair[1]);
	assert_int_equal(ready(pair[0]), EV_READ);
}

/* ----------------------------------------------------------------------------------------- many */

#define PAIRS	    1000
#define HIGH_NUMBER 5000

static void test_many(void **state)
{
	static int all[2 * PAIRS + 1];
	int pair[2];

	(void)state;
	if (limit.rlim_cur < HIGH_NUMBER + 1)
		say_skipped("not enough descriptors allowed");
	for (int i = 0; i < PAIRS; i++)
		make_pair(&all[2 * (size_t)i]);
	make_pair(pair);
	all[2 * PAIRS] = keep(dup2(pair[0], HIGH_NUMBER));
	for (int i = 0; i <= 2 * PAIRS; i++)
		ask(all[i], EV_READ);
	assert_int_equal(count_ready(all, 2 * PAIRS + 1, EV_READ), 0);
	for (int i = 0; i < 2 * PAIRS; i++)
		put_byte(all[i]);
	put_byte(pair[1]);
	assert_int_equal(count_ready(all, 2 * PAIRS + 1, EV_READ), 2 * PAIRS + 1);

	/*
	 * Removes every third descriptor, from the end. Then requests more for every other
	 * remaining one.
	 */
	for (int i = 2 * PAIRS - 2; i >= 0; i -= 3)
		ask(all[i], 0);
	assert_int_equal(count_ready(all, 2 * PAIRS + 1, EV_READ), 2 * PAIRS + 1 - 667);
	for (int i = 0; i < 2 * PAIRS; i++)
		drain(all[i]);
	assert_int_equal(count_ready(all, 2 * PAIRS + 1, EV_READ), 1);
	for (int i = 0; i < 2 * PAIRS; i += 2) {
		if (asked[all[i]])
			ask(all[i], BOTH);
	}
	assert_int_equal(count_ready(all, 2 * PAIRS, EV_WRITE), 666);
	for (int i = 0; i < 2 * PAIRS; i++) {
		if (asked[all[i]])
			ask(all[i], 0);
	}
	wait_for(BACKEND_FOREVER);
	assert_int_equal(base.reports, 1);
	assert_int_equal(base.ready[HIGH_NUMBER] & EV_READ, EV_READ);

	/* The low descriptors must still work without the highest one. */
	ask(all[0], EV_WRITE);
	ask(HIGH_NUMBER, 0);
	assert_int_equal(ready(all[0]), EV_WRITE);
	assert_int_equal(base.reports, 1);
}

/* --------------------------------------------------------------------- random steps and a model */

#define RANDOM_PAIRS 24
#define RANDOM_STEPS 3000

static uint64_t seed;

static unsigned random_below(unsigned limit_)
{
	static uint64_t word;

	if (!word)
		word = seed;
	word ^= word << 13, word ^= word >> 7, word ^= word << 17;
	return (unsigned)((word >> 33) % limit_);
}

/* Returns what poll reports for a single descriptor. select reports less. */
static short oracle(int fd)
{
	struct pollfd descriptor = { .fd = fd, .events = POLLIN | POLLOUT | POLLRDHUP };
	short events;

	poll(&descriptor, 1, 0);
	events = (short)((descriptor.revents & (POLLIN | POLLERR | POLLHUP) ? EV_READ : 0) |
			 (descriptor.revents & (POLLOUT | POLLERR) ? EV_WRITE : 0));
	if (!can(EV_FEATURE_EARLY_CLOSE))
		return events;
	return (short)(events | (descriptor.revents & POLLHUP ? EV_WRITE : 0) |
		       (descriptor.revents & POLLRDHUP ? EV_CLOSED : 0));
}

static void random_step(int pair[2])
{
	static const short wanted[] = { 0, EV_READ, EV_WRITE, BOTH, BOTH | EV_CLOSED, EV_CLOSED };
	int fresh[2];

	switch (random_below(8)) {
	case 0:
		(void)!write(pair[1], "x", 1);
		break;
	case 1:
		drain(pair[0]);
		break;
	case 2:
		fill(pair[0]);
		break;
	case 3:
		drain(pair[1]);
		break;
	case 4:
		shutdown(pair[1], random_below(2) ? SHUT_WR : SHUT_RDWR);
		break;
	case 5: /* closed and opened again with the same request, without a removal */
		make_pair(fresh);
		assert_int_equal(dup2(fresh[0], pair[0]), pair[0]);
		assert_int_equal(dup2(fresh[1], pair[1]), pair[1]);
		lose(fresh[0]), lose(fresh[1]);
		ask(pair[0], asked[pair[0]]);
		break;
	default:
		ask(pair[0], wanted[random_below(can(EV_FEATURE_EARLY_CLOSE) ? 6 : 4)]);
		break;
	}
}

static void test_random(void **state)
{
	int pairs[RANDOM_PAIRS][2];

	(void)state;
	for (int i = 0; i < RANDOM_PAIRS; i++)
		make_pair(pairs[i]);
	for (int step = 0; step < RANDOM_STEPS; step++) {
		short come[RANDOM_PAIRS] = { 0 };

		random_step(pairs[random_below(RANDOM_PAIRS)]);
		for (int repeat = 0; repeat < 2; repeat++) {
			wait_for(0);
			for (int i = 0; i < RANDOM_PAIRS; i++)
				come[i] |= base.ready[pairs[i][0]];
		}
		for (int i = 0; i < RANDOM_PAIRS; i++) {
			int fd = pairs[i][0];

			if ((come[i] ^ oracle(fd)) & asked[fd])
				fail_msg("seed %llu, step %d: descriptor %d is %#x, not %#x",
					 (unsigned long long)seed, step, fd, come[i], oracle(fd));
		}
	}
}

static const struct backend_test tests[] = {
	{ TEST(test_never_early), 0, 0 },
	{ TEST(test_signal), 0, 0 },
	{ TEST(test_many), 0, 0 },
	{ TEST(test_random), 0, 0 },
};

int main(int count, char **arguments)
{
	(void)count;
	seed = test_seed();
	return run_backend_tests(tests, sizeof(tests) / sizeof(*tests), arguments + 1);
}
