/*
 * virtual_state.c - how simulated time advances in a wait
 *
 * Simulated time advances when the library waits or sleeps (virtual_wait), by the hooks' `step`
 * when a poll finds nothing (virtual_found_nothing), and when the caller sets it. It does not
 * advance while the library computes, so the simulated processor is infinitely fast. The caller
 * measures how long the real processor takes.
 */
#include "bench/virtual/virtual_state.h"

#include <stdio.h>
#include <stdlib.h>

struct virtual_state virtual_state;

/*
 * After this many waits in a row that find nothing at the same time, the program counts as
 * deadlocked.
 */
#define SPINS 10000000

static uint64_t spin_time;
static unsigned int spins;

void virtual_state_begin(uint64_t now)
{
	virtual_state_set(now);
	spins = 0;
}

static void __attribute__((cold, noreturn)) deadlock(const char *how)
{
	fprintf(stderr,
		"virtual time: at %llu.%09llu s the program waits %s, and in the simulation there is "
		"nothing that could end that\n",
		(unsigned long long)(virtual_state.now / VIRTUAL_SECOND),
		(unsigned long long)(virtual_state.now % VIRTUAL_SECOND), how);
	abort();
}

void virtual_found_nothing(void)
{
	if (spin_time != virtual_state.now) {
		spin_time = virtual_state.now;
		spins = 0;
	}
	if (virtual_unlikely(++spins == SPINS))
		deadlock("without sleeping, again and again");
	if (virtual_state.hooks.step)
		virtual_state_set(virtual_add(virtual_state.now, virtual_state.hooks.step));
}

bool virtual_wait(uint64_t timeout, bool driver)
{
	const struct virtual_time_hooks *hooks = &virtual_state.hooks;
	uint64_t end = virtual_add(virtual_state.now, timeout);

	if (driver && hooks->wait && hooks->wait(hooks->data, timeout)) {
		spins = 0;
		return true;
	}
	if (virtual_unlikely(end == VIRTUAL_FOR_EVER))
		deadlock("without a timeout");
	if (virtual_state.now < end)
		virtual_state_set(end);
	return false;
}
