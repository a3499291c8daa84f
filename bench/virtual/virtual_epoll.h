/* virtual_epoll.h - the epoll sets that the simulation keeps track of */
#ifndef VIRTUAL_EPOLL_H
#define VIRTUAL_EPOLL_H

/* Removes one set, when its descriptor is closed, or all sets. */
void virtual_epoll_close(int set);
void virtual_epoll_forget(void);

#endif
