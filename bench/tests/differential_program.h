/*
 * differential_program.h - a random program on an event loop, and the two loops that it runs on
 *
 * A program calls its loop through a table of functions, which are this loop's or the library's.
 * Its journal records each call of a callback.
 */
#ifndef DIFFERENTIAL_PROGRAM_H
#define DIFFERENTIAL_PROGRAM_H

#include <dlfcn.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <event2/event.h>
#include <event2/event_struct.h>

#include "bench/virtual/virtual_time.h"

#define LIBRARY "libevent_core-2.1.so.7"

enum { MOST_EVENTS = 24, MOST_STEPS = 40, MOST_CALLS = 300, QUEUES = 3, ONCE = 1000, TAKEN = 256 };

/* ------------------------------------------------------------------------------- the two sides */

/* The functions that both sides provide, by their names in libevent. */
#define FUNCTIONS(X)                                                                               \
	X(event_config_new)                                                                        \
	X(event_config_free)                                                                       \
	X(event_config_set_flag)                                                                   \
	X(event_config_avoid_method)                                                               \
	X(event_config_set_max_dispatch_interval)                                                  \
	X(event_base_new_with_config)                                                              \
	X(event_base_free)                                                                         \
	X(event_base_priority_init)                                                                \
	X(event_base_init_common_timeout)                                                          \
	X(event_base_loop)                                                                         \
	X(event_base_loopexit)                                                                     \
	X(event_base_loopbreak)                                                                    \
	X(event_base_loopcontinue)                                                                 \
	X(event_base_got_exit)                                                                     \
	X(event_base_got_break)                                                                    \
	X(event_base_once)                                                                         \
	X(event_base_get_num_events)                                                               \
	X(event_base_get_max_events)                                                               \
	X(event_base_gettimeofday_cached)                                                          \
	X(event_base_update_cache_time)                                                            \
	X(event_assign)                                                                            \
	X(event_add)                                                                               \
	X(event_del)                                                                               \
	X(event_active)                                                                            \
	X(event_pending)                                                                           \
	X(event_priority_set)                                                                      \
	X(event_remove_timer)

struct side {
	const char *name;
#define MEMBER(function) __typeof__(&function) function;
	FUNCTIONS(MEMBER)
};

static const struct side ours = { .name = "timerbed",
#define OURS(function) .function = function,
				  FUNCTIONS(OURS) };

static struct side libevent = { .name = "libevent" };

