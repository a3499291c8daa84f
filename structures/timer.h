/*
 * timer.h - the contract between timer structures and their users
 *
 * A timer structure holds timers and finds the ones that are due. This header is all that an event
 * loop, a benchmark or a test knows of a structure: a struct timer to embed, and a table of
 * operations, struct timer_structure. The terms are those of Varghese and Lauck (SOSP 1987):
 * START_TIMER is insert, STOP_TIMER is disarm or remove, expiry processing is expire. A timer fires
 * when expire returns it. To stop a timer is to disarm or remove it. To postpone a timer is to
 * reinsert it with a later deadline.
 *
 * TIME is uint64_t nanoseconds on a monotonic clock of the caller's choice. Structures get the time
 * only as an argument, and never read a clock. TIMER_NEVER is a deadline that is never reached,
 * whatever now is.
 *
 * A structure knows only the times that create and expire were called with. The caller's clock may
 * be ahead of the latest of these times by any amount, because the caller need not call expire
 * before the time that next returns, nor at all while the set is empty, and because callbacks may
 * take long. The caller's clock must not go back. If expire gets a now that is before the caller's
 * now when a timer was armed, that timer may be late.
 *
 * A structure's accuracy counts from the caller's now, which insert and reinsert do not get. If
 * interval is not 0, insert and reinsert know that the caller's now is at or after deadline -
 * interval. If interval is 0, they know nothing about now. A structure that must know more keeps
 * the timer aside until the next expire.
 *
 * OWNERSHIP. A timer is the caller's memory, embedded in the caller's object. The structure may
 * read and write it from insert until the timer is removed or fires. Until then the timer must not
 * move.
 *
 *	           insert              disarm
 *	  idle ---------------> armed --------> disarmed
 *	   ^  ^                 |  | ^             |  |
 *	   |  +---- expire -----+  | +-- insert ---+  |
 *	   |  +---- remove --------+                  |
 *	   +------- remove ---------------------------+        reinsert: armed -> armed
 *
 * A timer that is all zero is idle. Only the caller uses the memory of an idle timer. A disarmed
 * timer will not fire, but the structure may still use its memory. So disarm can stop a timer
 * without touching the timer's neighbours in the structure. This is why disarm and remove are two
 * operations, and why they are never ranked against each other.
 *
 * FILING. A structure files a timer by its key and link. It writes deadline in insert and reinsert
 * and does not read deadline again, except in check, which may report a key that is after the
 * deadline. So a wrapper, which is a structure around another structure, can change the deadline of
 * a filed timer or use the field as a mark (lazy). An expire at or after the time of a timer's key
 * returns the timer; an earlier expire may return it. The key is in ns or, where the accuracy has a
 * tick, in ticks. It is UINT64_MAX only for a timer that was armed for TIMER_NEVER. expire does not
 * change the key of a timer that it returns. The structure leaves one bit of the link, TIMER_MARK,
 * clear while it holds the timer, armed or disarmed. A wrapper sets this bit in timers that it
 * keeps itself, to distinguish them from timers that the wrapped structure holds (grouped). A
 * structure that sets `postpones` and is not a wrapper need not keep these rules, because no
 * wrapper can wrap it. A structure that sets `groups` may use TIMER_MARK.
 *
 * FAILURE. Only create and reserve fail, with a negative errno, and then nothing has changed. After
 * reserve(n) no operation fails while at most n timers are not idle, until reserve is called again.
 *
 * MEMORY is allocated in create and reserve. When timers fire or are removed, reserved memory stays
 * for the next timers. After a peak, a caller may call reserve for fewer timers, and some
 * structures then give memory back. The essay of each structure says which memory (GIVES BACK).
 *
 * MISUSE (inserting an armed timer, removing an idle one, ...) ends the program by assert() with a
 * message. With NDEBUG defined the checks are gone, and so is their cost.
 *
 * THREADS. Structures do not lock. Only one thread at a time may use a set. Two sets share nothing.
 *
 * VERSION. The contract has the version of timerbed, which is in the file VERSION. `timerbed
 * --version` and `pkg-config --modversion timerbed` print it. A program that uses this contract,
 * and a structure that keeps it, work with every later version that has the same first number. The
 * shared library's name ends in that number.
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
 * 32 bytes of the timer that are private to the structure that holds it. They are all zero if and
 * only if the timer is idle. remove and expire set them to zero, so an idle timer may be inserted
 * into any set.
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
	/*
	 * When the timer is to fire. Callers may read it in an armed timer and in a timer that
	 * fires. Only operations write it.
	 */
	uint64_t deadline;

	/*
	 * What the timer is filed under. Structures order timers only by key, so that lazy can
	 * change the deadline without filing the timer again.
	 */
	uint64_t key;

	union timer_link link; /* private to the structure */
};

/*
 * The bit of link.word[3] that is for wrappers. It is 0 in every address and every number of
 * timers.
 */
#define TIMER_MARK (UINT64_C(1) << 63)

_Static_assert(sizeof(union timer_link) == 32, "the link is 32 bytes");
_Static_assert(sizeof(struct timer) == 48, "a timer is 48 bytes");

