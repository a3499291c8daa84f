/*
 * differential-test - the same random programs on Debian's libevent and on this loop
 *
 * Both run in simulated time, this loop with EVENT_BASE_FLAG_LIBEVENT_2_1 and with a structure that
 * varies from program to program. Each writes a journal: which event is called, with what and when;
 * what is pending after each loop; what the loop returned. The two journals must be equal.
 *
 * The actions of a callback depend on its event and on how often the event was called, not on the
 * callbacks before it. So a difference in order stays one difference and does not change all that
 * follows. Events with equal deadlines may be called in any order. Most programs avoid equal
 * deadlines by adding microseconds. In the others, callbacks of events with equal deadlines do only
 * what the other events of that deadline cannot see, and their calls are compared as sets.
 *
 * If a program shows a difference, it is reduced as long as the difference remains: fewer steps,
 * fewer events, fewer kinds of operations. The reduced program is printed, and can be run again
 * with
 *
 *	TIMERBED_SEED=... PROGRAMS=1 STEPS=... EVENTS=... OPERATIONS=... [TRACE=1] differential-test
 *
 * PROGRAMS is the number of seeds to try (default 20000), TIMERBED_SEED the first seed.
 */
#include <dlfcn.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <event2/event.h>
#include <event2/event_struct.h>

#include "bench/virtual/virtual_time.h"
#include "structures/common/find.h"
#include "structures/timer.h"

#define LIBRARY "libevent_core-2.1.so.7"

enum { MOST_EVENTS = 24, MOST_STEPS = 40, MOST_CALLS = 300, QUEUES = 3, ONCE = 1000, TAKEN = 256 };

/* ------------------------------------------------------------------------------- the two sides */

/* The functions that are called on each side, by their names in libevent. */
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

/* Returns the name of what is missing, or NULL. */
static const char *load_libevent(void)
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
	unsigned int operations; /* allowed operations, as bits */

	/* drawn from the seed */
	bool ties; /* equal deadlines may occur */
	int flags, priorities, most_callbacks;
	const char *method;
	char structure[128]; /* its name */
};

struct entry {
	uint64_t due; /* us, of a timeout's call, or 0; entries with equal deadlines may swap */
	uint64_t value[4];
	char kind; /* 'c'all: id, what, time; 'l'oop: result, got; 'p'ending: id, bits; 'n'umbers */
};

struct journal {
	struct entry *entries;
	size_t count, room;
	const char *broken; /* the first broken invariant */
};

/* One run of a program on one side. */
static struct run {
	const struct program *program;
	const struct side *side;
	struct event_base *base;
	struct journal *journal;
	struct event events[MOST_EVENTS];
	bool over;
	uint64_t due[MOST_EVENTS]; /* the last deadline, us */
	uint64_t taken[TAKEN];	   /* possible deadlines of loop exits, queues and periods */
	uint64_t once_due[TAKEN];
	uint64_t equal; /* the last deadline that several events had */
	unsigned int calls[MOST_EVENTS], once, taken_count, calls_of_loop;
	const struct timeval *queues[QUEUES];
	int pipe[2];
} run;

static uint64_t mix(uint64_t x)
{
	x = (x ^ x >> 30) * 0xbf58476d1ce4e5b9;
	x = (x ^ x >> 27) * 0x94d049bb133111eb;
	return x ^ x >> 31;
}

/* A random sequence for each occasion: splitmix64 (Steele, Lea, Flood 2014). */
struct draws {
	uint64_t state;
};

static struct draws occasion(uint64_t kind, uint64_t number)
{
	return (struct draws){ mix(run.program->seed ^ mix(kind << 32 | number)) };
}

static uint64_t draw(struct draws *draws, uint64_t below)
{
	return mix(draws->state += 0x9e3779b97f4a7c15) % below;
}

static void write_down(struct entry entry)
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

static uint64_t microseconds(const struct timeval *time)
{
	return (uint64_t)time->tv_sec * 1000000 + (uint64_t)time->tv_usec;
}

