/*
 * event_struct.h - the members of struct event, for programs that embed one
 *
 * struct event has 128 bytes. Programs that were compiled for libevent 2.1 find the members that
 * they use at libevent's offsets: flags at 16, priority at 18, descriptor at 56, base at 64,
 * ev_events at 104 and ev_res at 106. Such a program may write ev_fd and ev_events while the event
 * is neither pending nor active; unbound does.
 *
 * ev_events and ev_res are within the 48 bytes of the timer, as libevent's members leave no other
 * room. While the event has a timeout, their values are in ev_aside, and the timer structure writes
 * to their own memory. event_get_events is right at any time.
 *
 * The first cache line has what expiry and calls use. The second (bytes 64 to 128) has what a timer
 * structure uses, the base and the period.
 *
 * OWNERSHIP. The caller owns the memory. From event_add until the event is neither pending nor
 * active, the event must not move, and only the functions of event.h may write to its members.
 */
#ifndef EVENT2_EVENT_STRUCT_H
#define EVENT2_EVENT_STRUCT_H

#include <stdint.h>

#include <event2/util.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Bits of evcb_flags: the state of an event. */
#define EVLIST_TIMEOUT	    0x01 /* its timer is armed */
#define EVLIST_INSERTED	    0x02 /* in the map of descriptors or signals */
#define EVLIST_SIGNAL	    0x04 /* never set; the name is libevent's */
#define EVLIST_ACTIVE	    0x08 /* in an active queue */
#define EVLIST_INTERNAL	    0x10 /* the loop's own event: not counted */
#define EVLIST_ACTIVE_LATER 0x20 /* never set; the name is libevent's */
#define EVLIST_FINALIZING   0x40
#define EVLIST_INIT	    0x80 /* assigned */
#define EVLIST_ALL	    0xff

struct event;
struct event_base;

/* An entry of an active queue: an event's first 40 bytes. The links are those of <sys/queue.h>. */
struct event_callback {
	struct {
		struct event_callback *tqe_next;
		struct event_callback **tqe_prev;
	} evcb_active_next;
	short evcb_flags; /* EVLIST_ bits */
	uint8_t evcb_pri; /* smaller runs first */
	uint8_t evcb_closure;
	int16_t evcb_ncalls;  /* signals: calls to make; EV_PERSIST: 1 while room is kept */
	uint16_t evcb_common; /* common timeouts: 1 + the queue's index while in a queue */
	union {
		void (*evcb_callback)(evutil_socket_t, short, void *);
		void (*evcb_selfcb)(struct event_callback *, void *);
		void (*evcb_evfinalize)(struct event *, void *);
		void (*evcb_cbfinalize)(struct event_callback *, void *);
	} evcb_cb_union;
	void *evcb_arg;
};

struct event {
	struct event_callback ev_evcallback;
	struct {
		struct event *le_next;
		struct event **le_prev;
	} ev_io_next; /* events of the same descriptor or signal */
	evutil_socket_t ev_fd;
	struct {
		short events, result;
	} ev_aside; /* values of ev_events and ev_res while the event has a timeout */
	struct event_base *ev_base;
	__extension__ union { /* anonymous, which is new in C11 */
#ifdef TIMER_H
		struct timer ev_timer; /* for the loop, which includes timer.h first */
#endif
		uint64_t ev_timer_private[6];
		__extension__ struct {
			uint64_t ev_before_events[4];
			short ev_events; /* EV_ bits asked for */
			short ev_res;	 /* EV_ bits that made it active */
		};
	};
	uint64_t ev_period; /* EV_PERSIST with a timeout: see timeout.c; 0: no timeout */
};

/* Like TAILQ_HEAD and LIST_HEAD of <sys/queue.h>. */
struct event_list {
	struct event *tqh_first;
	struct event **tqh_last;
};

struct event_dlist {
	struct event *lh_first;
};

#ifdef __cplusplus
}
#endif

#endif
