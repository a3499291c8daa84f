/*
 * virtual_epoll.c - epoll, simulated or real
 *
 * Only the simulation watches the driver's descriptor and timerfds, and the kernel watches all
 * other descriptors. The simulation counts these others in each set, and never polls a set without
 * them in the kernel. The count may be too high, because the kernel removes a closed descriptor
 * from its sets without telling the simulation. A count that is too high costs a system call and
 * has no other effect.
 *
 * A wait that does not concern the kernel must be cheap, or it would be the most expensive part of
 * a replay. It finds its set by searching a small table, usually in the first entry.
 */
#include "bench/virtual/virtual_epoll.h"

#include <errno.h>
#include <signal.h>
#include <sys/epoll.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "bench/virtual/virtual_state.h"
#include "bench/virtual/virtual_timerfd.h"

#define SETS 64

struct set {
	int fd;
	bool driver;		  /* whether the set has the driver's descriptor */
	struct epoll_event watch; /* how the driver's descriptor is watched */
	unsigned int others;	  /* descriptors of the set that the kernel watches */
};

static struct set sets[SETS];
static unsigned int sets_used;

void virtual_epoll_forget(void)
{
	sets_used = 0;
}

static struct set *find(int fd)
{
	for (unsigned int i = 0; i < sets_used; i++)
		if (virtual_likely(sets[i].fd == fd))
			return &sets[i];
	return NULL;
}

/*
 * Adds a set to the table. The kernel watches `others` of the set's descriptors. Returns NULL and
 * sets errno if there are too many sets.
 */
static struct set *add(int fd, unsigned int others)
{
	if (sets_used == SETS) {
		errno = ENOSPC;
		return NULL;
	}
	sets[sets_used] = (struct set){ .fd = fd, .others = others };
	return &sets[sets_used++];
}

void virtual_epoll_close(int fd)
{
	struct set *set = find(fd);

	if (!set)
		return;
	for (unsigned int i = 0; i < virtual_timers_used; i++)
		if (virtual_timers[i].set == fd)
			virtual_timers[i].set = -1;
	*set = sets[--sets_used];
}

static int create(int flags)
{
	int fd = (int)syscall(SYS_epoll_create1, flags);

	if (!virtual_state.active || fd < 0 || add(fd, 0))
		return fd;
	syscall(SYS_close, fd);
	errno = EMFILE;
	return -1;
}

int epoll_create1(int flags)
{
	return create(flags);
}

int epoll_create(int size)
{
	if (size > 0)
		return create(0);
	errno = EINVAL;
	return -1;
}

/* ------------------------------------------------------------------------------------ epoll_ctl */

/* Checks `operation` as the kernel does, for a descriptor that is or is not in the set. */
static int check(int operation, bool present)
{
	int error = 0;

	if (operation == EPOLL_CTL_ADD)
		error = present ? EEXIST : 0;
	else if (operation == EPOLL_CTL_MOD || operation == EPOLL_CTL_DEL)
		error = present ? 0 : ENOENT;
	else
		error = EINVAL;
	if (!error)
		return 0;
	errno = error;
	return -1;
}

static int control_driver(struct set *set, int operation, const struct epoll_event *event)
{
	if (check(operation, set->driver) < 0)
		return -1;
	set->driver = operation != EPOLL_CTL_DEL;
	if (set->driver)
		set->watch = *event;
	return 0;
}

static int control_timer(struct set *set, struct virtual_timer *timer, int operation,
			 const struct epoll_event *event)
{
	if (operation == EPOLL_CTL_ADD && timer->set >= 0 && timer->set != set->fd) {
		errno = ENOSPC; /* a timerfd can be in one set only */
		return -1;
	}
	if (check(operation, timer->set == set->fd) < 0)
		return -1;
	timer->set = operation == EPOLL_CTL_DEL ? -1 : set->fd;
	if (operation == EPOLL_CTL_DEL)
		return 0;
	timer->watch = *event;
	/* A new watch reports an edge if there is something to read. */
	timer->edge = timer->expiry;
	return 0;
}

static int control_other(struct set *set, int operation, int fd, struct epoll_event *event)
{
	int result = (int)syscall(SYS_epoll_ctl, set->fd, operation, fd, event);

	if (result < 0)
		return result;
	set->others += operation == EPOLL_CTL_ADD;
	set->others -= operation == EPOLL_CTL_DEL && set->others > 0;
	return 0;
}