static struct timeval timeval(uint64_t us)
{
	return (struct timeval){ (time_t)(us / 1000000), (suseconds_t)(us % 1000000) };
}

/* The time from which timeouts count. */
static uint64_t origin(void)
{
	struct timeval now;

	run.side->event_base_gettimeofday_cached(run.base, &now);
	return microseconds(&now);
}

static bool is_due_at(uint64_t due, unsigned int but)
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

/* Whether others have the event's deadline, or had it when it was last checked. */
static bool is_among_equals(unsigned int id)
{
	if (is_due_at(run.due[id], id))
		run.equal = run.due[id];
	return run.due[id] == run.equal;
}

/* A timeout whose deadline no other event has, unless the program has equal deadlines. */
static uint64_t choose_timeout(struct draws *draws, unsigned int id)
{
	static const uint64_t ranges[] = { 1, 2000, 20000, 400000, 3000000 };
	uint64_t us = draw(draws, ranges[draw(draws, 5)]), start = origin();

	if (run.program->ties)
		return us / 1000 * 1000;
	while (is_due_at(start + us, id))
		us++;
	return us;
}

static void burn(uint64_t us)
{
	virtual_time_set(virtual_time_now() + us * 1000);
}

/* With TRACE set, prints to stderr what happens. */
static void trace(const char *what, uint64_t id)
{
	if (getenv("TRACE"))
		fprintf(stderr, "%-9s %-12s %4" PRIu64 " at %" PRIu64 "\n", run.side->name, what,
			id, origin() % 100000000);
}

/* -------------------------------------------------------------------------------- operations */

static void called(evutil_socket_t fd, short what, void *arg);
static void called_once(evutil_socket_t fd, short what, void *arg);

static void add(struct draws *draws, unsigned int id)
{
	uint64_t us = choose_timeout(draws, id);
	struct timeval timeout = timeval(us);

	run.due[id] = origin() + us;
	run.side->event_add(&run.events[id], &timeout);
}

static void add_common(struct draws *draws, unsigned int id)
{
	/* If two queues' representatives have one deadline, their events are equal too. */
	const struct timeval *queue = run.queues[draw(draws, run.program->ties ? 1 : QUEUES)];
	uint64_t due =
		origin() + (uint64_t)queue->tv_sec * 1000000 + ((uint64_t)queue->tv_usec & 0xfffff);

	/* A common timeout cannot be moved by a microsecond. */
	if (!run.program->ties && is_due_at(due, id))
		return;
	/* The queue's representative may keep this deadline for long. */
	run.taken[run.taken_count++ % TAKEN] = due;
	run.due[id] = due;
	run.side->event_add(&run.events[id], queue);
}

static void activate(struct draws *draws, unsigned int id)
{
	static const short bits[] = { EV_TIMEOUT, EV_READ, EV_READ | EV_TIMEOUT };

	run.side->event_active(&run.events[id], bits[draw(draws, 3)], 1);
}

static void do_once(struct draws *draws)
{
	uint64_t us = run.program->ties ? 0 : choose_timeout(draws, ONCE);
	struct timeval timeout = timeval(us);

	run.once_due[run.once % TAKEN] = us ? origin() + us : 0;
	run.taken[run.taken_count++ % TAKEN] = origin() + us;
	run.side->event_base_once(run.base, -1, EV_TIMEOUT, called_once,
				  (void *)(uintptr_t)run.once++, &timeout);
}

/* Never equal to an event: an event that breaks the loop would show which of the two came first. */
static void exit_later(struct draws *draws)
{
	uint64_t us = choose_timeout(draws, ONCE), start = origin();
	struct timeval timeout;

	while (is_due_at(start + us, ONCE))
		us++;
	run.taken[run.taken_count++ % TAKEN] = start + us;
	timeout = timeval(us);
	run.side->event_base_loopexit(run.base, &timeout);
}

static void operate(struct draws *draws, enum operation operation, unsigned int id)
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
		if (write(run.pipe[1], "x", 1) < 0) /* if it is full, it is readable anyway */
			break;
		break;
	case OPERATIONS:
		break;
	}
}

