/*
 * internals.c - the functions of internals.h, implemented with the public interface
 */
#include "loop/tests/regress/internals.h"

#include <dirent.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "test/tinytest.h"

/* From here on these names mean the library's functions. */
#undef event_base_get_num_events
#undef event_base_get_max_events

/* Groups of tests that do not concern the loop. */
#define NO_TESTS(group) struct testcase_t group##_testcases[] = { END_OF_TESTCASES }
NO_TESTS(minheap);
NO_TESTS(evbuffer);
NO_TESTS(bufferevent);
NO_TESTS(http);
NO_TESTS(dns);
NO_TESTS(rpc);
NO_TESTS(listener);

static void *must(void *memory)
{
	if (!memory)
		abort();
	return memory;
}

/* -------------------------------------------------------------------------------- small helpers */

void regress_sleep(const struct timeval *duration)
{
	struct timespec left = { duration->tv_sec, duration->tv_usec * 1000 };

	while (nanosleep(&left, &left) && errno == EINTR)
		;
}

uint32_t regress_random_seed(struct evutil_weakrand_state *state, uint32_t seed)
{
	state->seed = seed ? seed : (uint32_t)getpid();
	return state->seed;
}

int32_t regress_random(struct evutil_weakrand_state *state)
{
	return rand_r(&state->seed);
}

int32_t regress_random_below(struct evutil_weakrand_state *state, int32_t top)
{
	return regress_random(state) % top;
}

int regress_configure_monotonic(struct evutil_monotonic_timer *timer, int flags)
{
	timer->own = must(evutil_monotonic_timer_new());
	return evutil_configure_monotonic_time(timer->own, flags);
}

int regress_gettime_monotonic(struct evutil_monotonic_timer *timer, struct timeval *now)
{
	return evutil_gettime_monotonic(timer->own, now);
}

/* ---------------------------------------------------------------------------------- the base */

static int check_event(const struct event_base *base, const struct event *event, void *none)
{
	(void)none;
	if (!event_initialized(event) || event_get_base(event) != base)
		abort();
	return 0;
}

void regress_check_base(struct event_base *base)
{
	event_base_foreach_event(base, check_event, NULL);
}

static int virtual_events;

void regress_add_virtual(struct event_base *base)
{
	(void)base;
	virtual_events++;
}

int regress_get_num_events(struct event_base *base, unsigned which)
{
	return event_base_get_num_events(base, which) +
	       (which & EVENT_BASE_COUNT_VIRTUAL ? virtual_events : 0);
}

int regress_get_max_events(struct event_base *base, unsigned which, int clear)
{
	return event_base_get_max_events(base, which, clear) +
	       (which & EVENT_BASE_COUNT_VIRTUAL ? virtual_events : 0);
}

int regress_notify_descriptor(struct event_base *base)
{
	DIR *folder = must(opendir("/proc/self/fd"));
	int descriptor = -1;

	(void)base;
	for (struct dirent *entry; (entry = readdir(folder));) {
		char path[300], target[64];
		ssize_t length;

		snprintf(path, sizeof(path), "/proc/self/fd/%s", entry->d_name);
		length = readlink(path, target, sizeof(target) - 1);
		if (length < 0)
			continue;
		target[length] = '\0';
		if (strcmp(target, "anon_inode:[eventfd]") != 0)
			continue;
		if (descriptor >= 0)
			abort();
		descriptor = atoi(entry->d_name);
	}
	closedir(folder);
	return descriptor;
}

/* ------------------------------------------------------------------------------- callbacks */

struct emulated {
	struct event_callback *callback;
	regress_callback run, finalize;
	void *argument;
	struct event *event;
};

static void run(evutil_socket_t descriptor, short what, void *argument)
{
	struct emulated *emulated = argument;

	(void)descriptor, (void)what;
	emulated->run(emulated->callback, emulated->argument);
}

static void finalized(struct event *event, void *argument)
{
	struct emulated *emulated = argument;

	(void)event;
	emulated->event = NULL;
	emulated->finalize(emulated->callback, emulated->argument);
}

void regress_callback_init(struct event_callback *callback, uint8_t priority, regress_callback call,
			   void *argument)
{
	struct emulated *emulated = must(calloc(1, sizeof(*emulated)));

	(void)priority;
	*emulated = (struct emulated){ callback, call, NULL, argument, NULL };
	memset(callback, 0, sizeof(*callback));
	callback->evcb_arg = emulated;
}

static struct emulated *emulated_in(struct event_base *base, struct event_callback *callback)
{
	struct emulated *emulated = callback->evcb_arg;

	if (!emulated->event)
		emulated->event = must(event_new(base, -1, 0, run, emulated));
	return emulated;
}

int regress_callback_activate(struct event_base *base, struct event_callback *callback)
{
	event_active(emulated_in(base, callback)->event, EV_TIMEOUT, 1);
	return 1;
}

void regress_callback_finalize(struct event_base *base, unsigned flags,
			       struct event_callback *callback, regress_callback finalize)
{
	struct emulated *emulated = emulated_in(base, callback);

	emulated->finalize = finalize;
	event_free_finalize(flags, emulated->event, finalized);
}

/* ----------------------------------------------------------------------- locks, conditions */

void *regress_lock_new(void)
{
	pthread_mutex_t *lock = must(malloc(sizeof(*lock)));
	pthread_mutexattr_t recursive;

	pthread_mutexattr_init(&recursive);
	pthread_mutexattr_settype(&recursive, PTHREAD_MUTEX_RECURSIVE);
	pthread_mutex_init(lock, &recursive);
	pthread_mutexattr_destroy(&recursive);
	return lock;
}

void regress_lock_free(void *lock)
{
	pthread_mutex_destroy(lock);
	free(lock);
}

int regress_lock(void *lock)
{
	return pthread_mutex_lock(lock);
}

int regress_unlock(void *lock)
{
	return pthread_mutex_unlock(lock);
}

void *regress_condition_new(void)
{
	pthread_cond_t *condition = must(malloc(sizeof(*condition)));

	pthread_cond_init(condition, NULL);
	return condition;
}

void regress_condition_free(void *condition)
{
	pthread_cond_destroy(condition);
	free(condition);
}

int regress_signal(void *condition)
{
	return pthread_cond_signal(condition);
}

int regress_broadcast(void *condition)
{
	return pthread_cond_broadcast(condition);
}

int regress_wait(void *condition, void *lock, const struct timeval *timeout)
{
	struct timespec until;

	if (!timeout)
		return pthread_cond_wait(condition, lock);
	clock_gettime(CLOCK_REALTIME, &until);
	until.tv_sec += timeout->tv_sec;
	until.tv_nsec += timeout->tv_usec * 1000;
	if (until.tv_nsec >= 1000000000) {
		until.tv_sec++;
		until.tv_nsec -= 1000000000;
	}
	return pthread_cond_timedwait(condition, lock, &until) == ETIMEDOUT;
}
