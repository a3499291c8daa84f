/*
 * differential-test - the same random programs on Debian's libevent and on this loop
 *
 * Both loops run in simulated time. This loop runs with EVENT_BASE_FLAG_LIBEVENT_2_1 and with a
 * structure that varies from program to program. Each program writes a journal: which event is
 * called, with what and when; what is pending after each loop; what the loop returned. The two
 * journals must be equal.
 *
 * The actions of a callback depend on its event and on how often the event was called, but not on
 * earlier callbacks. So a difference in order stays one difference and does not change everything
 * that follows. Events with equal deadlines may be called in any order. Most programs avoid equal
 * deadlines by adding microseconds. In the others, callbacks of events with equal deadlines do only
 * what the other events of that deadline cannot see, and their calls are compared as sets.
 *
 * If a program shows a difference, it is reduced as long as the difference remains: fewer steps,
 * fewer events, fewer kinds of operations. The reduced program is printed, and can be run again
 * with
 *
 * TIMERBED_SEED=... PROGRAMS=1 STEPS=... EVENTS=... OPERATIONS=... [TRACE=1] differential-test
 *
 * PROGRAMS is the number of seeds to try (default 20000), TIMERBED_SEED the first seed.
 */
#include <fcntl.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "bench/tests/differential_program.h"
#include "structures/common/find.h"
#include "structures/timer.h"

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
		 * Deleting and adding an event changes its order in the list of its descriptor,
		 * which shows among equal deadlines. So programs with equal deadlines have only
		 * timers.
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

/*
 * Does some operations from outside the loop, then runs the loop, which always has an exit to wait
 * for.
 */
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
	/* libevent treats a cached time of 0 seconds as an empty cache. */
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
	       timer_structure_find(structure)->postpones;
}

/* Returns whether the structure fires in order and to the microsecond, like libevent. */
static bool is_as_exact(const char *structure)
{
	struct timer_accuracy accuracy;

	return !timer_set_accuracy(structure, &accuracy, NULL, 0) &&
	       accuracy.order != TIMER_UNORDERED && accuracy.when != TIMER_LATE_FRACTION &&
	       accuracy.tick <= 1000;
}

/* Counts names up to the wanted one, and stores it. */
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

/* Chooses any structure that is exact enough, with or without wrappers. */
static void choose_structure(struct draws *draws, char *name, size_t size)
{
	find_name(draw(draws, find_name(SIZE_MAX, name, size)), name, size);
}

/*
 * Makes a program from a seed. Many programs have what makes order matter more: priorities, limits,
 * no time cache.
 */
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
	 * libevent computes a wait from a time in the past. Such a wait ends at another time if it
	 * is split in two, as with structures whose `next` may be too early.
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

/* Sorts each sequence of calls with equal deadlines. */
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

/* Returns the index of the first difference, or SIZE_MAX. */
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
