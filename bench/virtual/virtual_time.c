/*
 * virtual_time.c - begins and ends simulated time, and advances it
 *
 * Time advances when the library waits, in virtual_wait, or when the caller sets it. It does not
 * advance while the library computes: the simulated processor is infinitely fast. How fast the real
 * one was is what the caller measures.
 */
#include "bench/virtual/virtual_time.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include "bench/virtual/virtual_epoll.h"
#include "bench/virtual/virtual_state.h"
#include "bench/virtual/virtual_timerfd.h"

struct virtual_state virtual_state;

/* After this many waits in a row that find nothing at the same time, the program is deadlocked. */
#define SPINS 10000000

static uint64_t spin_time;
static unsigned int spins;

static const struct virtual_time_hooks no_hooks = { .poll_descriptors = true };

int virtual_time_begin(uint64_t now, const struct virtual_time_hooks *hooks, int *driver_fd)
{
	long fd;

	if (virtual_state.active)
		return -EBUSY;
	/*
	 * A timerfd that is never armed is never readable or writable. poll and select may pass it
	 * to the kernel among others, and it is never ready there.
	 */
	fd = syscall(SYS_timerfd_create, CLOCK_MONOTONIC, TFD_NONBLOCK | TFD_CLOEXEC);
	if (fd < 0)
		return -errno;
	virtual_state.hooks = hooks ? *hooks : no_hooks;
	virtual_state.driver_fd = (int)fd;
	virtual_epoll_forget();
	virtual_timers_forget();
	virtual_time_set(now);
	spins = 0;
	virtual_state.active = true;
	if (driver_fd)
		*driver_fd = (int)fd;
	return 0;
}

void virtual_time_end(void)
{
	if (!virtual_state.active)
		return;
	virtual_state.active = false;
	syscall(SYS_close, virtual_state.driver_fd);
}

void virtual_time_set(uint64_t now)
{
	virtual_state.now = now;
	virtual_state.monotonic = virtual_timespec(now);
}

uint64_t virtual_time_now(void)
{
	return virtual_state.now;
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
		virtual_time_set(virtual_add(virtual_state.now, virtual_state.hooks.step));
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
		virtual_time_set(end);
	return false;
}
