/*
 * closure.h - calling a callback, in the way that its kind of event needs
 *
 * dispatch.c calls closure_call for each active callback, and base_free.c for each finalizer.
 */
#ifndef CLOSURE_H
#define CLOSURE_H

struct event_base;
struct event_callback;

/*
 * Calls a callback that is in no active queue. The caller holds the base's lock, which is released
 * during the call. After the call the event may be freed.
 */
void closure_call(struct event_base *base, struct event_callback *callback);

#endif
