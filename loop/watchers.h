/*
 * watchers.h - calling the callbacks around each wait
 */
#ifndef WATCHERS_H
#define WATCHERS_H

#include <stdint.h>

#include "loop/watcher_list.h"

struct event_base;

/*
 * Calls all watchers of a kind, without the base's lock, which the caller holds. The loop may sleep
 * for `timeout`: ns, or BACKEND_FOREVER.
 */
void watchers_call(struct event_base *base, enum watcher_kind kind, uint64_t timeout);
void watchers_free(struct event_base *base);

#endif
