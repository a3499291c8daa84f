/*
 * watch.h - watchers, which are callbacks just before and just after each wait (libevent 2.2)
 *
 * Watchers do not keep a loop running. The loop calls watchers of one kind in the order of their
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
 * Create a watcher. The loop calls a prepare watcher before each wait, and a check watcher after
 * each wait and before timeouts expire. Return NULL if base is NULL or memory runs out. The caller
 * may free the watcher with evwatch_free. event_base_free frees all other watchers of the base. The
 * loop calls the callback without the base's lock. The callback may free its own watcher and create
 * watchers.
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

/*
 * Stores how long the loop may sleep in *timeout, and returns 1. Returns 0 if the loop may sleep
 * without limit.
 */
EVENT2_EXPORT_SYMBOL
int evwatch_prepare_get_timeout(const struct evwatch_prepare_cb_info *info,
				struct timeval *timeout);

#ifdef __cplusplus
}
#endif

#endif
