/*
 * base_free.h - freeing the parts of a base, for event_base_free and for a failed event_base_new
 */
#ifndef BASE_FREE_H
#define BASE_FREE_H

struct event_base;

/*
 * Frees a base that has no pending or active events, also if only some of its parts were made. The
 * caller does not hold the lock, and no other thread may use the base.
 */
void base_destroy(struct event_base *base);

#endif
