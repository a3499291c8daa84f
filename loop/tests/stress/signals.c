/*
 * signals.c - sends signals to the process, and checks that the loop restores the former handlers
 */
#include "loop/tests/stress/stress.h"

#include <signal.h>
#include <unistd.h>

const int signal_numbers[SIGNALS] = { SIGUSR1, SIGUSR2, SIGWINCH };

/* The handler that is installed before an event waits for the signal. */
static void before(int number)
{
	(void)number;
}

void signals_begin(void)
{
	struct sigaction action = { .sa_handler = before, .sa_flags = SA_RESTART };

	sigemptyset(&action.sa_mask);
	for (int i = 0; i < SIGNALS; i++)
		sigaction(signal_numbers[i], &action, NULL);
	signal(SIGPIPE, SIG_IGN); /* channels are closed while threads write to them */
}

void signals_expect_restored(void)
{
	for (int i = 0; i < SIGNALS; i++) {
		struct sigaction action;

		sigaction(signal_numbers[i], NULL, &action);
		if (action.sa_handler != before)
			fail(NULL, "the former handler of signal %d was not restored",
			     signal_numbers[i]);
	}
}

void signal_send(int number)
{
	atomic_fetch_add(&stress.raised, 1);
	if (one_of(2))
		raise(number);
	else
		kill(getpid(), number);
}
