/*
 * watch.h - callbacks around each wait: prepare just before it, check just after (libevent 2.2)
 *
 * Watchers do not keep a loop running. Watchers of one kind are called in the order of their
 * creation.
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

struct evwatch_prepare_cb_info; /* argument of evwatch_prepare_get_timeout */
struct evwatch_check_cb_info;	/* reserved */

typedef void (*evwatch_prepare_cb)(struct evwatch *, const struct evwatch_prepare_cb_info *,
				   void *);
typedef void (*evwatch_check_cb)(struct evwatch *, const struct evwatch_check_cb_info *, void *);

/*
 * Create a watcher. A prepare watcher is called before each wait, a check watcher after the wait
 * and before timeouts expire. NULL without memory. The caller frees the watcher; event_base_free
 * frees the rest. The callback is called without the base's lock. It may free its own watcher or
 * create others.
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

/* Returns 1 and sets *timeout to how long the loop may sleep, or returns 0 if without limit. */
EVENT2_EXPORT_SYMBOL
int evwatch_prepare_get_timeout(const struct evwatch_prepare_cb_info *info,
				struct timeval *timeout);

#ifdef __cplusplus
}
#endif

#endif
