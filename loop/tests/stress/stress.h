/*
 * stress.h - random programs against the loop, and a ledger of the calls that the loop owes them
 *
 * A round is one process, with one structure, one backend and one seed. A round has slots. A slot
 * holds one event at a time: a timer, a reader, a writer, a signal, an event that is only
 * activated, or a timer that its callback re-arms. Threads and callbacks choose slots at random and
 * operate on their events. In a round without threads, the loop's own thread operates in the
 * callback of a timer, and the seed decides all operations. With the backend `virtual` the seed
 * also decides the times.
 *
 * WHAT THE LOOP PROMISES, and what a round checks (libevent 2.1.12 promises the same):
 *
 * - event_del from another thread first removes the event. If the event's callback is
 *   running, event_del then waits until the callback has returned. event_free calls
 *   event_del, so it waits, too. If the event has EV_FINALIZE, event_del does not wait.
 *   event_del_block always waits, and event_del_noblock never waits. After a deletion that
 *   does not wait, a call that was under way may still happen, but no other call.
 * - A callback may arm its own event while event_del waits for that callback. The event is
 *   then pending when event_del returns. A second event_del is final if the callback knows
 *   by then that it must not arm the event again.
 * - A finalizer runs once, and not while the event's callback runs. After the finalizer
 *   no callback of the event is called.
 * - A call that fails because memory runs out changes nothing.
 * - An armed timer fires, not before its deadline, and only once unless it is persistent.
 *   The same holds for event_base_once.
 *
 * WHAT A PROGRAM MUST NOT DO, and a round does not do: assign or free an event, or set its
 * priority, while another thread may use the event. libevent has no lock for these calls. So each
 * slot has a lock, and a thread holds it while it operates on the slot's event. A callback must not
 * wait for this lock, because its holder may be in event_del and wait for the callback. So a
 * callback uses trylock. A callback that arms its own timer does not take the lock, because
 * event_add needs none.
 *
 * THE LEDGER of a slot states what the loop owes: whether the timer is armed, and the earliest time
 * at which it may fire; whether the event is in the map of its descriptor or signal; whether the
 * event was activated. There is one thing that the ledger cannot know. When another thread arms the
 * event, the loop may have taken a call from its queue that it has not begun yet. From then on the
 * slot is `loose`, until the next deletion that waits, and the ledger's answers for a loose slot
 * may be MAYBE.
 *
 * THE PAYLOAD of a slot is memory that event_del protects. A callback writes to it. So does a
 * thread after its event_del has returned. Both write without a lock. If the loop lets them run at
 * the same time, ThreadSanitizer reports it. If a callback runs after the payload was freed,
 * AddressSanitizer reports it.
 *
 * THE QUIET is a phase in which all threads except the loop's are halted. In the quiet the loop
 * must make all calls that it owes, the ledger must agree with event_pending, and the counts must
 * agree with event_base_get_num_events. A round also makes calls that must wake up a sleeping loop,
 * and forks a child that continues with the base after event_reinit.
 */
#ifndef STRESS_H
#define STRESS_H

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include <event2/event.h>
#include <event2/event_struct.h>

#define MILLISECOND UINT64_C(1000000)
#define SECOND	    UINT64_C(1000000000)

#define SLOTS_MOST 256
#define CHANNELS   8
#define SIGNALS	   3
#define COMMONS	   3
#define COMMON_FAR 2 /* the common timeout that is far in the future */
#define WORKERS	   3
#define ONCES	   64

enum sure { NO, MAYBE, YES };

enum kind {
	KIND_TIMER,
	KIND_READER,
	KIND_WRITER,
	KIND_SIGNAL,
	KIND_USER,  /* only activated */
	KIND_AGAIN, /* its callback re-arms it */
	KINDS,
};

/* Whether the loop may call a slot's callback. */
enum permit {
	PERMIT_NONE,
	PERMIT_ONE, /* only the call that was under way at a deletion that did not wait */
	PERMIT_ANY,
};

