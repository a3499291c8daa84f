/* virtual_epoll.h - the epoll sets that the simulation keeps track of */
#ifndef VIRTUAL_EPOLL_H
#define VIRTUAL_EPOLL_H

/*
 * virtual_epoll_close removes a set whose descriptor is closed, and ignores other descriptors.
 * virtual_epoll_forget removes all sets.
 */
void virtual_epoll_close(int set);
void virtual_epoll_forget(void);

#endif
