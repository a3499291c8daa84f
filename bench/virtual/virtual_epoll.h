/*
 * virtual_epoll.h - what the simulation remembers of sets of epoll
 */
#ifndef VIRTUAL_EPOLL_H
#define VIRTUAL_EPOLL_H

/* Forgets one set, when its descriptor is closed, or all. */
void virtual_epoll_close(int set);
void virtual_epoll_forget(void);

#endif
