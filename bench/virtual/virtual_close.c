/*
 * virtual_close.c - close, which makes the simulation forget a descriptor
 *
 * The number of a closed timerfd or set of epoll may be given to another descriptor next, which
 * must not be taken for the old one.
 */
#include <sys/syscall.h>
#include <unistd.h>

#include "bench/virtual/virtual_epoll.h"
#include "bench/virtual/virtual_state.h"
#include "bench/virtual/virtual_timerfd.h"

int close(int fd)
{
	if (virtual_unlikely(virtual_state.active)) {
		struct virtual_timer *timer = virtual_timer_find(fd);

		if (timer)
			virtual_timer_close(timer);
		virtual_epoll_close(fd);
	}
	return (int)syscall(SYS_close, fd);
}
