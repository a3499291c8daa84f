/*
 * watchers.c - callbacks just before and just after each wait (watch.h of libevent 2.2)
 */
#include "loop/watchers.h"

#include <event2/watch.h>

#include "loop/base.h"
#include "loop/memory.h"

struct evwatch {
	TAILQ_ENTRY(evwatch) link;
	struct event_base *base;
	enum watcher_kind kind;
	union {
		evwatch_prepare_cb prepare;
		evwatch_check_cb check;
	} callback;
	void *arg;
};

struct evwatch_prepare_cb_info {
	uint64_t timeout; /* ns, or BACKEND_FOREVER */
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

static struct evwatch *add_watcher(struct evwatch *watcher)
{
	struct watchers *watchers = &watcher->base->watchers;

	base_lock(watcher->base);
	TAILQ_INSERT_TAIL(&watchers->lists[watcher->kind], watcher, link);
	base_unlock(watcher->base);
	return watcher;
}

struct evwatch *evwatch_prepare_new(struct event_base *base, evwatch_prepare_cb callback, void *arg)
{
	struct evwatch *watcher = base ? watcher_new(base, WATCH_PREPARE, arg) : NULL;

	if (!watcher)
		return NULL;
	watcher->callback.prepare = callback;
	return add_watcher(watcher);
}

struct evwatch *evwatch_check_new(struct event_base *base, evwatch_check_cb callback, void *arg)
{
	struct evwatch *watcher = base ? watcher_new(base, WATCH_CHECK, arg) : NULL;

	if (!watcher)
		return NULL;
	watcher->callback.check = callback;
	return add_watcher(watcher);
}

struct event_base *evwatch_base(struct evwatch *watcher)
{
	return watcher->base;
}

void evwatch_free(struct evwatch *watcher)
{
	struct event_base *base = watcher->base;
	struct watchers *watchers = &base->watchers;

	base_lock(base);
	if (watchers->next == watcher)
		watchers->next = TAILQ_NEXT(watcher, link);
	TAILQ_REMOVE(&watchers->lists[watcher->kind], watcher, link);
	base_unlock(base);
	memory_free(watcher);
}

/* Must not read the watcher after the call, because the callback may have freed it. */
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
	struct evwatch *watcher = TAILQ_FIRST(&base->watchers.lists[kind]);

	while (watcher) {
		base->watchers.next = TAILQ_NEXT(watcher, link);
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
	struct evwatch *watcher;

	for (int kind = 0; kind < WATCHER_KINDS; kind++) {
		while ((watcher = TAILQ_FIRST(&base->watchers.lists[kind])))
			evwatch_free(watcher);
	}
}
