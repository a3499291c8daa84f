/*
 * virtual_close.c - close, which removes a descriptor from the simulation
 *
 * After a timerfd or an epoll set is closed, another descriptor may get its number. The simulation
 * must not take the new descriptor for the closed one.
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
