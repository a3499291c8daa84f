/*
 * backend_waits.h - how long a backend waits, and what ends a wait
 */
#ifndef BACKEND_WAITS_H
#define BACKEND_WAITS_H

#include <sys/time.h>

#include "loop/tests/backend_table.h"

static const uint64_t timeouts[] = {
	0,  1,	    999,	1000,	50 * 1000,   999999,
	MS, MS + 1, 3 * MS / 2, 2 * MS, 10 * MS + 1, 25 * MS - 1,
};

/* Returns false if a wait was early, failed, or reported a descriptor. */
static inline bool waits_are_never_early(void)
{
	for (size_t i = 0; i < sizeof(timeouts) / sizeof(*timeouts); i++) {
		for (int repeat = 0; repeat < 3; repeat++) {
			uint64_t start = now();

			if (try_to_wait(timeouts[i]) || base.reports)
				return false;
			if (now() - start >= timeouts[i])
				continue;
			print_error("%s: a wait of %llu ns is early\n", backend->name,
				    (unsigned long long)timeouts[i]);
			return false;
		}
	}
	return true;
}

static volatile sig_atomic_t alarms;

static inline void count_alarm(int number)
{
	(void)number;
	alarms++;
}

/*
 * Waits for so long that only a signal can end the wait. Returns false if the wait ended otherwise.
 * The alarm repeats, because the first one may come before the wait begins.
 */
static inline bool only_a_signal_ends_the_wait(void)
{
	static const uint64_t long_ones[] = {
		BACKEND_FOREVER,
		BACKEND_FOREVER - 1,
		(uint64_t)INT64_MAX + 1,
		INT64_MAX,
		MS << 31,
		MS << 32,
		MS << 33,
		TIMER_SECOND << 31,
		TIMER_SECOND << 32,
	};
	const struct itimerval often = { { 0, 5000 }, { 0, 5000 } }, never = { { 0, 0 }, { 0, 0 } };
	struct sigaction action = { .sa_handler = count_alarm }, before;
	bool passed = true;

	if (sigaction(SIGALRM, &action, &before) || setitimer(ITIMER_REAL, &often, NULL))
		return false;
	for (size_t i = 0; i < sizeof(long_ones) / sizeof(*long_ones) && passed; i++) {
		alarms = 0;
		passed = !try_to_wait(long_ones[i]) && !base.reports && alarms;
		if (!passed)
			print_error("%s: a wait of %llu ns\n", backend->name,
				    (unsigned long long)long_ones[i]);
	}
	return !setitimer(ITIMER_REAL, &never, NULL) && !sigaction(SIGALRM, &before, NULL) &&
	       passed;
}

#endif
