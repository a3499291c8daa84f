/*
 * watcher_list.h - the lists of a base's watchers, the callbacks around each wait
 *
 * watchers.c reads and changes the lists, with the base's lock held.
 */
#ifndef WATCHER_LIST_H
#define WATCHER_LIST_H

#include <stddef.h>
#include <sys/queue.h>

enum watcher_kind {
	WATCH_PREPARE,
	WATCH_CHECK,
	WATCHER_KINDS,
};

TAILQ_HEAD(watcher_list, evwatch);

struct watchers {
	struct watcher_list lists[WATCHER_KINDS];
	struct evwatch *next; /* the watcher to call after the running one */
};

static inline void watchers_init(struct watchers *watchers)
{
	for (int kind = 0; kind < WATCHER_KINDS; kind++)
		TAILQ_INIT(&watchers->lists[kind]);
	watchers->next = NULL;
}

#endif