/* Loads the library. Returns the name of what is missing, or NULL. */
static inline const char *load_libevent(void)
{
	void *library = dlopen(LIBRARY, RTLD_NOW | RTLD_LOCAL);

	if (!library)
		return LIBRARY;
#define LOAD(function)                                                                             \
	*(void **)&libevent.function = dlsym(library, #function);                                  \
	if (!libevent.function)                                                                    \
		return #function;
	FUNCTIONS(LOAD)
	return NULL;
}

/* ---------------------------------------------------------------------------------- programs */

enum operation {
	ADD,
	ADD_COMMON,
	ADD_WITHOUT,
	DELETE,
	ACTIVATE,
	REMOVE_TIMER,
	SET_PRIORITY,
	BURN,
	BREAK,
	CONTINUE,
	EXIT,
	EXIT_LATER,
	DO_ONCE,
	UPDATE_CACHE,
	WRITE,
	OPERATIONS
};

static const char *const operation_names[OPERATIONS] = {
	"add",		"add-common",	"add-without", "delete",       "activate",
	"remove-timer", "set-priority", "burn",	       "break",	       "continue",
	"exit",		"exit-later",	"once",	       "update-cache", "write",
};

struct program {
	uint64_t seed;
	unsigned int steps, events;
	unsigned int operations; /* bit set of the allowed operations */

	/* drawn from the seed: */
	bool ties; /* equal deadlines may occur */
	int flags, priorities, most_callbacks;
	const char *method;
	char structure[128]; /* the structure's name */
};

struct entry {
	uint64_t due; /* us; deadline of a timeout's call, or 0; equal ones may swap */
	uint64_t value[4];
	char kind; /* 'c'all: id, what, time; 'l'oop: result, got; 'p'ending: id, bits; 'n'umbers */
};

struct journal {
	struct entry *entries;
	size_t count, room;
	const char *broken; /* the first broken invariant, or NULL */
};

/* One run of a program on one side. */
static struct run {
	const struct program *program;
	const struct side *side;
	struct event_base *base;
	struct journal *journal;
	struct event events[MOST_EVENTS];
	bool over;
	uint64_t due[MOST_EVENTS]; /* the event's last deadline, us */
	uint64_t taken[TAKEN];	   /* possible deadlines of loop exits, queues and periods */
	uint64_t once_due[TAKEN];
	uint64_t equal; /* the last deadline that several events had */
	unsigned int calls[MOST_EVENTS], once, taken_count, calls_of_loop;
	const struct timeval *queues[QUEUES];
	int pipe[2];
} run;

static inline uint64_t mix(uint64_t x)
{
	x = (x ^ x >> 30) * 0xbf58476d1ce4e5b9;
	x = (x ^ x >> 27) * 0x94d049bb133111eb;
	return x ^ x >> 31;
}

/* A random sequence for one occasion: splitmix64 (Steele, Lea, Flood 2014). */
struct draws {
	uint64_t state;
};

static inline struct draws occasion(uint64_t kind, uint64_t number)
{
	return (struct draws){ mix(run.program->seed ^ mix(kind << 32 | number)) };
}

static inline uint64_t draw(struct draws *draws, uint64_t below)
{
	return mix(draws->state += 0x9e3779b97f4a7c15) % below;
}

static inline void write_down(struct entry entry)
{
	struct journal *journal = run.journal;

	if (journal->count == journal->room) {
		journal->room = journal->room ? 2 * journal->room : 1024;
		journal->entries =
			realloc(journal->entries, journal->room * sizeof(*journal->entries));
		if (!journal->entries)
			abort();
	}
	journal->entries[journal->count++] = entry;
}

static inline uint64_t microseconds(const struct timeval *time)
{
	return (uint64_t)time->tv_sec * 1000000 + (uint64_t)time->tv_usec;
}

static inline struct timeval timeval(uint64_t us)
{
	return (struct timeval){ (time_t)(us / 1000000), (suseconds_t)(us % 1000000) };
}

/* Returns the time from which timeouts count. */
static inline uint64_t origin(void)
{
	struct timeval now;

	run.side->event_base_gettimeofday_cached(run.base, &now);
	return microseconds(&now);
}

static inline bool is_due_at(uint64_t due, unsigned int but)
{
	for (unsigned int i = 0; i < run.program->events; i++) {
		if (i != but && run.due[i] == due)
			return true;
	}
	for (unsigned int i = 0; i < TAKEN; i++) {
		if (run.taken[i] == due)
			return true;
	}
	return false;
}

/* Returns whether other events have the event's deadline, or had it at the last check. */
static inline bool is_among_equals(unsigned int id)
{
	if (is_due_at(run.due[id], id))
		run.equal = run.due[id];
	return run.due[id] == run.equal;
}

/* Returns a timeout. Unless the program has equal deadlines, no other event has its deadline. */
static inline uint64_t choose_timeout(struct draws *draws, unsigned int id)
{
	static const uint64_t ranges[] = { 1, 2000, 20000, 400000, 3000000 };
	uint64_t us = draw(draws, ranges[draw(draws, 5)]), start = origin();

	if (run.program->ties)
		return us / 1000 * 1000;
	while (is_due_at(start + us, id))
		us++;
	return us;
}

static inline void burn(uint64_t us)
{
	virtual_time_set(virtual_time_now() + us * 1000);
}

/* Prints to stderr what happens, if TRACE is set. */
static inline void trace(const char *what, uint64_t id)
{
	if (getenv("TRACE"))
		fprintf(stderr, "%-9s %-12s %4" PRIu64 " at %" PRIu64 "\n", run.side->name, what,
			id, origin() % 100000000);
}

/* -------------------------------------------------------------------------------- operations */

static inline void called(evutil_socket_t fd, short what, void *arg);
static inline void called_once(evutil_socket_t fd, short what, void *arg);

static inline void add(struct draws *draws, unsigned int id)
{
	uint64_t us = choose_timeout(draws, id);
	struct timeval timeout = timeval(us);

	run.due[id] = origin() + us;
	run.side->event_add(&run.events[id], &timeout);
}

static inline void add_common(struct draws *draws, unsigned int id)
{
	/* if two representatives had one deadline, their events would be equal, too */
	const struct timeval *queue = run.queues[draw(draws, run.program->ties ? 1 : QUEUES)];
	uint64_t due =
		origin() + (uint64_t)queue->tv_sec * 1000000 + ((uint64_t)queue->tv_usec & 0xfffff);

	/* a common timeout cannot be moved by a microsecond */
	if (!run.program->ties && is_due_at(due, id))
		return;
	/* the representative may keep this deadline for long */
	run.taken[run.taken_count++ % TAKEN] = due;
	run.due[id] = due;
	run.side->event_add(&run.events[id], queue);
}

static inline void activate(struct draws *draws, unsigned int id)
{
	static const short bits[] = { EV_TIMEOUT, EV_READ, EV_READ | EV_TIMEOUT };

	run.side->event_active(&run.events[id], bits[draw(draws, 3)], 1);
}

static inline void do_once(struct draws *draws)
{
	uint64_t us = run.program->ties ? 0 : choose_timeout(draws, ONCE);
	struct timeval timeout = timeval(us);

	run.once_due[run.once % TAKEN] = us ? origin() + us : 0;
	run.taken[run.taken_count++ % TAKEN] = origin() + us;
	run.side->event_base_once(run.base, -1, EV_TIMEOUT, called_once,
				  (void *)(uintptr_t)run.once++, &timeout);
}

/*
 * Exits the loop later, never at an event's deadline. If that event broke the loop, the order of
 * the two would show.
 */
static inline void exit_later(struct draws *draws)
{
	uint64_t us = choose_timeout(draws, ONCE), start = origin();
	struct timeval timeout;

	while (is_due_at(start + us, ONCE))
		us++;
	run.taken[run.taken_count++ % TAKEN] = start + us;
	timeout = timeval(us);
	run.side->event_base_loopexit(run.base, &timeout);
}

static inline void operate(struct draws *draws, enum operation operation, unsigned int id)
{
	const struct side *side = run.side;
	struct event *event = &run.events[id];

	trace(operation_names[operation], id);
	switch (operation) {
	case ADD:
		add(draws, id);
		break;
	case ADD_COMMON:
		add_common(draws, id);
		break;
	case ADD_WITHOUT:
		side->event_add(event, NULL);
		break;
	case DELETE:
		side->event_del(event);
		break;
	case ACTIVATE:
		activate(draws, id);
		break;
	case REMOVE_TIMER:
		side->event_remove_timer(event);
		break;
	case SET_PRIORITY:
		side->event_priority_set(event,
					 (int)draw(draws, (uint64_t)run.program->priorities));
		break;
	case BURN:
		burn(draw(draws, 30) * 1000);
		break;
	case BREAK:
		side->event_base_loopbreak(run.base);
		break;
	case CONTINUE:
		side->event_base_loopcontinue(run.base);
		break;
	case EXIT:
		side->event_base_loopexit(run.base, NULL);
		break;
	case EXIT_LATER:
		exit_later(draws);
		break;
	case DO_ONCE:
		do_once(draws);
		break;
	case UPDATE_CACHE:
		side->event_base_update_cache_time(run.base);
		break;
	case WRITE:
		if (write(run.pipe[1], "x", 1) < 0) /* a full pipe is readable anyway */
			break;
		break;
	case OPERATIONS:
		break;
	}
}

/* Chooses an operation. Most operations are adds. */
static inline enum operation choose_operation(struct draws *draws)
{
	uint64_t number = draw(draws, 2 * OPERATIONS);

	return number < OPERATIONS ? (enum operation)number : draw(draws, 3) ? ADD : ADD_COMMON;
}

/*
 * Returns whether the operation is allowed among equal deadlines. It must affect only its own
 * event.
 */
static inline bool is_harmless(enum operation operation, unsigned int id, unsigned int self)
{
	const unsigned int to_oneself = 1u << ADD | 1u << ADD_COMMON | 1u << ADD_WITHOUT |
					1u << REMOVE_TIMER | 1u << DELETE;

	return (to_oneself & 1u << operation) && id == self;
}

static inline void do_something(struct draws *draws, unsigned int self, bool among_equals)
{
	enum operation operation = choose_operation(draws);
	unsigned int id = (unsigned int)draw(draws, run.program->events);

	if (self < run.program->events && !draw(draws, 2))
		id = self;
	if (!(run.program->operations & 1u << operation))
		return;
	if (among_equals && !is_harmless(operation, id, self))
		return;
	operate(draws, operation, id);
}

/* Records a call. Breaks the loop after MOST_CALLS calls, because more would take too long. */
static inline void note_call(uint64_t id, short what, uint64_t due)
{
	write_down((struct entry){
		.kind = 'c', .due = due, .value = { id, (uint64_t)what, origin() } });
	trace("CALL", id);
	if (++run.calls_of_loop == MOST_CALLS)
		run.side->event_base_loopbreak(run.base);
	if (run.side == &ours && !run.journal->broken)
		run.journal->broken = event_base_check(run.base);
}

/*
 * Notes the new deadline of a persistent event. If another event or a representative has the same
 * deadline, the rest of the program cannot be compared, so the program ends.
 */
static inline void rearmed(unsigned int id, uint64_t due)
{
	if (due == run.due[id])
		return;
	if (!run.program->ties && is_due_at(due, id)) {
		run.over = true;
		run.side->event_base_loopbreak(run.base);
	}
	run.due[id] = due;
	run.taken[run.taken_count++ % TAKEN] = due;
}

static inline void called(evutil_socket_t fd, short what, void *arg)
{
	unsigned int id = (unsigned int)(uintptr_t)arg, operations;
	uint64_t due = what & EV_TIMEOUT ? run.due[id] : 0;
	struct draws draws = occasion(id, run.calls[id]++);
	bool among_equals = run.program->ties && is_among_equals(id);
	struct timeval next;
	char bytes[16];

	note_call(id, what, due);
	if (fd >= 0 && read(fd, bytes, sizeof(bytes)) < 0)
		what = 0; /* another event of this descriptor has read the bytes */
	/* a persistent event has been re-armed already */
	if (run.side->event_pending(&run.events[id], EV_TIMEOUT, &next))
		rearmed(id, microseconds(&next));
	operations = (unsigned int)draw(&draws, 4);
	while (operations--)
		do_something(&draws, id, among_equals);
}

static inline void called_once(evutil_socket_t fd, short what, void *arg)
{
	uint64_t id = ONCE + (uint64_t)(uintptr_t)arg;
	struct draws draws = occasion(id, 0);

	(void)fd;
	note_call(id, what, run.once_due[(id - ONCE) % TAKEN]);
	if (!run.program->ties)
		do_something(&draws, ONCE, false);
}

#endif
