/*
 * timer.h - the contract between timer structures and those who use them
 *
 * A timer structure holds timers and says which are due. This header is all that an event loop, a
 * benchmark or a test knows of one: a struct timer to embed, and a table of operations, struct
 * timer_structure, in which every structure ends. The words are those of Varghese and Lauck
 * (SOSP 1987): START_TIMER is insert, STOP_TIMER is disarm or remove, expiry processing is expire.
 *
 * TIME is uint64_t nanoseconds on whatever monotonic clock the caller keeps. It enters only as an
 * argument; no structure reads a clock. TIMER_NEVER is the deadline that never comes, whatever now
 * is.
 *
 * What a structure knows of now is what create and expire were last told. The caller's clock runs
 * ahead of that by any time: expire need not be called before next says, nor at all while the set
 * is empty, and callbacks may take long. All that the caller owes is a clock that does not go back:
 * a timer may be late if expire is then told an earlier now than the caller's when it was armed.
 * What a structure promises counts from the caller's now, which insert and reinsert do not have.
 * They know that deadline - interval has come when an interval is given, and nothing when it is 0.
 * A structure that must know better puts the timer aside until the next expire.
 *
 * OWNERSHIP. A timer is the caller's memory, embedded in the caller's object. From insert until
 * remove or expiry hands it back, the structure may read and write it, so it must stay where it is.
 *
 *	           insert              disarm
 *	  idle ---------------> armed --------> disarmed
 *	   ^  ^                 |  | ^             |  |
 *	   |  +---- expire -----+  | +-- insert ---+  |
 *	   |  +---- remove --------+                  |
 *	   +------- remove ---------------------------+        reinsert: armed -> armed
 *
 * A timer that is all zero is idle. Memory of an idle timer is the caller's alone. A disarmed timer
 * will not fire, but its memory is still the structure's: that is what makes a stop without
 * touching the neighbours possible, and why disarm and remove are two operations that are never
 * ranked against each other.
 *
 * FILING. A structure files a timer by its key and link. It writes deadline in insert and reinsert
 * and does not read deadline again, except in check, which may report a key that is after the
 * deadline. So a structure that wraps another (lazy) can change the deadline of a filed timer, or
 * use the field as a mark. A timer's key says when the timer will be handed over at the latest: in
 * ns or, where the accuracy has a tick, in ticks. The key is UINT64_MAX only for a timer that was
 * armed for TIMER_NEVER, and handing the timer over does not change its key. These rules do not
 * bind a structure that puts timers off by itself (puts_off): nothing wraps it.
 *
 * FAILURE. Only create and reserve fail, with a negative errno, and then nothing has changed. After
 * reserve(n) no operation fails while at most n timers are not idle, until reserve is called again.
 *
 * MEMORY is allocated in create and reserve. Whatever fires or is removed, what was reserved is
 * there for the next timers. A caller that has passed a peak calls reserve for fewer, and then some
 * structures give memory back. The essay of each says what (GIVES BACK).
 *
 * MISUSE (inserting an armed timer, removing an idle one, ...) dies by assert() with a message.
 * With NDEBUG defined the checks are gone, and so is their cost.
 *
 * THREADS. None of this locks. One thread at a time may use a set; two sets share nothing.
 */
#ifndef TIMER_H
#define TIMER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define TIMER_NEVER UINT64_MAX

/* One second in the unit of this header, for options and tests. */
#define TIMER_SECOND UINT64_C(1000000000)

/*
 * 32 bytes of the timer that are private to the structure which holds it. All zero while idle and
 * only then, and left so by remove and expire: an idle timer may be inserted into any set.
 */
union timer_link {
	struct {
		struct timer *next;
		struct timer *previous;
	};
	void *pointer[4];
	uint64_t word[4];
	uint32_t half[8];
};

struct timer {
	uint64_t deadline; /* when it is to fire; callers read it while it is armed, or when it */
			   /* fires; only operations write it */
	uint64_t key;	   /* what it is filed under; structures order by key alone, so that a */
			   /* later re-arm can move deadline and leave the filing as it is */
	union timer_link link; /* the structure's */
};

