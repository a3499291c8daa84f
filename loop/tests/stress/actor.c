/*
 * actor.c - actors: the threads of a round, with their random numbers and what each is doing;
 * fail()
 */
#include "loop/tests/stress/stress.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

_Thread_local struct actor *self;
struct actor *actors;
pthread_mutex_t actors_lock = PTHREAD_MUTEX_INITIALIZER;

/* Makes the calling thread an actor. The actor's memory must last as long as the process. */
void actor_begin(struct actor *actor, const char *name)
{
	uint64_t mixed = stress.seed;

	for (const char *letter = name; *letter; letter++)
		mixed = (mixed ^ (uint64_t)(unsigned char)*letter) * UINT64_C(0x100000001b3);
	actor->name = name;
	actor->thread = pthread_self();
	actor->random = mixed | 1;
	atomic_store(&actor->slot, -1);
	self = actor;
	for (int i = 0; i < 8; i++)
		draw();
	pthread_mutex_lock(&actors_lock);
	actor->next = actors;
	actors = actor;
	pthread_mutex_unlock(&actors_lock);
}

/* Marsaglia's xorshift64, scrambled by a multiplication. */
uint64_t draw(void)
{
	self->random ^= self->random << 13;
	self->random ^= self->random >> 7;
	self->random ^= self->random << 17;
	return self->random * UINT64_C(0x2545f4914f6cdd1d) >> 16;
}

uint64_t draw_below(uint64_t limit)
{
	return draw() % limit;
}

bool one_of(uint64_t count)
{
	return draw() % count == 0;
}

uint64_t now_ns(void)
{
	struct timespec time;
	uint64_t ns;

	if (stress.is_virtual && !event_base_virtual_now(stress.base, &ns))
		return ns;
	clock_gettime(CLOCK_MONOTONIC, &time);
	return (uint64_t)time.tv_sec * SECOND + (uint64_t)time.tv_nsec;
}

/*
 * Returns the earliest time at which a timeout can start. A base with the coarse clock assumes that
 * this clock is at most two ticks late. On a virtual machine that gets too little CPU time it may
 * be later.
 */
uint64_t origin_ns(void)
{
	struct timespec time;

	if (!stress.coarse)
		return now_ns();
	clock_gettime(CLOCK_MONOTONIC_COARSE, &time);
	return (uint64_t)time.tv_sec * SECOND + (uint64_t)time.tv_nsec;
}

/*
 * From this call to end_call, the thread is in the loop's code, where it may hang or run out of
 * memory.
 */
void begin_call(const char *what, const struct slot *slot)
{
	atomic_store_explicit(&self->slot, slot ? slot->index : -1, memory_order_relaxed);
	atomic_store_explicit(&self->doing, what, memory_order_relaxed);
	atomic_fetch_add_explicit(&self->serial, 1, memory_order_relaxed);
	atomic_fetch_add_explicit(&stress.operations, 1, memory_order_relaxed);
	self->may_fail = stress.fail_one_of;
}

void end_call(void)
{
	self->may_fail = 0;
	atomic_store_explicit(&self->doing, NULL, memory_order_relaxed);
	atomic_fetch_add_explicit(&self->serial, 1, memory_order_relaxed);
}

/* The caller must hold the slot's book. */
void note(struct slot *slot, const char *what, int64_t detail)
{
	slot->history[slot->entries++ % HISTORY] = (struct entry){
		.what = what,
		.thread = self->name,
		.at = now_ns() - stress.began,
		.detail = detail,
	};
}

static void print_history(const struct slot *slot)
{
	unsigned first = slot->entries > HISTORY ? slot->entries - HISTORY : 0;

	fprintf(stderr, "  slot %d, kind %d, events 0x%02x; its latest operations:\n", slot->index,
		slot->kind, (unsigned)slot->events);
	for (unsigned i = first; i < slot->entries; i++) {
		const struct entry *entry = &slot->history[i % HISTORY];

		fprintf(stderr, "    %12.6f ms %-8s %s %lld\n", (double)entry->at / 1e6,
			entry->thread, entry->what, (long long)entry->detail);
	}
}

/*
 * Prints the first failure and ends the round. Threads that fail later sleep, because their
 * failures may only follow from the first.
 */
_Noreturn void fail(const struct slot *slot, const char *format, ...)
{
	static atomic_flag failed = ATOMIC_FLAG_INIT;
	va_list arguments;

	while (atomic_flag_test_and_set(&failed))
		sleep(1000);
	va_start(arguments, format);
	fprintf(stderr,
		"stress: FAILED at %.6f ms in thread %s: ", (double)(now_ns() - stress.began) / 1e6,
		self ? self->name : "?");
	vfprintf(stderr, format, arguments);
	fputc('\n', stderr);
	va_end(arguments);
	if (slot)
		print_history(slot);
	fflush(NULL);
	_exit(1);
}
