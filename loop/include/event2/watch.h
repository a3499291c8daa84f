/*
 * watch.h - callbacks around each wait: prepare just before it, check just after (libevent 2.2)
 *
 * Watchers do not keep a loop alive. Those of a kind are called in the order they were made in.
 */
#ifndef EVENT2_WATCH_H
#define EVENT2_WATCH_H

#include <event2/visibility.h>

#ifdef __cplusplus
extern "C" {
#endif

struct event_base;
struct evwatch;
struct timeval;

struct evwatch_prepare_cb_info; /* what a prepare callback may ask about */
struct evwatch_check_cb_info;	/* reserved */

typedef void (*evwatch_prepare_cb)(struct evwatch *, const struct evwatch_prepare_cb_info *,
				   void *);
typedef void (*evwatch_check_cb)(struct evwatch *, const struct evwatch_check_cb_info *, void *);

/*
 * A watcher of base: prepare before it polls, check after it has polled and before timeouts. NULL
 * without memory. The caller frees it; event_base_free frees what is left. The callback is called
 * without the base's lock and may free its own watcher or make others.
 */
EVENT2_EXPORT_SYMBOL
struct evwatch *evwatch_prepare_new(struct event_base *base, evwatch_prepare_cb callback,
				    void *arg);
EVENT2_EXPORT_SYMBOL
struct evwatch *evwatch_check_new(struct event_base *base, evwatch_check_cb callback, void *arg);

EVENT2_EXPORT_SYMBOL
struct event_base *evwatch_base(struct evwatch *watcher);

EVENT2_EXPORT_SYMBOL
void evwatch_free(struct evwatch *watcher);

/* How long the loop is about to sleep at most: 1 and *timeout, or 0 when without limit. */
EVENT2_EXPORT_SYMBOL
int evwatch_prepare_get_timeout(const struct evwatch_prepare_cb_info *info,
				struct timeval *timeout);

#ifdef __cplusplus
}
#endif

#endif
