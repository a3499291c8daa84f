/*
 * watchers.h - calling and freeing the watchers of a base, the callbacks around each wait
 *
 * loop.c calls watchers_call, and base_free.c calls watchers_free. The functions of event2/watch.h
 * are in watchers.c, too.
 */
#ifndef WATCHERS_H
#define WATCHERS_H

#include <stdint.h>

#include "loop/watcher_list.h"

struct event_base;

/*
 * Calls all watchers of a kind. `timeout` is how long the loop may sleep, in ns, or
 * BACKEND_FOREVER. The caller holds the base's lock, which is released during each callback.
 */
void watchers_call(struct event_base *base, enum watcher_kind kind, uint64_t timeout);

/* Frees all watchers. The caller does not hold the base's lock. */
void watchers_free(struct event_base *base);

#endif