/* Most operations are adds. */
static enum operation choose_operation(struct draws *draws)
{
	uint64_t number = draw(draws, 2 * OPERATIONS);

	return number < OPERATIONS ? (enum operation)number : draw(draws, 3) ? ADD : ADD_COMMON;
}

/* Whether the operation is allowed among equal deadlines: it affects its own event only. */
static bool is_harmless(enum operation operation, unsigned int id, unsigned int self)
{
	const unsigned int to_oneself = 1u << ADD | 1u << ADD_COMMON | 1u << ADD_WITHOUT |
					1u << REMOVE_TIMER | 1u << DELETE;

	return (to_oneself & 1u << operation) && id == self;
}

static void do_something(struct draws *draws, unsigned int self, bool among_equals)
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

/* Notes a call. Breaks the loop after MOST_CALLS calls, which would take too long otherwise. */
static void note_call(uint64_t id, short what, uint64_t due)
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
 * The new deadline of a persistent event may equal another event's, and a representative may
 * already have it. Then the rest of the program cannot be compared.
 */
static void rearmed(unsigned int id, uint64_t due)
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

static void called(evutil_socket_t fd, short what, void *arg)
{
	unsigned int id = (unsigned int)(uintptr_t)arg, operations;
	uint64_t due = what & EV_TIMEOUT ? run.due[id] : 0;
	struct draws draws = occasion(id, run.calls[id]++);
	bool among_equals = run.program->ties && is_among_equals(id);
	struct timeval next;
	char bytes[16];

	note_call(id, what, due);
	if (fd >= 0 && read(fd, bytes, sizeof(bytes)) < 0)
		what = 0; /* another event on this descriptor has read it */
	/* A persistent event has been re-armed. */
	if (run.side->event_pending(&run.events[id], EV_TIMEOUT, &next))
		rearmed(id, microseconds(&next));
	operations = (unsigned int)draw(&draws, 4);
	while (operations--)
		do_something(&draws, id, among_equals);
}

static void called_once(evutil_socket_t fd, short what, void *arg)
{
	uint64_t id = ONCE + (uint64_t)(uintptr_t)arg;
	struct draws draws = occasion(id, 0);

	(void)fd;
	note_call(id, what, run.once_due[(id - ONCE) % TAKEN]);
	if (!run.program->ties)
		do_something(&draws, ONCE, false);
}

/* ---------------------------------------------------------------------------- running a program */

static struct event_base *make_base(void)
{
	static const char *const methods[] = { "epoll", "poll", "select" };
	const struct program *program = run.program;
	const struct side *side = run.side;
	struct event_config *config = side->event_config_new();
	struct event_base *base;

	for (size_t i = 0; i < sizeof(methods) / sizeof(*methods); i++) {
		if (strcmp(methods[i], program->method))
			side->event_config_avoid_method(config, methods[i]);
	}
	side->event_config_set_flag(config, program->flags & ~EVENT_BASE_FLAG_TIMER_REINSERT);
	if (program->most_callbacks)
		side->event_config_set_max_dispatch_interval(config, NULL, program->most_callbacks,
							     0);
	if (side == &ours) {
		event_config_avoid_method(config, "io_uring");
		event_config_set_flag(config,
				      EVENT_BASE_FLAG_LIBEVENT_2_1 |
					      (program->flags & EVENT_BASE_FLAG_TIMER_REINSERT));
		event_config_set_timer_structure(config, program->structure);
	}
	base = side->event_base_new_with_config(config);
	side->event_config_free(config);
	if (!base)
		abort();
	if (program->priorities > 1)
		side->event_base_priority_init(base, program->priorities);
	return base;
}

