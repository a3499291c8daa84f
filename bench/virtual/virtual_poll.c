/*
 * virtual_poll.c - poll and ppoll, simulated or real
 *
 * The simulation keeps nothing between calls. Each call passes the whole array of descriptors, and
 * the simulation searches it for the driver's descriptor and for timerfds.
 */
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "bench/virtual/virtual_state.h"
#include "bench/virtual/virtual_timerfd.h"

/* The descriptors that the array contains. */
struct wanted {
	bool driver;  /* the driver's descriptor, for reading */
	bool others;  /* descriptors that the kernel watches */
	uint64_t due; /* the first expiry of a timerfd, for reading; or VIRTUAL_FOR_EVER */
};

/*
 * Searches the array and clears all results. The kernel may later be asked about the whole array,
 * because the driver's descriptor and simulated timerfds are never ready in the kernel.
 */
static struct wanted look(struct pollfd *descriptors, nfds_t count)
{
	struct wanted wanted = { .due = VIRTUAL_FOR_EVER };

	for (nfds_t i = 0; i < count; i++) {
		const struct virtual_timer *timer;

		descriptors[i].revents = 0;
		if (descriptors[i].fd < 0)
			continue;
		timer = virtual_timer_find(descriptors[i].fd);
		if (descriptors[i].fd != virtual_state.driver_fd && !timer)
			wanted.others = true;
		else if (descriptors[i].events & POLLIN && !timer)
			wanted.driver = true;
		else if (descriptors[i].events & POLLIN && timer->expiry < wanted.due)
			wanted.due = timer->expiry;
	}
	return wanted;
}

/* Reports the driver's descriptor, if `driver`, and due timerfds. Returns the number of reports. */
static int report(struct pollfd *descriptors, nfds_t count, bool driver)
{
	int reported = 0;

	for (nfds_t i = 0; i < count; i++) {
		const struct virtual_timer *timer = virtual_timer_find(descriptors[i].fd);

		if (!(descriptors[i].events & POLLIN))
			continue;
		if ((driver && descriptors[i].fd == virtual_state.driver_fd) ||
		    (timer && timer->expiry <= virtual_state.now)) {
			descriptors[i].revents = POLLIN;
			reported++;
		}
	}
	return reported;
}

static int real_poll(struct pollfd *descriptors, nfds_t count, struct timespec *timeout,
		     const sigset_t *mask)
{
	return (int)syscall(SYS_ppoll, descriptors, count, timeout, mask, _NSIG / 8);
}

static int simulated_poll(struct pollfd *descriptors, nfds_t count, uint64_t timeout,
			  const sigset_t *mask)
{
	struct wanted wanted = look(descriptors, count);
	int ready = 0;
	bool driver;

	if (virtual_state.hooks.poll_descriptors && wanted.others) {
		struct timespec at_once = { .tv_sec = 0 };

		ready = real_poll(descriptors, count, &at_once, mask);
		if (ready < 0)
			return ready;
		if (ready)
			timeout = 0;
	}
	timeout = virtual_limit(timeout, wanted.due);
	driver = virtual_wait(timeout, wanted.driver);
	if (driver || wanted.due <= virtual_state.now)
		ready += report(descriptors, count, driver);
	if (virtual_unlikely(!ready && !timeout))
		virtual_found_nothing();
	return ready;
}

int poll(struct pollfd *descriptors, nfds_t count, int timeout)
{
	uint64_t ns = virtual_ns_of_ms(timeout);
	struct timespec time;

	if (virtual_likely(virtual_state.active))
		return simulated_poll(descriptors, count, ns, NULL);
	if (ns == VIRTUAL_FOR_EVER)
		return real_poll(descriptors, count, NULL, NULL);
	time = virtual_timespec(ns);
	return real_poll(descriptors, count, &time, NULL);
}

int ppoll(struct pollfd *descriptors, nfds_t count, const struct timespec *timeout,
	  const sigset_t *mask)
{
	struct timespec copy;

	if (!virtual_state.active) {
		/*
		 * The kernel writes the time left into the timeout, but ppoll must not change it.
		 */
		if (!timeout)
			return real_poll(descriptors, count, NULL, mask);
		copy = *timeout;
		return real_poll(descriptors, count, &copy, mask);
	}
	if (timeout && !virtual_timespec_valid(timeout)) {
		errno = EINVAL;
		return -1;
	}
	return simulated_poll(descriptors, count, timeout ? virtual_ns(timeout) : VIRTUAL_FOR_EVER,
			      mask);
}
