/*
 * watchdog.c - reports which thread hangs, and shows the base
 *
 * The watchdog counts time in its own ticks. Each tick counts the same, however late it comes. So
 * little time passes for the watchdog on a machine that is too busy to run it. If several processes
 * share a core, the patience is also up to four times as long.
 */
#include "loop/tests/stress/stress.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define TICKS_A_SECOND 50
#define ACTORS_MOST    (WORKERS + 4)

/*
 * Prints the stack of the calling thread. The sanitizers' libraries define it; otherwise it is
 * NULL.
 */
void __sanitizer_print_stack_trace(void) __attribute__((weak));
#define SIGNAL_FOR_STACK SIGPWR

static pthread_t thread;
static atomic_bool ending;
static atomic_int printed;

static void print_stack(int number)
{
	int saved = errno;

	(void)number;
	if (__sanitizer_print_stack_trace)
		__sanitizer_print_stack_trace();
	atomic_fetch_add(&printed, 1);
	errno = saved;
}

static void sleep_ms(long ms)
{
	nanosleep(&(struct timespec){ ms / 1000, ms % 1000 * 1000000 }, NULL);
}

/* Waits only briefly for the stack, because the thread may be where no signal reaches it. */
static void show_stack(const struct actor *actor)
{
	int before = atomic_load(&printed);

	fprintf(stderr, "stress: the stack of thread %s:\n", actor->name);
	if (pthread_kill(actor->thread, SIGNAL_FOR_STACK))
		return;
	for (int i = 0; i < 100 && atomic_load(&printed) == before; i++)
		sleep_ms(10);
}

static atomic_bool dumped;

static void *dump(void *arg)
{
	(void)arg;
	event_base_dump_events(stress.base, stderr);
	atomic_store(&dumped, true);
	return NULL;
}

/*
 * Shows the base from another thread, because a thread that hangs may hold the base's lock for
 * ever.
 */
static void show_base(void)
{
	pthread_t dumper;

	if (!stress.threads || pthread_create(&dumper, NULL, dump, NULL))
		return;
	for (int i = 0; i < 500 && !atomic_load(&dumped); i++)
		sleep_ms(10);
	if (!atomic_load(&dumped))
		fprintf(stderr, "stress: the base cannot be shown: a thread holds its lock\n");
}

static void show(const struct actor *actor)
{
	const char *doing = atomic_load(&actor->doing);
	int slot = atomic_load(&actor->slot);

	fprintf(stderr, "stress: thread %s: %s", actor->name,
		doing ? doing : "in the loop, or idle");
	if (doing && slot >= 0)
		fprintf(stderr, ", slot %d", slot);
	fputc('\n', stderr);
}

static _Noreturn void report(const struct actor *hangs)
{
	const char *doing = atomic_load(&hangs->doing);
	int slot = atomic_load(&hangs->slot);

	fprintf(stderr, "stress: hang: thread %s hangs in: %s\n", hangs->name,
		doing ? doing : "the loop");
	for (struct actor *actor = actors; actor; actor = actor->next)
		show(actor);
	for (struct actor *actor = actors; actor; actor = actor->next)
		if (actor != self)
			show_stack(actor);
	show_base();
	fail(slot >= 0 ? &stress.slots[slot] : NULL, "hang or loss: thread %s waits %s",
	     hangs->name, doing ? doing : "");
}

static double load_of_a_core(void)
{
	double load = 0;

	if (getloadavg(&load, 1) < 1)
		return 1;
	load /= (double)sysconf(_SC_NPROCESSORS_ONLN);
	return load < 1 ? 1 : load > 4 ? 4 : load;
}

/* How long a thread has been in the same call, in ticks. */
struct seen {
	uint64_t serial;
	unsigned ticks;
};

static void look_at(const struct actor *actor, struct seen *seen)
{
	uint64_t serial = atomic_load(&actor->serial);

	if (!atomic_load(&actor->doing) || serial != seen->serial) {
		seen->serial = serial;
		seen->ticks = 0;
		return;
	}
	if (++seen->ticks % TICKS_A_SECOND)
		return;
	if (seen->ticks / TICKS_A_SECOND >= stress.patience * load_of_a_core())
		report(actor);
}

static void *watch(void *arg)
{
	static struct actor actor;
	struct seen seen[ACTORS_MOST] = { 0 };

	(void)arg;
	actor_begin(&actor, "watchdog");
	while (!atomic_load(&ending)) {
		int i = 0;

		sleep_ms(1000 / TICKS_A_SECOND);
		pthread_mutex_lock(&actors_lock);
		for (struct actor *one = actors; one && i < ACTORS_MOST; one = one->next)
			look_at(one, &seen[i++]);
		pthread_mutex_unlock(&actors_lock);
	}
	return NULL;
}

void watchdog_begin(void)
{
	struct sigaction action = { .sa_handler = print_stack, .sa_flags = SA_RESTART };

	sigemptyset(&action.sa_mask);
	sigaction(SIGNAL_FOR_STACK, &action, NULL);
	pthread_create(&thread, NULL, watch, NULL);
}

void watchdog_end(void)
{
	atomic_store(&ending, true);
	pthread_join(thread, NULL);
}