int epoll_ctl(int epoll, int operation, int fd, struct epoll_event *event)
{
	struct virtual_timer *timer;
	struct set *set;

	if (!virtual_state.active)
		return (int)syscall(SYS_epoll_ctl, epoll, operation, fd, event);
	set = find(epoll);
	/* A set that is not in the table is older than the simulation and may have descriptors. */
	if (!set)
		set = add(epoll, 1);
	if (!set)
		return -1;
	if (fd == virtual_state.driver_fd)
		return control_driver(set, operation, event);
	timer = virtual_timer_find(fd);
	if (timer)
		return control_timer(set, timer, operation, event);
	return control_other(set, operation, fd, event);
}

/* ----------------------------------------------------------------------------------- epoll_wait */

static int ask_kernel(int epoll, struct epoll_event *events, int room, const sigset_t *mask)
{
	return (int)syscall(SYS_epoll_pwait, epoll, events, room, 0, mask, _NSIG / 8);
}

/* Returns the time at which a timerfd in a set must be reported, or VIRTUAL_FOR_EVER. */
static uint64_t due(const struct virtual_timer *timer)
{
	if (!(timer->watch.events & EPOLLIN))
		return VIRTUAL_FOR_EVER;
	return timer->watch.events & EPOLLET ? timer->edge : timer->expiry;
}

static uint64_t limit_by_timers(const struct set *set, uint64_t timeout)
{
	for (unsigned int i = 0; i < virtual_timers_used; i++)
		if (virtual_timers[i].set == set->fd)
			timeout = virtual_limit(timeout, due(&virtual_timers[i]));
	return timeout;
}

static void report(struct epoll_event *event, struct epoll_event *watch)
{
	event->events = EPOLLIN;
	event->data = watch->data;
	if (virtual_unlikely(watch->events & EPOLLONESHOT))
		watch->events = 0; /* until EPOLL_CTL_MOD */
}

/* Reports due timerfds in at most `room` events. Returns their number. */
static int report_timers(const struct set *set, struct epoll_event *events, int room)
{
	int count = 0;

	for (unsigned int i = 0; i < virtual_timers_used && count < room; i++) {
		struct virtual_timer *timer = &virtual_timers[i];

		if (timer->set != set->fd || due(timer) > virtual_state.now)
			continue;
		virtual_timer_report(timer);
		report(&events[count++], &timer->watch);
	}
	return count;
}

/*
 * Asks the kernel about its descriptors first. If these fill `events`, does not ask the driver,
 * because there would be no room for its descriptor.
 */
static int simulated_wait(int epoll, struct epoll_event *events, int room, uint64_t timeout,
			  const sigset_t *mask)
{
	struct set *set = find(epoll);
	int count = 0;

	if (virtual_unlikely(!set))
		set = add(epoll, 1);
	if (!set)
		return -1;
	if (virtual_unlikely(room <= 0)) {
		errno = EINVAL;
		return -1;
	}
	if (virtual_state.hooks.poll_descriptors && set->others) {
		count = ask_kernel(epoll, events, room, mask);
		if (count < 0 || count == room)
			return count;
		if (count)
			timeout = 0;
	}
	if (virtual_timers_used)
		timeout = limit_by_timers(set, timeout);
	if (virtual_wait(timeout, set->driver && set->watch.events & EPOLLIN))
		report(&events[count++], &set->watch);
	if (virtual_timers_used)
		count += report_timers(set, events + count, room - count);
	if (virtual_unlikely(!count && !timeout))
		virtual_found_nothing();
	return count;
}

int epoll_wait(int epoll, struct epoll_event *events, int room, int timeout)
{
	return epoll_pwait(epoll, events, room, timeout, NULL);
}

int epoll_pwait(int epoll, struct epoll_event *events, int room, int timeout, const sigset_t *mask)
{
	if (virtual_likely(virtual_state.active))
		return simulated_wait(epoll, events, room, virtual_ns_of_ms(timeout), mask);
	return (int)syscall(SYS_epoll_pwait, epoll, events, room, timeout, mask, _NSIG / 8);
}

int epoll_pwait2(int epoll, struct epoll_event *events, int room, const struct timespec *timeout,
		 const sigset_t *mask)
{
	if (!virtual_state.active)
		return (int)syscall(SYS_epoll_pwait2, epoll, events, room, timeout, mask,
				    _NSIG / 8);
	if (timeout && !virtual_timespec_valid(timeout)) {
		errno = EINVAL;
		return -1;
	}
	return simulated_wait(epoll, events, room, timeout ? virtual_ns(timeout) : VIRTUAL_FOR_EVER,
			      mask);
}
