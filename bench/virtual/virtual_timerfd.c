/*
 * virtual_timerfd.c - timerfds, simulated or real
 *
 * A library that needs more precision than the milliseconds of epoll_wait arms a timerfd and waits
 * without a timeout. In the simulation, arming stores the time of expiry, and each wait looks it
 * up.
 */
#include "bench/virtual/virtual_timerfd.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/timerfd.h>
#include <unistd.h>

struct virtual_timer virtual_timers[VIRTUAL_TIMERS];
unsigned int virtual_timers_used;

void virtual_timers_forget(void)
{
	virtual_timers_used = 0;
}

void virtual_timer_close(struct virtual_timer *timer)
{
	*timer = virtual_timers[--virtual_timers_used];
}

int timerfd_create(int clock, int flags)
{
	int fd;

	if (virtual_state.active && virtual_timers_used == VIRTUAL_TIMERS) {
		errno = EMFILE;
		return -1;
	}
	fd = (int)syscall(SYS_timerfd_create, clock, flags);
	if (virtual_state.active && fd >= 0)
		virtual_timers[virtual_timers_used++] =
			(struct virtual_timer){ .fd = fd,
						.clock = clock,
						.expiry = VIRTUAL_FOR_EVER,
						.edge = VIRTUAL_FOR_EVER,
						.set = -1 };
	return fd;
}

/* Returns the number of expiries that have not been read. */
static uint64_t expired(const struct virtual_timer *timer)
{
	if (timer->expiry > virtual_state.now || timer->expiry == VIRTUAL_FOR_EVER)
		return 0;
	if (!timer->interval)
		return 1;
	return 1 + (virtual_state.now - timer->expiry) / timer->interval;
}

/* Returns the first expiry after now, or VIRTUAL_FOR_EVER if there is none. */
static uint64_t next_expiry(const struct virtual_timer *timer)
{
	uint64_t count = expired(timer);

	if (!count)
		return timer->expiry;
	if (!timer->interval)
		return VIRTUAL_FOR_EVER;
	return virtual_add(timer->expiry + (count - 1) * timer->interval, timer->interval);
}

void virtual_timer_report(struct virtual_timer *timer)
{
	timer->edge = next_expiry(timer);
}

static void current_setting(const struct virtual_timer *timer, struct itimerspec *setting)
{
	uint64_t next = next_expiry(timer);

	setting->it_interval = virtual_timespec(timer->interval);
	setting->it_value =
		virtual_timespec(next == VIRTUAL_FOR_EVER ? 0 : next - virtual_state.now);
}

int timerfd_gettime(int fd, struct itimerspec *setting)
{
	const struct virtual_timer *timer = NULL;

	if (virtual_likely(virtual_state.active))
		timer = virtual_timer_find(fd);
	if (!timer)
		return (int)syscall(SYS_timerfd_gettime, fd, setting);
	current_setting(timer, setting);
	return 0;
}

int timerfd_settime(int fd, int flags, const struct itimerspec *setting, struct itimerspec *old)
{
	struct virtual_timer *timer = NULL;
	const struct timespec *first;

	if (virtual_likely(virtual_state.active))
		timer = virtual_timer_find(fd);
	if (!timer)
		return (int)syscall(SYS_timerfd_settime, fd, flags, setting, old);
	first = &setting->it_value;
	if (!virtual_timespec_valid(first) || !virtual_timespec_valid(&setting->it_interval)) {
		errno = EINVAL;
		return -1;
	}
	if (old)
		current_setting(timer, old);
	timer->interval = virtual_ns(&setting->it_interval);
	if (!first->tv_sec && !first->tv_nsec)
		timer->expiry = VIRTUAL_FOR_EVER;
	else if (flags & TFD_TIMER_ABSTIME)
		timer->expiry = virtual_ns_of_clock(timer->clock, first);
	else
		timer->expiry = virtual_add(virtual_state.now, virtual_ns(first));
	timer->edge = timer->expiry;
	return 0;
}

static ssize_t read_timer(struct virtual_timer *timer, void *buffer, size_t size)
{
	uint64_t count;

	if (size < sizeof(count)) {
		errno = EINVAL;
		return -1;
	}
	if (!expired(timer)) {
		if (syscall(SYS_fcntl, timer->fd, F_GETFL) & O_NONBLOCK) {
			errno = EAGAIN;
			return -1;
		}
		virtual_wait(virtual_limit(VIRTUAL_FOR_EVER, timer->expiry), false);
	}
	count = expired(timer);
	timer->expiry = next_expiry(timer);
	timer->edge = timer->expiry;
	memcpy(buffer, &count, sizeof(count));
	return sizeof(count);
}

ssize_t read(int fd, void *buffer, size_t size)
{
	if (virtual_unlikely(virtual_state.active)) {
		struct virtual_timer *timer = virtual_timer_find(fd);

		if (timer)
			return read_timer(timer, buffer, size);
	}
	return syscall(SYS_read, fd, buffer, size);
}