/*
 * A set of timers: all that a structure keeps beside the timers themselves. Its members are
 * private.
 */
struct timer_set;

/*
 * When a timer fires, relative to its deadline. No timer of any class fires early. The fraction is
 * a fraction of the interval. If the interval is 0 or shorter than the time from the caller's now
 * to the deadline, it is a fraction of that time.
 */
enum timer_when {
	TIMER_EXACT,	     /* at the first expire at or after the deadline */
	TIMER_TO_A_TICK,     /* at the first expire at or after the next multiple of tick */
	TIMER_LATE_FRACTION, /* late by at most `fraction` of the interval, plus a tick */
};

/*
 * In what order timers fire, within one call of expire and over several calls at one now. In every
 * class, the order of equals is free.
 */
enum timer_order {
	TIMER_BY_DEADLINE,
	/*
	 * By the tick of firing. A timer that was armed after its tick may fire as a timer of any
	 * tick from its own to the current one.
	 */
	TIMER_BY_TICK,
	TIMER_UNORDERED,
};

struct timer_accuracy {
	enum timer_when when;
	enum timer_order order;
	uint64_t tick;	 /* ns; 0 when neither time nor order depends on ticks */
	double fraction; /* a fraction of the interval, see above; 0 unless TIMER_LATE_FRACTION */
};

/* The complexity that a structure claims, as text: "O(log n)". n is the number of armed timers. */
struct timer_complexity {
	const char *insert, *reinsert, *disarm, *remove, *next, *expire;
};

struct option_spec; /* a row of a table of options: common/options.h */
struct timer_structure;

/*
 * What a wrapper wraps: a structure with its options, or another wrapper and what that wrapper
 * wraps.
 */
struct timer_inner {
	const struct timer_structure *structure;
	const void *options;		 /* as for create; NULL if `structure` is a wrapper */
	const struct timer_inner *inner; /* what `structure` wraps; NULL if it is no wrapper */
};

/*
 * A structure's file ends in this table. The table's name is timer_ plus the file's name, with '_'
 * for '-'.
 */
struct timer_structure {
	const char *name;	/* what users type and what legends show */
	const char *summary;	/* one line */
	const char *source;	/* the paper or system that it comes from */
	const char *departures; /* where it differs from that source, and why */
	struct timer_complexity complexity;

	/*
	 * The largest number of timers for which the structure is sensible, as the structure itself
	 * claims; 0 for any number. A wrapper has the value of the innermost structure
	 * (timer_structure_within).
	 */
	size_t most_timers;

	/*
	 * While any timer is armed, next may return the next tick, however far the first deadline
	 * is. A wrapper has the value of the innermost structure.
	 */
	bool wakes_every_tick;

	/*
	 * The structure postpones timers by itself: a reinsert with a later deadline only changes
	 * the deadline. When the old deadline comes, the structure sets the key to the new
	 * deadline. No wrapper can wrap such a structure, unless the structure is a wrapper. Even
	 * then, a wrapper that postpones timers cannot wrap it.
	 */
	bool postpones;

	/*
	 * The structure has queues of timers that share an interval. A wrapper that groups timers
	 * cannot wrap it.
	 */
	bool groups;

	/*
	 * `options` is a table that ends with a row without a name. options_size is the size of the
	 * struct that the rows describe. `settings_to_test` lists the settings that the tests
	 * cover; NULL ends the list, and "" is the default. `refuse` returns why a combination of
	 * options is impossible, or NULL if it is possible. Each of these pointers may be NULL.
	 */
	const struct option_spec *options;
	size_t options_size;
	const char *const *settings_to_test;
	const char *(*refuse)(const void *options);

	/*
	 * Stores the accuracy with these options. The pointer is NULL if the structure always is
	 * exact and ordered by deadline.
	 */
	void (*accuracy)(const void *options, struct timer_accuracy *accuracy);

	/*
	 * Returns a period, in ns. Until its deadline, a timer may cost one spurious wake-up in
	 * each such period, because some wheels look at all timers of later turns once a turn.
	 * Returns 0 if no period is short enough to matter. The pointer is NULL if the period is 0
	 * with all options.
	 */
	uint64_t (*spurious_period)(const void *options);

	/*
	 * create makes an empty set whose time is `now`. `options` is a filled-in struct of
	 * options_size bytes, which create only reads, and only during the call. create returns 0
	 * or -ENOMEM. destroy frees the set and never touches a timer. The timers that were armed
	 * are then the caller's, in an unspecified state.
	 */
	int (*create)(struct timer_set **set, const void *options, uint64_t now);
	void (*destroy)(struct timer_set *set);

	/*
	 * A wrapper has create_over instead of create. create_over makes a set of the wrapper over
	 * a new set of `inner`, which it only reads, and only during the call. It returns 0 or
	 * -ENOMEM. destroy frees both sets. A wrapper has the operations below, but no options,
	 * accuracy, spurious_period, most_timers and wakes_every_tick of its own.
	 */
	int (*create_over)(struct timer_set **set, const struct timer_inner *inner, uint64_t now);