static void make_events(void)
{
	static const short kinds[] = {
		0, 0, 0, EV_PERSIST, EV_PERSIST, EV_READ, EV_READ | EV_PERSIST
	};
	static const uint64_t durations[QUEUES] = { 7000, 30000, 1100000 };
	struct draws draws = occasion(2000, 0);

	if (pipe2(run.pipe, O_NONBLOCK | O_CLOEXEC))
		abort();
	for (int i = 0; i < QUEUES; i++) {
		struct timeval duration = timeval(durations[i]);

		run.queues[i] = run.side->event_base_init_common_timeout(run.base, &duration);
	}
	for (unsigned int i = 0; i < run.program->events; i++) {
		/*
		 * Among equal deadlines, leaving and entering a descriptor's list changes the
		 * list's order. So programs with equal deadlines have timers only.
		 */
		short kind = kinds[draw(&draws, run.program->ties ? 5 : 7)];

		run.side->event_assign(&run.events[i], run.base, kind & EV_READ ? run.pipe[0] : -1,
				       kind, called, (void *)(uintptr_t)i);
	}
}

static void note_state(int result)
{
	const unsigned int added = EVENT_BASE_COUNT_ADDED, active = EVENT_BASE_COUNT_ACTIVE;
	const struct side *side = run.side;

	write_down((struct entry){
		.kind = 'l',
		.value = { (uint64_t)result, (uint64_t)side->event_base_got_exit(run.base),
			   (uint64_t)side->event_base_got_break(run.base), virtual_time_now() } });
	write_down((struct entry){
		.kind = 'n',
		.value = { (uint64_t)side->event_base_get_num_events(run.base, added),
			   (uint64_t)side->event_base_get_num_events(run.base, active) } });
	for (unsigned int i = 0; i < run.program->events; i++) {
		short all = EV_TIMEOUT | EV_READ | EV_WRITE;
		int bits = side->event_pending(&run.events[i], all, NULL);

		if (bits)
			write_down((struct entry){ .kind = 'p', .value = { i, (uint64_t)bits } });
	}
}

/* Some operations from outside the loop, then the loop, which always has an exit to wait for. */
static void step(unsigned int number)
{
	static const int flags[] = { 0, EVLOOP_ONCE, EVLOOP_NONBLOCK,
				     EVLOOP_ONCE | EVLOOP_NONBLOCK };
	struct draws draws = occasion(3000, number);
	unsigned int operations = 2 + (unsigned int)draw(&draws, 12);
	int how = flags[draw(&draws, 4)];

	while (operations--)
		do_something(&draws, ONCE, false);
	exit_later(&draws);
	trace("LOOP", (uint64_t)how);
	run.calls_of_loop = 0;
	note_state(run.side->event_base_loop(run.base, how));
	if (run.side == &ours && !run.journal->broken)
		run.journal->broken = event_base_check(run.base);
}

static void run_program(const struct program *program, const struct side *side,
			struct journal *journal)
{
	journal->count = 0;
	journal->broken = NULL;
	memset(&run, 0, sizeof(run));
	run.program = program;
	run.side = side;
	run.journal = journal;
	/* libevent takes a cached time of 0 seconds for an empty cache. */
	if (virtual_time_begin(UINT64_C(10) * 1000000000,
			       &(struct virtual_time_hooks){ .poll_descriptors = true }, NULL))
		abort();
	run.base = make_base();
	make_events();
	for (unsigned int i = 0; i < program->steps && !run.over; i++)
		step(i);
	for (unsigned int i = 0; i < program->events; i++)
		side->event_del(&run.events[i]);
	side->event_base_free(run.base);
	close(run.pipe[0]);
	close(run.pipe[1]);
	virtual_time_end();
}

static bool may_wake_early(const char *structure)
{
	struct timer_accuracy accuracy;

	return timer_set_accuracy(structure, &accuracy, NULL, 0) || accuracy.tick ||
	       timer_structure_find(structure)->create_over ||
	       timer_structure_find(structure)->puts_off;
}

/* Whether the structure fires in order and to the microsecond, like libevent. */
static bool is_as_exact(const char *structure)
{
	struct timer_accuracy accuracy;

	return !timer_set_accuracy(structure, &accuracy, NULL, 0) &&
	       accuracy.order != TIMER_UNORDERED && accuracy.when != TIMER_LATE_FRACTION &&
	       accuracy.tick <= 1000;
}