_Static_assert(sizeof(union timer_link) == 32, "the link is 32 bytes");
_Static_assert(sizeof(struct timer) == 48, "a timer is 48 bytes");

/* What a structure keeps beside the timers; only the structure knows what is in it. */
struct timer_set;

/*
 * When a timer fires, seen from its deadline. Never early, in every class. Where the interval is 0,
 * or less than the time from the caller's now to the deadline, the fraction is of that time.
 */
enum timer_when {
	TIMER_EXACT,	     /* at the first expire whose now is at or after the deadline */
	TIMER_TO_A_TICK,     /* at the first whose now is at or after the next multiple of tick */
	TIMER_LATE_FRACTION, /* late by at most `fraction` of the interval, plus a tick */
};

/*
 * In what order expire hands timers over: one call, and calls at one now together. Order among
 * equals is free in every class.
 */
enum timer_order {
	TIMER_BY_DEADLINE,
	TIMER_BY_TICK, /* by the tick that it fires in; armed too late, by any tick since its own */
	TIMER_UNORDERED,
};

struct timer_accuracy {
	enum timer_when when;
	enum timer_order order;
	uint64_t tick;	 /* ns; 0 when neither time nor order goes by ticks */
	double fraction; /* of the interval; 0 unless TIMER_LATE_FRACTION */
};

/* The costs that a structure claims, as text: "O(log n)". n is the number of armed timers. */
struct timer_complexity {
	const char *insert, *reinsert, *disarm, *remove, *next, *expire;
};

struct option_spec; /* common/options.h */

/*
 * The table in which a structure's file ends, named timer_ plus the file's name with '_' for '-'.
 * The registry is generated from the files' names, so that a new file is all that a new structure
 * takes.
 */
struct timer_structure {
	const char *name;	/* what people type and what legends show */
	const char *summary;	/* one line */
	const char *source;	/* the paper or system that it is taken from */
	const char *departures; /* where it differs from that source, and why */
	struct timer_complexity complexity;

	/* The largest number of timers it is sensible for, by its own account; 0 when any number
	 * is. Of a wrapper: what it wraps says (timer_structure_within). */
	size_t bears;

	/* While anything is armed, next is the next tick, however far the first deadline is. Of a
	 * wrapper as above. */
	bool ticks;

	/* A later re-arm only moves the deadline, to which key is brought up when the timer comes
	 * up: lazy does not wrap it. */
	bool puts_off;

	/*
	 * Options: a table that ends with a row without a name, the size of the struct that the
	 * rows point into, the settings worth testing (NULL ends the list; "" is the default), and
	 * a function that says why a combination is impossible, or NULL. Any of them may be NULL.
	 */
	const struct option_spec *options;
	size_t options_size;
	const char *const *interesting;
	const char *(*refuse)(const void *options);

	/* How accurate it is with these options. NULL when it is exact and ordered by deadline. */
	void (*accuracy)(const void *options, struct timer_accuracy *accuracy);

	/*
	 * The ns by which a timer may be ahead, with these options, before it costs a wake-up in
	 * vain for each time that it is as far ahead again: wheels that timers may lap look at all
	 * of them once a lap. 0: no lap is short enough to matter. NULL when it is 0 with all
	 * options.
	 */
	uint64_t (*lap)(const void *options);

	/*
	 * create makes an empty set that has seen `now`; options is the filled-in options struct
	 * (of options_size bytes, read during the call only). 0, or -ENOMEM. destroy frees the set
	 * and never touches a timer: what was armed is then the caller's, in an unspecified state.
	 */
	int (*create)(struct timer_set **set, const void *options, uint64_t now);
	void (*destroy)(struct timer_set *set);

	/*
	 * Instead of create for a structure that wraps another, with the operations below and no
	 * options, accuracy, lap, bears and ticks of its own: makes a set over one of the structure
	 * `inner` (no wrapper) with these options, which are that one's. NULL for all others.
	 */
	int (*create_over)(struct timer_set **set, const struct timer_structure *inner,
			   const void *options, uint64_t now);