	/*
	 * reserve makes room for n timers that are not idle. n must be at least the number of
	 * timers that are not idle now. reserve returns 0, or -ENOMEM with nothing changed. Each
	 * call replaces the previous one. A smaller n allows the set to give memory back, and never
	 * fails. Memory grows geometrically, and shrinks only when a quarter would be enough. So
	 * reserving size + 1 before each insert costs O(1) amortised.
	 */
	int (*reserve)(struct timer_set *set, size_t n);

	/*
	 * insert arms an idle or disarmed timer. reinsert gives an armed timer another deadline,
	 * earlier or later; the last deadline counts. interval (ns) is the relative timeout from
	 * which the caller computed the deadline, so deadline - interval is not after the caller's
	 * now. An interval of 0 tells the structure not to group the timer by interval. A deadline
	 * in the past is due at once.
	 */
	void (*insert)(struct timer_set *set, struct timer *timer, uint64_t deadline,
		       uint64_t interval);
	void (*reinsert)(struct timer_set *set, struct timer *timer, uint64_t deadline,
			 uint64_t interval);

	/*
	 * After disarm, an armed timer will not fire, and the set may use its memory until the
	 * timer is removed or the set is destroyed. After remove, an armed or disarmed timer will
	 * not fire, and its memory is the caller's at once.
	 */
	void (*disarm)(struct timer_set *set, struct timer *timer);
	void (*remove)(struct timer_set *set, struct timer *timer);

	/*
	 * next returns the earliest now at which expire would return a timer; TIMER_NEVER if there
	 * is none. It may return an earlier time, never a later one. An earlier time costs the
	 * caller a spurious wake-up. A timer costs at most 65 spurious wake-ups, unless the
	 * structure sets wakes_every_tick or has a spurious_period.
	 */
	uint64_t (*next)(struct timer_set *set);

	/*
	 * expire stores up to max due timers in out, in the declared order, and returns their
	 * number. Each of them is idle, and the set keeps no reference to it. If the number is max,
	 * more timers may be due: call again. A second call at the same now continues the order of
	 * the first call. A timer that is armed between the two calls, with a deadline at or before
	 * now, may be among the timers of the second call, in order with the other timers of that
	 * call. now may be the same in successive calls. If now is before the latest now of earlier
	 * calls, expire need not return any timer; even then it returns none before its deadline.
	 */
	size_t (*expire)(struct timer_set *set, uint64_t now, struct timer **out, size_t max);

	/*
	 * for_each visits the armed timers in any order. The visitor must not operate on the set.
	 */
	void (*for_each)(const struct timer_set *set,
			 void (*visit)(struct timer *timer, void *data), void *data);

	size_t (*size)(const struct timer_set *set); /* armed timers; O(1) */

	/*
	 * footprint returns the bytes that the set keeps beside the timers: allocations and, of
	 * areas that the set maps itself, the pages that have memory. It is O(peak of armed
	 * timers), whatever the churn.
	 */
	size_t (*footprint)(const struct timer_set *set);

	/*
	 * steps returns the number of armed timers that insert and reinsert have walked past since
	 * create; O(1). The pointer is NULL in a structure that does not walk past timers.
	 */
	uint64_t (*steps)(const struct timer_set *set);

	/*
	 * check walks the whole set. It returns NULL, or the first broken invariant in words. It is
	 * for tests; O(n) or worse.
	 */
	const char *(*check)(const struct timer_set *set);
};

/*
 * All structures in order of name, ended by NULL. Generated. It is a pointer and not an array,
 * because the size of an array is part of a shared library's binary interface, and would grow.
 */
extern const struct timer_structure *const *const timer_structures;

/* Returns the structure of that name, or NULL if there is none. A ':' ends the name. */
const struct timer_structure *timer_structure_find(const char *name);

/*
 * Returns the innermost structure of text: quad-heap for both "lazy:quad-heap" and "quad-heap".
 * Returns NULL if no structure has a name in text, if a wrapper is followed by no name, or if a
 * wrapper cannot wrap a structure that follows it.
 */
const struct timer_structure *timer_structure_within(const char *text);

/*
 * Makes a set from text such as "hierarchical-wheel:tick=1us,levels=8". Names of wrappers may
 * precede the structure's name, each followed by a ':'. The set's time is `now`. Returns 0, and
 * stores the outermost structure and the set, which the caller must end with that structure's
 * destroy. Otherwise returns -ENOENT for an unknown name; -EINVAL for an option that is unknown,
 * out of range or impossible, or for a structure that a wrapper before it cannot wrap; or -ENOMEM.
 * Then `error` (of `size` bytes) says why in one line, and nothing else is stored.
 */
int timer_set_create(const char *text, uint64_t now, const struct timer_structure **structure,
		     struct timer_set **set, char *error, size_t size);

/*
 * Stores the accuracy of a structure with the options in text. Errors are as in timer_set_create.
 */
int timer_set_accuracy(const char *text, struct timer_accuracy *accuracy, char *error, size_t size);

#endif
