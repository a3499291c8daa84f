/*
 * event_compat.h - the functions of libevent 1, which use one base for the whole process
 *
 * These functions use the current base, which is the base that event_init made last. They are not
 * safe in a program with several threads or bases. Such a program uses the functions of event.h.
 */
#ifndef EVENT2_EVENT_COMPAT_H
#define EVENT2_EVENT_COMPAT_H

#include <event2/event.h>
#include <event2/visibility.h>

#ifdef __cplusplus
extern "C" {
#endif

/*
 * Makes a base, which becomes the current base. Ends the process on failure. The caller frees the
 * base with event_base_free.
 */
EVENT2_EXPORT_SYMBOL
struct event_base *event_init(void);

/* Do the same as the functions of event.h with event_base_ in their names, on the current base. */
EVENT2_EXPORT_SYMBOL
int event_dispatch(void);
EVENT2_EXPORT_SYMBOL
int event_loop(int flags);
EVENT2_EXPORT_SYMBOL
int event_loopexit(const struct timeval *after);
EVENT2_EXPORT_SYMBOL
int event_loopbreak(void);
EVENT2_EXPORT_SYMBOL
int event_once(evutil_socket_t fd, short events, void (*callback)(evutil_socket_t, short, void *),
	       void *arg, const struct timeval *timeout);
EVENT2_EXPORT_SYMBOL
const char *event_get_method(void);
EVENT2_EXPORT_SYMBOL
int event_priority_init(int priorities);

/*
 * Does the same as event_assign with the current base, but ends the process on failure.
 * event_base_set can move the event to another base.
 */
EVENT2_EXPORT_SYMBOL
void event_set(struct event *event, evutil_socket_t fd, short events,
	       void (*callback)(evutil_socket_t, short, void *), void *arg);

#define evtimer_set(ev, cb, arg)     event_set((ev), -1, 0, (cb), (arg))
#define evsignal_set(ev, x, cb, arg) event_set((ev), (x), EV_SIGNAL | EV_PERSIST, (cb), (arg))

#define timeout_add(ev, tv)	 event_add((ev), (tv))
#define timeout_set(ev, cb, arg) event_set((ev), -1, 0, (cb), (arg))
#define timeout_del(ev)		 event_del(ev)
#define timeout_pending(ev, tv)	 event_pending((ev), EV_TIMEOUT, (tv))
#define timeout_initialized(ev)	 event_initialized(ev)

#define signal_add(ev, tv)	   event_add((ev), (tv))
#define signal_set(ev, x, cb, arg) event_set((ev), (x), EV_SIGNAL | EV_PERSIST, (cb), (arg))
#define signal_del(ev)		   event_del(ev)
#define signal_pending(ev, tv)	   event_pending((ev), EV_SIGNAL, (tv))
#define signal_initialized(ev)	   event_initialized(ev)

#ifndef EVENT_FD
#define EVENT_FD(ev)	 ((int)event_get_fd(ev))
#define EVENT_SIGNAL(ev) event_get_signal(ev)
#endif

#ifdef __cplusplus
}
#endif

#endif