/* Counts names until the wanted one. */
struct choice {
	size_t count, wanted;
	char *name;
	size_t size;
};

static void count_name(const char *name, void *data)
{
	struct choice *choice = data;

	if (is_as_exact(name) && choice->count++ == choice->wanted)
		snprintf(choice->name, choice->size, "%s", name);
}

static size_t find_name(size_t wanted, char *name, size_t size)
{
	struct choice choice = { 0, wanted, name, size };

	for (size_t i = 0; timer_structures[i]; i++)
		timer_structure_names(timer_structures[i], count_name, &choice);
	return choice.count;
}

/* Chooses any structure that is exact enough, plain or wrapped. */
static void choose_structure(struct draws *draws, char *name, size_t size)
{
	find_name(draw(draws, find_name(SIZE_MAX, name, size)), name, size);
}

/* Half of the programs have what makes order matter more: priorities, limits, no time cache. */
static struct program make_program(uint64_t seed)
{
	struct program program = { .seed = seed, .steps = MOST_STEPS, .events = MOST_EVENTS };
	struct draws draws = { mix(seed + 1) };

	program.operations = (1u << OPERATIONS) - 1;
	program.ties = !draw(&draws, 4);
	program.method = draw(&draws, 3) ? "epoll" : "select";
	program.priorities = draw(&draws, 2) ? 1 : 1 + (int)draw(&draws, 4);
	if (!program.ties && !draw(&draws, 3))
		program.most_callbacks = 1 + (int)draw(&draws, 4);
	program.flags = EVENT_BASE_FLAG_IGNORE_ENV | EVENT_BASE_FLAG_PRECISE_TIMER;
	if (!program.ties && !draw(&draws, 4))
		program.flags |= EVENT_BASE_FLAG_NO_CACHE_TIME;
	if (draw(&draws, 2))
		program.flags |= EVENT_BASE_FLAG_TIMER_REINSERT;
	choose_structure(&draws, program.structure, sizeof(program.structure));
	/*
	 * libevent computes a wait from a past time. Such a wait ends at another time if it comes
	 * in two parts, as with structures whose `next` may be too early.
	 */
	if (may_wake_early(program.structure))
		program.operations &= ~(1u << BURN);
	return program;
}

/* ------------------------------------------------------------------------------------ comparing */

static int by_value(const void *left, const void *right)
{
	return memcmp(((const struct entry *)left)->value, ((const struct entry *)right)->value,
		      sizeof(((const struct entry *)left)->value));
}

/* Sorts each run of calls with equal deadlines. */
static void sort_equals(struct journal *journal)
{
	size_t end;

	for (size_t begin = 0; begin < journal->count; begin = end) {
		const struct entry *first = &journal->entries[begin];

		for (end = begin + 1; end < journal->count; end++) {
			if (!first->due || journal->entries[end].due != first->due)
				break;
		}
		qsort(&journal->entries[begin], end - begin, sizeof(*first), by_value);
	}
}

static bool are_equal(const struct entry *left, const struct entry *right)
{
	return left->kind == right->kind && left->due == right->due &&
	       !memcmp(left->value, right->value, sizeof(left->value));
}

/* The index of the first difference, or SIZE_MAX. */
static size_t first_difference(const struct journal *left, const struct journal *right)
{
	size_t i = 0;

	while (i < left->count && i < right->count &&
	       are_equal(&left->entries[i], &right->entries[i]))
		i++;
	return i == left->count && i == right->count ? SIZE_MAX : i;
}

static struct journal of_libevent, of_ours;
static uint64_t calls_compared, ties_compared;

static bool differs(const struct program *program)
{
	run_program(program, &libevent, &of_libevent);
	run_program(program, &ours, &of_ours);
	if (program->ties) {
		sort_equals(&of_libevent);
		sort_equals(&of_ours);
	}
	return of_ours.broken || first_difference(&of_libevent, &of_ours) != SIZE_MAX;
}

