/*
 * watchers.c - callbacks just before and just after each wait (libevent 2.2's watch.h)
 */
#include "loop/base.h"

#include <event2/watch.h>

struct evwatch {
	struct evwatch *next, *previous;
	struct event_base *base;
	enum watcher_kind kind;
	union {
		evwatch_prepare_cb prepare;
		evwatch_check_cb check;
	} callback;
	void *arg;
};

struct evwatch_prepare_cb_info {
	uint64_t timeout; /* ns */
};

struct evwatch_check_cb_info {
	char unused;
};

static struct evwatch *watcher_new(struct event_base *base, enum watcher_kind kind, void *arg)
{
	struct evwatch *watcher = memory_allocate_zeroed(1, sizeof(*watcher));

	if (watcher) {
		watcher->base = base;
		watcher->kind = kind;
		watcher->arg = arg;
	}
	return watcher;
}

static struct evwatch *link_watcher(struct evwatch *watcher)
{
	struct watchers *watchers = &watcher->base->watchers;

	base_lock(watcher->base);
	watcher->previous = watchers->last[watcher->kind];
	if (watcher->previous)
		watcher->previous->next = watcher;
	else
		watchers->first[watcher->kind] = watcher;
	watchers->last[watcher->kind] = watcher;
	base_unlock(watcher->base);
	return watcher;
}

struct evwatch *evwatch_prepare_new(struct event_base *base, evwatch_prepare_cb callback, void *arg)
{
	struct evwatch *watcher = base ? watcher_new(base, WATCH_PREPARE, arg) : NULL;

	if (!watcher)
		return NULL;
	watcher->callback.prepare = callback;
	return link_watcher(watcher);
}

struct evwatch *evwatch_check_new(struct event_base *base, evwatch_check_cb callback, void *arg)
{
	struct evwatch *watcher = base ? watcher_new(base, WATCH_CHECK, arg) : NULL;

	if (!watcher)
		return NULL;
	watcher->callback.check = callback;
	return link_watcher(watcher);
}

struct event_base *evwatch_base(struct evwatch *watcher)
{
	return watcher->base;
}

static void unlink_watcher(struct evwatch *watcher)
{
	struct watchers *watchers = &watcher->base->watchers;

	if (watchers->next == watcher)
		watchers->next = watcher->next;
	if (watcher->next)
		watcher->next->previous = watcher->previous;
	else
		watchers->last[watcher->kind] = watcher->previous;
	if (watcher->previous)
		watcher->previous->next = watcher->next;
	else
		watchers->first[watcher->kind] = watcher->next;
}

void evwatch_free(struct evwatch *watcher)
{
	struct event_base *base = watcher->base;

	base_lock(base);
	unlink_watcher(watcher);
	base_unlock(base);
	memory_free(watcher);
}

/* The callback may free its watcher, so nothing reads the watcher after the call. */
static void call_watcher(struct evwatch *watcher, uint64_t timeout)
{
	const struct evwatch_prepare_cb_info info = { .timeout = timeout };
	const struct evwatch_check_cb_info nothing = { 0 };

	if (watcher->kind == WATCH_PREPARE)
		watcher->callback.prepare(watcher, &info, watcher->arg);
	else
		watcher->callback.check(watcher, &nothing, watcher->arg);
}

void watchers_call(struct event_base *base, enum watcher_kind kind, uint64_t timeout)
{
	struct evwatch *watcher = base->watchers.first[kind];

	while (watcher) {
		base->watchers.next = watcher->next;
		base_unlock(base);
		call_watcher(watcher, timeout);
		base_lock(base);
		watcher = base->watchers.next;
	}
}

int evwatch_prepare_get_timeout(const struct evwatch_prepare_cb_info *info, struct timeval *timeout)
{
	if (info->timeout == BACKEND_FOREVER)
		return 0;
	*timeout = time_to_timeval(info->timeout);
	return 1;
}

void watchers_free(struct event_base *base)
{
	for (int kind = 0; kind < WATCHER_KINDS; kind++) {
		while (base->watchers.first[kind])
			evwatch_free(base->watchers.first[kind]);
	}
}