	/*
	 * reserve makes room for n timers that are not idle; n is not less than there are. It
	 * returns 0, or -ENOMEM with nothing changed. Each call replaces the one before: a smaller
	 * n allows the set to give memory back, and never fails. Memory grows geometrically and is
	 * given back only when a quarter would do, so n = size + 1 before each insert costs O(1)
	 * amortised.
	 */
	int (*reserve)(struct timer_set *set, size_t n);

	/*
	 * insert arms an idle or disarmed timer; reinsert moves an armed one, earlier or later, and
	 * the last one wins. interval (ns) is the relative timeout that the deadline came from, so
	 * that deadline - interval is not after the caller's now; 0 says not to group by it. A
	 * deadline in the past is due at once.
	 */
	void (*insert)(struct timer_set *set, struct timer *timer, uint64_t deadline,
		       uint64_t interval);
	void (*reinsert)(struct timer_set *set, struct timer *timer, uint64_t deadline,
			 uint64_t interval);

	/*
	 * disarm: an armed timer will not fire; the set may touch its memory until it is removed or
	 * destroyed. remove: an armed or disarmed timer will not fire and its memory is the
	 * caller's at once.
	 */
	void (*disarm)(struct timer_set *set, struct timer *timer);
	void (*remove)(struct timer_set *set, struct timer *timer);

	/*
	 * next: the earliest now at which expire would return something, TIMER_NEVER if none. May
	 * be earlier than that, which costs its caller a spurious wake-up, but never later; and not
	 * so often that a timer costs more than 65 of them, unless the structure ticks or has laps.
	 */
	uint64_t (*next)(struct timer_set *set);

	/*
	 * expire hands over up to max due timers, in the declared order, each idle and no longer
	 * known to the set. Returning max means call again: at the same now the second call goes on
	 * in the order where the first one ended. Timers armed between the two at or before now may
	 * appear in the second, and are in order with what comes from then on. Time may stand
	 * still; a now before the latest one seen need not return anything, and what it returns is
	 * never early.
	 */
	size_t (*expire)(struct timer_set *set, uint64_t now, struct timer **out, size_t max);

	/* for_each visits the armed timers in any order; the visitor may not operate on the set. */
	void (*for_each)(const struct timer_set *set,
			 void (*visit)(struct timer *timer, void *data), void *data);

	size_t (*size)(const struct timer_set *set); /* armed timers; O(1) */

	/* Bytes that the set keeps beside the timers: what was allocated and, of areas that the set
	 * maps for itself, pages that have memory. O(peak of armed timers), whatever the churn.
	 */
	size_t (*footprint)(const struct timer_set *set);

	/* How many armed timers insert and reinsert have passed on their way to a place, since
	 * create; O(1). NULL where they do not walk past timers.
	 */
	uint64_t (*steps)(const struct timer_set *set);

	/* Walks everything: NULL, or the first broken invariant in words. For tests; O(n) or worse.
	 */
	const char *(*check)(const struct timer_set *set);
};

/* All structures, NULL-terminated, in order of name. Generated. */
extern const struct timer_structure *const timer_structures[];

/* The structure of that name (up to a ':' if one follows), or NULL. */
const struct timer_structure *timer_structure_find(const char *name);

/*
 * The structure that text is about in the end: of "lazy:quad-heap" quad-heap, of "quad-heap" the
 * same. NULL when there is none of that name, or nothing within a wrapper.
 */
const struct timer_structure *timer_structure_within(const char *text);

/*
 * Makes a set from text such as "hierarchical-wheel:tick=1us,levels=8", or "lazy:" and such a text.
 * On success 0, with the structure and the set stored. -ENOENT for an unknown name, -EINVAL for an
 * option that is unknown, out of range or impossible, -ENOMEM; then `error` (of `size` bytes) says
 * why in one line and nothing is stored. The caller ends the set with destroy.
 */
int timer_set_create(const char *text, uint64_t now, const struct timer_structure **structure,
		     struct timer_set **set, char *error, size_t size);

/* How accurate the structure is with the options in text; as timer_set_create on errors. */
int timer_set_accuracy(const char *text, struct timer_accuracy *accuracy, char *error, size_t size);

#endif
