/*
 * once.h - the events of event_base_once
 */
#ifndef ONCE_H
#define ONCE_H

struct event_base;

/* Frees the events of event_base_once that have not run. All must have been deleted. */
void once_free_all(struct event_base *base);

#endif
