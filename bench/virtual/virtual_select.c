/*
 * virtual_select.c - select and pselect, simulated or real
 *
 * A set has the kernel's format: an array of words with a bit for each descriptor below a count. A
 * library may pass an array that is longer than an fd_set.
 */
#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/select.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <unistd.h>

#include "bench/virtual/virtual_state.h"
#include "bench/virtual/virtual_timerfd.h"

#define WORD_BITS ((int)(8 * sizeof(unsigned long)))

static size_t words(int count)
{
	return ((size_t)count + WORD_BITS - 1) / WORD_BITS;
}

/*
 * Removes a descriptor from a set that has bits for `count` descriptors. A NULL set is empty.
 * Returns whether the set had the descriptor.
 */
static bool take(fd_set *set, int count, int fd)
{
	unsigned long bit = 1ul << (fd % WORD_BITS);
	unsigned long *word;

	if (!set || fd >= count)
		return false;
	word = (unsigned long *)set + fd / WORD_BITS;
	if (!(*word & bit))
		return false;
	*word &= ~bit;
	return true;
}

static void put(fd_set *set, int fd)
{
	((unsigned long *)set)[fd / WORD_BITS] |= 1ul << (fd % WORD_BITS);
}

static bool any(const fd_set *set, int count)
{
	for (size_t i = 0; set && i < words(count); i++)
		if (((const unsigned long *)set)[i])
			return true;
	return false;
}

static void clear(fd_set *set, int count)
{
	if (set)
		memset(set, 0, words(count) * sizeof(unsigned long));
}

/* The simulated descriptors that the sets contain. */
struct wanted {
	bool driver;
	bool timer[VIRTUAL_TIMERS];
	uint64_t due;
};

/* Removes the simulated descriptors from the sets, and stores which of them `in` had. */
static void take_out(struct wanted *wanted, int count, fd_set *in, fd_set *out, fd_set *except)
{
	wanted->driver = take(in, count, virtual_state.driver_fd);
	take(out, count, virtual_state.driver_fd);
	take(except, count, virtual_state.driver_fd);
	wanted->due = VIRTUAL_FOR_EVER;
	for (unsigned int i = 0; i < virtual_timers_used; i++) {
		const struct virtual_timer *timer = &virtual_timers[i];

		wanted->timer[i] = take(in, count, timer->fd);
		take(out, count, timer->fd);
		take(except, count, timer->fd);
		if (wanted->timer[i] && timer->expiry < wanted->due)
			wanted->due = timer->expiry;
	}
}

/* Adds the timerfds that are due to the set. Returns their number. */
static int report_timers(const struct wanted *wanted, fd_set *in)
{
	int reported = 0;

	for (unsigned int i = 0; i < virtual_timers_used; i++)
		if (wanted->timer[i] && virtual_timers[i].expiry <= virtual_state.now) {
			put(in, virtual_timers[i].fd);
			reported++;
		}
	return reported;
}

/* The system call's last argument points to a struct with the address and the size of the mask. */
static int real_select(int count, fd_set *in, fd_set *out, fd_set *except, struct timespec *timeout,
		       const sigset_t *mask)
{
	struct {
		const sigset_t *mask;
		size_t size;
	} argument = { mask, _NSIG / 8 };

	return (int)syscall(SYS_pselect6, count, in, out, except, timeout, &argument);
}

static int ask_kernel(int count, fd_set *in, fd_set *out, fd_set *except, const sigset_t *mask)
{
	struct timespec at_once = { .tv_sec = 0 };

	if (virtual_state.hooks.poll_descriptors &&
	    (any(in, count) || any(out, count) || any(except, count)))
		return real_select(count, in, out, except, &at_once, mask);
	clear(in, count);
	clear(out, count);
	clear(except, count);
	return 0;
}

static int simulated_select(int count, fd_set *in, fd_set *out, fd_set *except, uint64_t timeout,
			    const sigset_t *mask)
{
	struct wanted wanted;
	int ready;

	if (count < 0) {
		errno = EINVAL;
		return -1;
	}
	take_out(&wanted, count, in, out, except);
	ready = ask_kernel(count, in, out, except, mask);
	if (ready < 0)
		return ready;
	if (ready)
		timeout = 0;
	timeout = virtual_limit(timeout, wanted.due);
	if (virtual_wait(timeout, wanted.driver)) {
		put(in, virtual_state.driver_fd);
		ready++;
	}
	if (wanted.due <= virtual_state.now)
		ready += report_timers(&wanted, in);
	if (virtual_unlikely(!ready && !timeout))
		virtual_found_nothing();
	return ready;
}

/* Writes the time left into the timeout, as Linux does. Some programs rely on it. */
static void show_left(struct timeval *timeout, uint64_t end)
{
	uint64_t left = end > virtual_state.now ? end - virtual_state.now : 0;

	if (end == VIRTUAL_FOR_EVER)
		return;
	timeout->tv_sec = (time_t)(left / VIRTUAL_SECOND);
	timeout->tv_usec = (suseconds_t)(left % VIRTUAL_SECOND / 1000);
}

int select(int count, fd_set *restrict in, fd_set *restrict out, fd_set *restrict except,
	   struct timeval *restrict timeout)
{
	struct timespec time;
	uint64_t end;
	int result;

	if (!timeout && virtual_state.active)
		return simulated_select(count, in, out, except, VIRTUAL_FOR_EVER, NULL);
	if (!timeout)
		return real_select(count, in, out, except, NULL, NULL);
	if (timeout->tv_sec < 0 || timeout->tv_usec < 0) {
		errno = EINVAL;
		return -1;
	}
	/* select, unlike pselect, accepts a tv_usec of a million or more. */
	time.tv_sec = timeout->tv_sec + timeout->tv_usec / 1000000;
	time.tv_nsec = timeout->tv_usec % 1000000 * 1000;
	if (virtual_state.active) {
		end = virtual_add(virtual_state.now, virtual_ns(&time));
		result = simulated_select(count, in, out, except, virtual_ns(&time), NULL);
		show_left(timeout, end);
		return result;
	}
	result = real_select(count, in, out, except, &time, NULL);
	timeout->tv_sec = time.tv_sec;
	timeout->tv_usec = time.tv_nsec / 1000;
	return result;
}

int pselect(int count, fd_set *restrict in, fd_set *restrict out, fd_set *restrict except,
	    const struct timespec *restrict timeout, const sigset_t *restrict mask)
{
	struct timespec copy;

	if (timeout)
		copy = *timeout;
	if (!virtual_state.active)
		return real_select(count, in, out, except, timeout ? &copy : NULL, mask);
	if (timeout && !virtual_timespec_valid(timeout)) {
		errno = EINVAL;
		return -1;
	}
	return simulated_select(count, in, out, except,
				timeout ? virtual_ns(&copy) : VIRTUAL_FOR_EVER, mask);
}
