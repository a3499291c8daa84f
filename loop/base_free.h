/*
 * base_free.h - freeing the parts of a base
 */
#ifndef BASE_FREE_H
#define BASE_FREE_H

struct event_base;

/* Frees a base without events, or one of which only a part has been made. */
void base_destroy(struct event_base *base);

#endif
