/*
 * virtual_fortified.c - poll, ppoll and read under the names that fortified code uses
 *
 * In code compiled with _FORTIFY_SOURCE, a call with a buffer of known size goes to a function that
 * checks the size. If the buffer is too small, these functions end the program, as the C library's
 * functions do.
 */
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/types.h>
#include <time.h>
#include <unistd.h>

int __poll_chk(struct pollfd *descriptors, nfds_t count, int timeout, size_t size);
int __ppoll_chk(struct pollfd *descriptors, nfds_t count, const struct timespec *timeout,
		const sigset_t *mask, size_t size);
ssize_t __read_chk(int fd, void *buffer, size_t size, size_t room);

int __poll_chk(struct pollfd *descriptors, nfds_t count, int timeout, size_t size)
{
	if (size / sizeof(*descriptors) < count)
		abort();
	return poll(descriptors, count, timeout);
}

int __ppoll_chk(struct pollfd *descriptors, nfds_t count, const struct timespec *timeout,
		const sigset_t *mask, size_t size)
{
	if (size / sizeof(*descriptors) < count)
		abort();
	return ppoll(descriptors, count, timeout, mask);
}

ssize_t __read_chk(int fd, void *buffer, size_t size, size_t room)
{
	if (size > room)
		abort();
	return read(fd, buffer, size);
}
