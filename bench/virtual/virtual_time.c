/*
 * virtual_time.c - begins and ends simulated time, and sets it
 */
#include "bench/virtual/virtual_time.h"

#include <errno.h>
#include <sys/syscall.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include "bench/virtual/virtual_epoll.h"
#include "bench/virtual/virtual_state.h"
#include "bench/virtual/virtual_timerfd.h"

static const struct virtual_time_hooks no_hooks = { .poll_descriptors = true };

int virtual_time_begin(uint64_t now, const struct virtual_time_hooks *hooks, int *driver_fd)
{
	long fd;

	if (virtual_state.active)
		return -EBUSY;
	/*
	 * The driver's descriptor is a timerfd that is never armed, so it is never readable or
	 * writable. poll may pass it to the kernel with other descriptors, where it is never ready.
	 */
	fd = syscall(SYS_timerfd_create, CLOCK_MONOTONIC, TFD_NONBLOCK | TFD_CLOEXEC);
	if (fd < 0)
		return -errno;
	virtual_state.hooks = hooks ? *hooks : no_hooks;
	virtual_state.driver_fd = (int)fd;
	virtual_epoll_forget();
	virtual_timers_forget();
	virtual_state_begin(now);
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
	virtual_state_set(now);
}

uint64_t virtual_time_now(void)
{
	return virtual_state.now;
}
