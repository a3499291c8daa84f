/*
 * watchers.h - callbacks around each wait
 */
#ifndef WATCHERS_H
#define WATCHERS_H

#include <stdint.h>

struct event_base;
struct evwatch;

enum watcher_kind {
	WATCH_PREPARE,
	WATCH_CHECK,
	WATCHER_KINDS,
};

struct watchers {
	struct evwatch *first[WATCHER_KINDS], *last[WATCHER_KINDS];
	struct evwatch *next; /* the watcher after the running one, which may be freed */
};

/* Calls all watchers of a kind. The loop may sleep for `timeout`: ns, or BACKEND_FOREVER. */
void watchers_call(struct event_base *base, enum watcher_kind kind, uint64_t timeout);
void watchers_free(struct event_base *base);

#endif