/* The number of latest operations on a slot that are printed when a round fails. */
#define HISTORY 24

struct entry {
	const char *what, *thread;
	uint64_t at; /* ns since the round began */
	int64_t detail;
};

/* The memory that event_del protects. It is on the heap, and is sometimes replaced. */
struct payload {
	uint64_t touched;
};

struct slot {
	int index;
	pthread_mutex_t lock; /* held by a thread that operates on the event */
	struct event *event;
	struct event own; /* used unless on_heap */
	bool on_heap;
	enum kind kind;
	short events;
	struct channel *channel;
	int end; /* which end of the channel: 0 or 1 */
	int signal;
	struct payload *payload;

	pthread_mutex_t book; /* guards the members below; never held during a call of the loop */
	enum permit permit;
	enum sure timer, inserted, owed;
	bool loose;	 /* see THE LEDGER above */
	bool faked;	 /* after event_active with EV_TIMEOUT: it looks like the timer's */
	bool finalizing; /* until the finalizer has run */
	bool free_in_finalizer;
	uint64_t due; /* ns; the timer must not fire earlier; 0: unknown */
	uint64_t interval;
	uint64_t period; /* ns, of a persistent timer; 0: none or unknown */
	bool period_unknown;
	short activated; /* bits given to event_active */
	uint64_t calls;
	struct entry history[HISTORY];
	unsigned entries;

	atomic_bool running; /* cleared by a relaxed store: see ledger_leave */
	atomic_bool stopping;
};

/* A pair of sockets, or the two ends of a pipe. */
struct channel {
	pthread_mutex_t lock; /* held while its descriptors are written to or replaced */
	int ends[2];
	bool is_pipe;
	atomic_bool disordered; /* its descriptors were closed before its events were deleted */
};

/* A thread of the round, as the watchdog and the output see it. */
struct actor {
	const char *name;
	pthread_t thread;
	uint64_t random;
	_Atomic(const char *) doing; /* NULL: it is not in a call that could hang */
	atomic_int slot;
	atomic_uint_fast64_t serial;
	bool in_loop;	      /* it runs the loop, so no call can be under way elsewhere */
	struct slot *calling; /* the slot whose callback this thread runs */
	int may_fail;	      /* one of this many allocations fails; 0: none */
	struct actor *next;
};

struct once {
	atomic_int state; /* an enum in once.c */
	uint64_t due;
};

struct stress {
	/* Set from the command line. */
	const char *structure, *backend, *fault;
	uint64_t seed;
	unsigned milliseconds, patience;
	bool threads, verbose;

	struct event_base *base;
	bool is_virtual, is_child;
	bool coarse; /* timeouts start from the coarse clock */
	uint64_t began;
	uint64_t tick, lateness_ppm; /* of the structure */
	int slots_used, priorities;
	struct slot slots[SLOTS_MOST];
	struct channel channels[CHANNELS];
	const struct timeval *commons[COMMONS];
	uint64_t common_ns[COMMONS];
	struct event *keeper; /* a timer far in the future, so that an event is always pending */
	int fail_one_of;      /* one of this many allocations fails in operations; 0: none */
	bool fail_in_loop;    /* allocations in the loop's own iterations fail, too */
	atomic_bool quiet;    /* callbacks do not operate */
	atomic_bool ending;
	atomic_bool deep;	      /* event_base_loop gets no flags, so it does not return */
	atomic_uint_fast64_t returns; /* of event_base_loop */
	atomic_int last_return;

	/* Printed at the end. */
	atomic_uint_fast64_t operations, calls, refused, raised, reopened, children, loops,
		once_calls;
	atomic_uint_fast64_t failed_allocations;
};

extern struct stress stress;

/* actor.c */
extern _Thread_local struct actor *self;
void actor_begin(struct actor *actor, const char *name);
uint64_t draw(void);
uint64_t draw_below(uint64_t limit);
bool one_of(uint64_t count);
uint64_t now_ns(void); /* on the base's clock */
uint64_t origin_ns(void);
void begin_call(const char *what, const struct slot *slot);
void end_call(void);
void note(struct slot *slot, const char *what, int64_t detail);
_Noreturn void fail(const struct slot *slot, const char *format, ...)
	__attribute__((format(printf, 2, 3)));
