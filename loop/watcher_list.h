/*
 * watcher_list.h - a base's watchers: its lists of callbacks around each wait
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
	struct evwatch *next; /* the watcher after the running one, which may be freed */
};

static inline void watchers_init(struct watchers *watchers)
{
	for (int kind = 0; kind < WATCHER_KINDS; kind++)
		TAILQ_INIT(&watchers->lists[kind]);
	watchers->next = NULL;
}

#endif
