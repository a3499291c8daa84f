/*
 * stress.h - random programs against the loop, and a ledger of what it owes them
 *
 * A round is one process, with one structure, one backend and one seed. It has slots; each has one
 * event at a time: a timer, a reader, a writer, a signal, an event that is only activated, a timer
 * that its callback arms again. Threads pick slots at random and operate on their events, and so do
 * callbacks. In a round without threads the loop's own thread does all of it, in the callback of a
 * timer, and the seed decides everything; with the backend `virtual` the clock as well.
 *
 * WHAT IS PROMISED, and so checked (libevent 2.1.12 promises no less):
 *
 *  - event_del from another thread first takes the event out, then waits until a callback of it
 *    that is running has returned. So does event_free, which calls it. For an event with
 *    EV_FINALIZE event_del does not wait; event_del_block always waits, event_del_noblock never.
 *    After a deletion that does not wait, the call that was under way may still come; no other.
 *  - A callback may arm its own event while event_del waits for that callback; then the event is
 *    pending when event_del returns. A second event_del is final, if the callback knows by then
 *    that it is not to arm the event again.
 *  - A finalizer runs once, when the event's callback does not run, and nothing is called after it.
 *  - A failed call (no memory) has changed nothing.
 *  - A timer that is armed fires, not early, and once unless it persists. So does event_base_once.
 *
 * WHAT A PROGRAM MUST NOT DO, and this one does not: assign, free or give a priority to an event
 * while another thread may use it. libevent has no lock for these. Each slot has a lock, which a
 * thread holds for an operation on the slot's event. A callback must not wait for that lock, as
 * event_del may wait for the callback meanwhile: a callback only tries to take it. A timer that its
 * callback arms again does that without the lock, since event_add needs none.
 *
 * THE LEDGER of a slot says what the loop owes: whether the timer is armed, and since when it may
 * fire; whether the event is in the map of its descriptor or signal; whether it was activated. One
 * thing it cannot know: whether a call was under way, taken from the queue and not yet begun, when
 * another thread armed the event again. Then the slot is `loose` until the next deletion that
 * waits, and answers to questions about it may be MAYBE.
 *
 * The slot's payload is the part of the program that event_del protects: a callback writes to it,
 * and so does a thread for which event_del has returned, both without a lock. ThreadSanitizer sees
 * when the loop does not keep them apart, AddressSanitizer when a callback comes after free.
 *
 * Threads stop now and then. With the loop alone, all that is owed must come, what the ledger says
 * must be what event_pending says, and the counts must be those of event_base_get_num_events. In
 * this quiet some calls are made that a sleeping loop must wake up for, and a child is forked that
 * goes on with the base after event_reinit.
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
#define COMMON_FAR 2 /* of these the one that is far in the future */
#define WORKERS	   3
#define ONCES	   64

enum sure { NO, MAYBE, YES };

enum kind {
	KIND_TIMER,
	KIND_READER,
	KIND_WRITER,
	KIND_SIGNAL,
	KIND_USER,  /* only activated */
	KIND_AGAIN, /* its callback arms it again */
	KINDS,
};

/* Whether a callback may begin. */
enum permit {
	PERMIT_NONE,
	PERMIT_ONE, /* the one that was under way at a deletion that did not wait */
	PERMIT_ANY,
};

/* The latest operations on a slot, for whoever reads a failure. */
#define HISTORY 24

struct entry {
	const char *what, *thread;
	uint64_t at; /* ns since the round began */
	int64_t detail;
};

/* What event_del protects; on the heap, and replaced now and then. */
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
	int end; /* of the channel */
	int signal;
	struct payload *payload;

	pthread_mutex_t book; /* guards the rest; never held while the loop is called */
	enum permit permit;
	enum sure timer, inserted, owed;
	bool loose;	 /* a call that was under way may be taken for a newer one */
	bool faked;	 /* event_active with EV_TIMEOUT: the next timeout proves nothing */
	bool finalizing; /* until the finalizer has run */
	bool free_in_finalizer;
	uint64_t due; /* the timer does not fire before that; 0: not known */
	uint64_t interval;
	uint64_t period; /* of a persistent one, 0: none or not known */
	bool period_unknown;
	short activated; /* bits given to event_active */
	uint64_t calls;
	struct entry history[HISTORY];
	unsigned entries;

	atomic_bool running; /* relaxed on the way out: see ledger.c */
	atomic_bool stopping;
};

/* Two descriptors, each of which may be read and written, or the ends of a pipe. */
struct channel {
	pthread_mutex_t lock; /* held while its descriptors are written to or replaced */
	int ends[2];
	bool is_pipe;
	atomic_bool disordered; /* closed under the loop since its events were last all deleted */
};

/* A thread of the round, for the watchdog and for what is printed. */
struct actor {
	const char *name;
	pthread_t thread;
	uint64_t random;
	_Atomic(const char *) doing; /* NULL: nothing that could hang */
	atomic_int slot;
	atomic_uint_fast64_t serial;
	bool in_loop;	      /* it runs the loop, so no call is under way elsewhere */
	struct slot *calling; /* whose callback this thread is in */
	int may_fail;	      /* 1 of so many allocations fails; 0: none */
	struct actor *next;
};

struct once {
	atomic_int state; /* enum in once.c */
	uint64_t due;
};

struct stress {
	/* As asked for. */
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
	struct event *keeper; /* far in the future: the loop is never empty */
	int fail_one_of;      /* allocations, while operations run */
	bool fail_in_loop;    /* also those of the loop's own iterations */
	atomic_bool quiet;    /* callbacks do not operate */
	atomic_bool ending;
	atomic_bool deep;	      /* the loop is to stay within one event_base_loop */
	atomic_uint_fast64_t returns; /* of event_base_loop */
	atomic_int last_return;

	/* What is printed at the end. */
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

/* faults.c: every call of the loop's that a fault may replace */
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
int faults_choose(const char *name);
void faults_list(FILE *file);

/* ledger.c */
struct ledger {
	enum permit permit;
	enum sure timer, inserted, owed;
	bool loose, faked, period_unknown;
	uint64_t due, interval, period;
	uint64_t calls; /* by then */
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