extern struct actor *actors;
extern pthread_mutex_t actors_lock;

/* memory.c */
void memory_begin(void);
void memory_expect_none_left(void);

/* faults.c: the functions of the loop that a fault can replace */
struct calls {
	int (*add)(struct event *event, const struct timeval *timeout);
	int (*del)(struct event *event);
	int (*del_block)(struct event *event);
	int (*del_noblock)(struct event *event);
	void (*active)(struct event *event, int what, short ncalls);
	void (*free)(struct event *event);
	int (*finalize)(unsigned flags, struct event *event, event_finalize_callback_fn callback);
	int (*free_finalize)(unsigned flags, struct event *event,
			     event_finalize_callback_fn callback);
	int (*once)(struct event_base *base, evutil_socket_t fd, short events,
		    event_callback_fn callback, void *arg, const struct timeval *timeout);
	int (*count)(struct event_base *base, unsigned what);
	int (*reinit)(struct event_base *base);
	int (*close)(int fd);
	void (*in_callback)(void);
};
extern struct calls calls;
bool faults_has(const char *name);
void faults_choose(const char *name);
void faults_list(FILE *file);

/* ledger.c */
struct ledger {
	enum permit permit;
	enum sure timer, inserted, owed;
	bool loose, faked, period_unknown;
	uint64_t due, interval, period;
	uint64_t calls; /* of the callback, when this copy was made */
};
void ledger_arm(struct slot *slot, struct ledger *before, const uint64_t *timeout);
void ledger_arm_failed(struct slot *slot, const struct ledger *before);
void ledger_activate(struct slot *slot, short what);
void ledger_timer_removed(struct slot *slot);
void ledger_deleted(struct slot *slot, bool waited);
void ledger_assigned(struct slot *slot);
void ledger_enter(struct slot *slot, short what);
void ledger_leave(struct slot *slot);

/* slots.c */
bool slot_assign(struct slot *slot);
void slot_delete(struct slot *slot);
bool slot_release(struct slot *slot);
void slot_finalize(struct slot *slot);
bool slot_is_busy(struct slot *slot);
void slots_begin(void);
void slots_end(bool base_is_freed);

/* callbacks.c */
void callback(evutil_socket_t fd, short what, void *arg);
void finalizer(struct event *event, void *arg);

/* operations.c */
void operate(void);
bool slot_add(struct slot *slot, const struct timeval *timeout, uint64_t ns);
struct timeval timeval_of(uint64_t ns);

/* channels.c */
void channels_begin(void);
void channels_end(void);
void channel_write(struct channel *channel);
void channel_empty(struct channel *channel);
void channel_fill_and_empty(struct channel *channel);
void channel_replace(struct channel *channel);
void channel_reopen_in_order(struct channel *channel);

/* signals.c */
extern const int signal_numbers[SIGNALS];
void signals_begin(void);
void signals_expect_restored(void);
void signal_send(int number);

/* once.c */
void once_issue(void);
void once_issue_one(uint64_t ns);
bool once_is_served(void);
int once_outstanding(void);

/* quiet.c */
void quiet_check(void);
void probe_loop(void);
void check_channels_and_signals(void);
void check_counts(void);
int expected_count(void);
void wait_until(bool (*done)(void *arg), void *arg, const char *what, const struct slot *slot);

/* wakeups.c */
void wakeups_check(void);

/* child.c */
void child_check(void);

/* watchdog.c */
void watchdog_begin(void);
void watchdog_end(void);

/* threads.c */
void threads_begin(void);
void threads_pause(void);
void threads_go_on(void);
void loop_pause(void);
void loop_go_on(void);
void threads_end(void);

/* alone.c */
void alone_operate(uint64_t operations);

/* round.c */
void round_run(void);

#endif
