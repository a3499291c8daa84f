/*
 * failing_calls.h - makes the loop's system calls fail when a test requires it
 *
 * The linker redirects the calls to this file (--wrap). tests.mk names the calls and the test that
 * includes this file.
 */
#ifndef FAILING_CALLS_H
#define FAILING_CALLS_H

#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/select.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

#include "loop/tests/loop_test.h"

#define MOST_CALLS 2

/* The errors of a function's first calls, and of all later calls. With 0, the call succeeds. */
struct fault {
	const char *function;
	int first[MOST_CALLS], later;
	int calls;
};

static struct fault faults[2];

static void clear_faults(void)
{
	memset(faults, 0, sizeof(faults));
}

static struct fault *add_fault(const char *function)
{
	struct fault *fault = faults[0].function ? &faults[1] : &faults[0];

	assert_null(fault->function);
	fault->function = function;
	return fault;
}

static void fail_always(const char *function, int error)
{
	struct fault *fault = add_fault(function);

	fault->first[0] = fault->first[1] = fault->later = error;
}

static struct fault *fail_first(const char *function, int first, int second)
{
	struct fault *fault = add_fault(function);

	fault->first[0] = first;
	fault->first[1] = second;
	return fault;
}

/*
 * Returns the error with which this call must fail, and sets errno. Returns 0 if it must succeed.
 */
static int error_of_call(const char *function)
{
	for (size_t i = 0; i < sizeof(faults) / sizeof(*faults); i++) {
		struct fault *fault = &faults[i];
		int call, error;

		if (!fault->function || strcmp(fault->function, function))
			continue;
		call = fault->calls++;
		error = call < MOST_CALLS ? fault->first[call] : fault->later;
		if (error)
			errno = error;
		return error;
	}
	return 0;
}

#define WRAP(function, on_failure, parameters, arguments)                                          \
	int __real_##function parameters;                                                          \
	int __wrap_##function parameters;                                                          \
	int __wrap_##function parameters                                                           \
	{                                                                                          \
		int error = error_of_call(#function);                                              \
                                                                                                   \
		return error ? (on_failure) : __real_##function arguments;                         \
	}

WRAP(epoll_create1, -1, (int flags), (flags))
WRAP(epoll_ctl, -1, (int set, int operation, int fd, struct epoll_event *event),
     (set, operation, fd, event))
WRAP(epoll_pwait2, -1,
     (int set, struct epoll_event *events, int most, const struct timespec *span,
      const sigset_t *mask),
     (set, events, most, span, mask))
WRAP(epoll_wait, -1, (int set, struct epoll_event *events, int most, int milliseconds),
     (set, events, most, milliseconds))
WRAP(poll, -1, (struct pollfd * descriptors, nfds_t count, int milliseconds),
     (descriptors, count, milliseconds))
WRAP(ppoll, -1,
     (struct pollfd * descriptors, nfds_t count, const struct timespec *span, const sigset_t *mask),
     (descriptors, count, span, mask))
WRAP(pselect, -1,
     (int count, fd_set *read, fd_set *write, fd_set *except, const struct timespec *span,
      const sigset_t *mask),
     (count, read, write, except, span, mask))
WRAP(eventfd, -1, (unsigned count, int flags), (count, flags))
WRAP(pipe2, -1, (int ends[2], int flags), (ends, flags))
WRAP(sigaction, -1, (int signal, const struct sigaction *action, struct sigaction *before),
     (signal, action, before))
WRAP(pthread_mutex_init, error, (pthread_mutex_t * mutex, const pthread_mutexattr_t *attributes),
     (mutex, attributes))
WRAP(pthread_cond_init, error, (pthread_cond_t * condition, const pthread_condattr_t *attributes),
     (condition, attributes))
WRAP(clock_gettime, -1, (clockid_t clock, struct timespec *time), (clock, time))
WRAP(gettimeofday, -1, (struct timeval * time, void *zone), (time, zone))
WRAP(socket, -1, (int family, int type, int protocol), (family, type, protocol))
WRAP(bind, -1, (int fd, const struct sockaddr *address, socklen_t size), (fd, address, size))
WRAP(listen, -1, (int fd, int most), (fd, most))
WRAP(connect, -1, (int fd, const struct sockaddr *address, socklen_t size), (fd, address, size))
WRAP(accept, -1, (int fd, struct sockaddr *address, socklen_t *size), (fd, address, size))
WRAP(getsockname, -1, (int fd, struct sockaddr *address, socklen_t *size), (fd, address, size))
WRAP(getpeername, -1, (int fd, struct sockaddr *address, socklen_t *size), (fd, address, size))

ssize_t __real_read(int fd, void *bytes, size_t size);
ssize_t __wrap_read(int fd, void *bytes, size_t size);
ssize_t __wrap_read(int fd, void *bytes, size_t size)
{
	return error_of_call("read") ? -1 : __real_read(fd, bytes, size);
}

ssize_t __real_write(int fd, const void *bytes, size_t size);
ssize_t __wrap_write(int fd, const void *bytes, size_t size);
ssize_t __wrap_write(int fd, const void *bytes, size_t size)
{
	return error_of_call("write") ? -1 : __real_write(fd, bytes, size);
}

#endif
