/*
 * event_struct.h - the members of struct event, for programs that embed events in their own data
 *
 * struct event has 128 bytes. Programs that were compiled for libevent 2.1 find the members that
 * they use at libevent's offsets: flags at 16, priority at 18, descriptor at 56, base at 64,
 * ev_events at 104 and ev_res at 106. Such a program may write ev_fd and ev_events while the event
 * is neither pending nor active. For example, unbound does so.
 *
 * The timer has 48 bytes and overlaps ev_events and ev_res, because libevent's members leave no
 * room of this size. While the event has a timeout, the values of ev_events and ev_res are in
 * ev_aside, and the timer structure uses the memory of the two members. event_get_events returns
 * the right value at any time.
 *
 * The first cache line (bytes 0 to 64) has the members that expiry and calls use. The second (bytes
 * 64 to 128) has the members that a timer structure uses, the base and the period.
 *
 * OWNERSHIP. The program owns the memory. While the event is pending or active, the event must not
 * move, and only the functions of event.h may write to its members.
 */
#ifndef EVENT2_EVENT_STRUCT_H
#define EVENT2_EVENT_STRUCT_H

#include <stdint.h>

#include <event2/util.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Bits of evcb_flags: the state of an event. */
#define EVLIST_TIMEOUT	    0x01 /* the event's timer is armed */
#define EVLIST_INSERTED	    0x02 /* the event is in the map of descriptors or signals */
#define EVLIST_SIGNAL	    0x04 /* never set; libevent has it */
#define EVLIST_ACTIVE	    0x08 /* the event is in an active queue */
#define EVLIST_INTERNAL	    0x10 /* the event is the loop's own and not counted as added */
#define EVLIST_ACTIVE_LATER 0x20 /* never set; libevent has it */
#define EVLIST_FINALIZING   0x40 /* event_finalize was called */
#define EVLIST_INIT	    0x80 /* the event was assigned */
#define EVLIST_ALL	    0xff

struct event;
struct event_base;

/* The first 40 bytes of an event, an entry of an active queue. The links fit <sys/queue.h>. */
struct event_callback {
	struct {
		struct event_callback *tqe_next;
		struct event_callback **tqe_prev;
	} evcb_active_next;
	short evcb_flags;     /* EVLIST_ bits */
	uint8_t evcb_pri;     /* the priority; the smallest runs first */
	uint8_t evcb_closure; /* how the loop calls the callback: see loop/event_members.h */
	int16_t evcb_ncalls;  /* EV_SIGNAL: calls to make; EV_PERSIST: 1 while room is kept */
	uint16_t evcb_common; /* while in a common queue: 1 + the queue's index; otherwise 0 */
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
	} ev_io_next; /* links of the list of the events of one descriptor or signal */
	evutil_socket_t ev_fd;
	struct {
		short events, result;
	} ev_aside; /* the values of ev_events and ev_res while the event has a timeout */
	struct event_base *ev_base;
	__extension__ union { /* anonymous unions are new in C11 */
#ifdef TIMER_H
		struct timer ev_timer; /* only for the loop, which includes timer.h before */
#endif
		uint64_t ev_timer_private[6];
		__extension__ struct {
			uint64_t ev_before_events[4];
			short ev_events; /* EV_ bits that the program asked for */
			short ev_res;	 /* EV_ bits that made the event active */
		};
	};
	uint64_t ev_period; /* the period with EV_PERSIST: see loop/timeout.h; 0 without timeout */
};

/* The same as TAILQ_HEAD and LIST_HEAD of <sys/queue.h>. */
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
