/*
 * closure.h - calling a callback, in the way of its kind of event
 */
#ifndef CLOSURE_H
#define CLOSURE_H

struct event_base;
struct event_callback;

/* Calls a callback. The caller holds the lock, which is released during the call. */
void closure_call(struct event_base *base, struct event_callback *callback);

#endif
