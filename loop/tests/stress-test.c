/*
 * stress-test - the rounds of make stress find the faults that they look for
 *
 * Each fault of stress/faults.c must make a round fail with a message that describes the fault.
 * Rounds without a fault must pass. Each round is a process that runs one of the programs of make
 * stress.
 */
#include <stdbool.h>
#include <time.h>
#include <sys/wait.h>
#include <unistd.h>

#include "loop/tests/loop_test.h"

#define SAID 65536

/*
 * Runs a round. Returns its exit status, or 128 plus the number of the signal that ended it. Stores
 * the round's output in `said`.
 */
static int run_round(const char *const *arguments, char *said)
{
	char path[4096] = { 0 };
	ssize_t size, length = 0;
	int ends[2], status;
	pid_t child;

	/* The program is in the directory of this test. */
	assert_true(readlink("/proc/self/exe", path, sizeof(path) - 32) > 0);
	strcpy(strrchr(path, '/'), "/stress-address");
	assert_int_equal(pipe(ends), 0);
	child = fork();
	if (!child) {
		dup2(ends[1], STDOUT_FILENO);
		dup2(ends[1], STDERR_FILENO);
		close(ends[0]);
		close(ends[1]);
		execv(path, (char *const *)arguments);
		_exit(127);
	}
	close(ends[1]);
	while ((size = read(ends[0], said + length, (size_t)(SAID - 1 - length))) > 0)
		length += size;
	said[length] = 0;
	close(ends[0]);
	assert_int_equal(waitpid(child, &status, 0), child);
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

/*
 * The number of seeds that are tried for each fault before the test fails. On a busy machine the
 * threads do little in a round, and no-reinit shows in about one round in eight.
 */
#define SEEDS 100

struct fault {
	const char *name;
	bool alone;	      /* shows without threads, where the seed decides everything */
	const char *words[4]; /* each of these describes the fault */
};

static const struct fault faults[] = {
	{ "lost-timer", true, { "lost: ", "is late", "is early" } },
	{ "lost-descriptor", true, { "lost: ", "is early" } },
	{ "lost-signal", true, { "lost: ", "event_pending says no" } },
	{ "lost-activation", true, { "call of an event that was activated" } },
	{ "lost-once", true, { "for event_base_once" } },
	{ "early", true, { "is early" } },
	{ "late", true, { "is late" } },
	{ "twice", false, { "all owed calls had come", "had no timer" } },
	{ "once-twice", true, { "called back twice" } },
	{ "failed-add-adds",
	  true,
	  { "is early", "event_pending says yes", "had no timer", "all owed calls had come" } },
	{ "no-deletion", true, { "called, although it was deleted", "event_pending says yes" } },
	{ "leak", true, { "leak: the loop has not freed" } },
	{ "open-descriptor", true, { "leak: ", "descriptors are open" } },
	{ "no-finalizer", true, { "for a finalizer", "finalizer has not been called" } },
	{ "miscount", true, { "event_base_get_num_events" } },
	{ "no-reinit", false, { "a reader to be called", "a child has failed" } },
	{ "no-wait", false, { "event's callback runs", "heap-use-after-free" } },
	{ "early-finalizer", false, { "finalizer was called while" } },
	{ "hang", false, { "hangs in: a callback" } },
	{ "asleep", false, { "hang: thread main", "event's callback runs" } },
};

static bool says_any(const char *said, const char *const *words)
{
	for (size_t i = 0; i < 4 && words[i]; i++) {
		if (strstr(said, words[i]))
			return true;
	}
	return false;
}

static bool is_found(const struct fault *fault, int seed, char *said)
{
	char number[16];
	const char *const arguments[] = { "stress",
					  "--fault",
					  fault->name,
					  "--seed",
					  number,
					  "--milliseconds",
					  "1",
					  "--patience",
					  "1",
					  "--backend",
					  fault->alone ? "virtual" : "epoll",
					  NULL };

	snprintf(number, sizeof(number), "%d", seed);
	return run_round(arguments, said) && says_any(said, fault->words);
}

static void test_every_fault_is_found(void **state)
{
	static char said[SAID];

	(void)state;
	for (size_t i = 0; i < sizeof(faults) / sizeof(*faults); i++) {
		bool found = false;

		for (int seed = 1; seed <= SEEDS && !found; seed++)
			found = is_found(&faults[i], seed, said);
		if (!found)
			fail_msg("no round finds %s; the last printed: %s", faults[i].name, said);
	}
}

static void expect_pass(const char *backend, const char *structure, const char *seed)
{
	static char said[SAID];
	const char *const arguments[] = { "stress",  "--backend",  backend, "--structure",
					  structure, "--seed",	   seed,    "--milliseconds",
					  "1",	     "--patience", "120",   NULL };

	if (run_round(arguments, said))
		fail_msg("%s on %s, seed %s: %s", structure, backend, seed, said);
}

static char seed_text[32];

static void test_rounds_pass(void **state)
{
	(void)state;
	expect_pass("virtual", "quad-heap", seed_text);
	expect_pass("virtual", "lazy:hierarchical-wheel", seed_text);
	expect_pass("epoll", "binary-heap", seed_text);
	expect_pass("select", "common-timeout", seed_text);
}

/* Wrong options, each passed as the last option, and the words of the program's answer. */
static const struct refusal {
	const char *option, *text, *words;
} refusals[] = {
	{ "--seed", "x", "--seed takes a whole number" },
	{ "--seed", "", "--seed takes a whole number" },
	{ "--seed", "-1", "--seed takes a whole number" },
	{ "--seed", " 1", "--seed takes a whole number" },
	{ "--seed", "1x", "--seed takes a whole number" },
	{ "--seed", "18446744073709551616", "--seed takes a whole number" },
	{ "--milliseconds", "nan", "--milliseconds takes a whole number" },
	{ "--milliseconds", "4294967296", "--milliseconds takes a whole number" },
	{ "--patience", "0", "--patience takes a whole number from 1 to" },
	{ "--backend", "nothing", "there is no 'nothing' here" },
	{ "--structure", "nothing", "there is no 'nothing' here" },
	{ "--structure", "quad-heap:arity=x", "there is no 'quad-heap:arity=x' here" },
	{ "--fault", "nothing", "there is no 'nothing' here" },
	{ "--alone", "word", "'word' is no option" },
	{ "--wrong", NULL, "usage: stress " },
};

static void test_wrong_usage_is_refused(void **state)
{
	static char said[SAID];

	(void)state;
	for (size_t i = 0; i < sizeof(refusals) / sizeof(*refusals); i++) {
		const struct refusal *one = &refusals[i];
		const char *const arguments[] = { "stress",	    "--backend", "virtual",
						  "--milliseconds", "1",	 one->option,
						  one->text,	    NULL };
		int status = run_round(arguments, said);

		if (status != 2 || !strstr(said, one->words))
			fail_msg("%s '%s': status %d: %s", one->option, one->text ? one->text : "",
				 status, said);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_every_fault_is_found),
		cmocka_unit_test(test_rounds_pass),
		cmocka_unit_test(test_wrong_usage_is_refused),
	};

	snprintf(seed_text, sizeof(seed_text), "%llu", (unsigned long long)test_seed());
	LOOP_TEST_RUN(tests);
}