static void make_smaller(struct program *program)
{
	for (unsigned int i = 0; i < OPERATIONS; i++) {
		struct program smaller = *program;

		smaller.operations &= ~(1u << i);
		if (smaller.operations != program->operations && differs(&smaller))
			*program = smaller;
	}
	for (unsigned int steps = 1; steps < program->steps; steps++) {
		struct program smaller = *program;

		smaller.steps = steps;
		if (differs(&smaller))
			*program = smaller;
	}
	for (unsigned int events = 1; events < program->events; events++) {
		struct program smaller = *program;

		smaller.events = events;
		if (differs(&smaller))
			*program = smaller;
	}
}

static void print_entry(const char *name, const struct journal *journal, size_t i)
{
	const struct entry *entry;

	if (i >= journal->count)
		return;
	entry = &journal->entries[i];
	fprintf(stderr,
		"  %-9s %4zu  %c %" PRIu64 " %" PRIu64 " %" PRIu64 " %" PRIu64 " due %" PRIu64 "\n",
		name, i, entry->kind, entry->value[0], entry->value[1], entry->value[2],
		entry->value[3], entry->due);
}

static void report(const struct program *program)
{
	size_t at;

	differs(program);
	at = first_difference(&of_libevent, &of_ours);
	fprintf(stderr,
		"FAILED: TIMERBED_SEED=%" PRIu64
		" STEPS=%u EVENTS=%u OPERATIONS=%u (%s over %s, flags %#x, "
		"%d priorities, at most %d callbacks%s)\n  operations:",
		program->seed, program->steps, program->events, program->operations,
		program->structure, program->method, (unsigned int)program->flags,
		program->priorities, program->most_callbacks, program->ties ? ", ties" : "");
	for (unsigned int i = 0; i < OPERATIONS; i++) {
		if (program->operations & 1u << i)
			fprintf(stderr, " %s", operation_names[i]);
	}
	fprintf(stderr, "\n");
	if (of_ours.broken)
		fprintf(stderr, "  broken: %s\n", of_ours.broken);
	if (at == SIZE_MAX)
		return;
	for (size_t i = at < 6 ? 0 : at - 6; i < at; i++)
		print_entry("both", &of_ours, i);
	for (size_t i = at; i < at + 3; i++)
		print_entry(libevent.name, &of_libevent, i);
	for (size_t i = at; i < at + 3; i++)
		print_entry(ours.name, &of_ours, i);
}

static uint64_t setting(const char *name, uint64_t otherwise)
{
	const char *text = getenv(name);

	return text ? strtoull(text, NULL, 0) : otherwise;
}

static bool passes(uint64_t seed)
{
	struct program program = make_program(seed);

	program.steps = (unsigned int)setting("STEPS", program.steps);
	program.events = (unsigned int)setting("EVENTS", program.events);
	program.operations = (unsigned int)setting("OPERATIONS", program.operations);
	if (!differs(&program)) {
		calls_compared += of_ours.count;
		ties_compared += program.ties;
		return true;
	}
	make_smaller(&program);
	report(&program);
	return false;
}

int main(void)
{
	const uint64_t first = setting("TIMERBED_SEED", 1);
	const uint64_t programs = setting("PROGRAMS", 20000);
	const char *missing = load_libevent();
	unsigned int passed = 0, failed = 0;

	if (missing) {
		printf("skipped: %s is not installed\n0 passed, 0 failed, 1 skipped\n", missing);
		return 0;
	}
	for (uint64_t seed = first; seed < first + programs && failed < 5; seed++)
		passes(seed) ? passed++ : failed++;
	fprintf(stderr,
		"%" PRIu64 " entries compared, from seed %" PRIu64 "; %" PRIu64
		" programs with equal deadlines\n",
		calls_compared, first, ties_compared);
	free(of_libevent.entries);
	free(of_ours.entries);
	printf("%u passed, %u failed\n", passed, failed);
	return failed ? 1 : 0;
}
