/*
 * round.c - one round: makes the base, lets threads operate, checks in the quiet, frees the base
 */
#include "loop/tests/stress/stress.h"

#include <dirent.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include <event2/thread.h>

#include "structures/timer.h"

#define OPERATIONS_AT_A_TIME 1500 /* in a round without threads */

static int open_descriptors(void)
{
	DIR *folder = opendir("/proc/self/fd");
	int count = 0;

	while (folder && readdir(folder))
		count++;
	if (folder)
		closedir(folder);
	return count;
}

/* ------------------------------------------------------------------------------- the base */

static void learn_accuracy(void)
{
	struct timer_accuracy accuracy = { 0 };
	char error[256];

	if (timer_set_accuracy(stress.structure, &accuracy, error, sizeof(error)))
		fail(NULL, "%s", error);
	stress.tick = accuracy.tick;
	stress.lateness_ppm = (uint64_t)(accuracy.fraction * 1e6 + 1);
	if (accuracy.when == TIMER_EXACT)
		stress.tick = stress.lateness_ppm = 0;
}

static int draw_flags(void)
{
	int flags = EVENT_BASE_FLAG_IGNORE_ENV;

	flags |= one_of(2) ? EVENT_BASE_FLAG_TIMER_REINSERT : 0;
	flags |= one_of(4) ? EVENT_BASE_FLAG_NO_CACHE_TIME : 0;
	stress.coarse = one_of(4) && !stress.is_virtual;
	flags |= stress.coarse ? EVENT_BASE_FLAG_COARSE_TIMER : 0;
	return flags;
}

static struct event_config *draw_config(void)
{
	const struct timeval longest = { 0, 1000 };
	struct event_config *config = event_config_new();

	if (!config)
		return NULL;
	event_config_set_flag(config, draw_flags());
	if (one_of(4))
		event_config_set_expiry_budget(config, 1 + draw_below(8));
	if (one_of(4))
		event_config_set_max_dispatch_interval(config, one_of(2) ? &longest : NULL,
						       1 + (int)draw_below(8), (int)draw_below(3));
	if (event_config_require_method(config, stress.backend) ||
	    event_config_set_timer_structure(config, stress.structure)) {
		event_config_free(config);
		return NULL;
	}
	return config;
}

/* Makes the base. At first some allocations fail, which must leave nothing behind. */
static void make_base(void)
{
	for (int i = 0; i < 100 && !stress.base; i++) {
		struct event_config *config;

		self->may_fail = i < 20 ? stress.fail_one_of : 0;
		config = draw_config();
		if (config)
			stress.base = event_base_new_with_config(config);
		if (stress.base && event_base_priority_init(stress.base, stress.priorities)) {
			event_base_free(stress.base);
			stress.base = NULL;
		}
		if (config)
			event_config_free(config);
	}
	self->may_fail = 0;
	if (!stress.base)
		fail(NULL, "no base with %s on %s", stress.structure, stress.backend);
}

static void nothing(evutil_socket_t fd, short what, void *arg)
{
	(void)fd, (void)what, (void)arg;
}

/* Makes the base open its signals' pipe before the channels close descriptors under the loop. */
static void use_a_signal(void)
{
	struct event *event = event_new(stress.base, signal_numbers[0], EV_SIGNAL, nothing, NULL);

	event_add(event, NULL);
	event_free(event);
}

static void fill_base(void)
{
	static const uint64_t durations[COMMONS] = { MILLISECOND * 5, MILLISECOND * 17,
						     SECOND * 4000 };
	const struct timeval long_after = { 100 * 24 * 3600, 0 };

	for (int i = 0; i < COMMONS; i++) {
		struct timeval duration = timeval_of(durations[i]);

		stress.common_ns[i] = durations[i];
		stress.commons[i] = event_base_init_common_timeout(stress.base, &duration);
	}
	stress.keeper = event_new(stress.base, -1, EV_PERSIST, nothing, NULL);
	event_add(stress.keeper, &long_after);
	use_a_signal();
}

/* ---------------------------------------------------------------------------------- phases */

static uint64_t real_now(void)
{
	struct timespec time;

	clock_gettime(CLOCK_MONOTONIC, &time);
	return (uint64_t)time.tv_sec * SECOND + (uint64_t)time.tv_nsec;
}

static void let_all_operate(void)
{
	if (!stress.threads) {
		alone_operate(OPERATIONS_AT_A_TIME);
		atomic_store(&stress.quiet, true);
		return;
	}
	for (uint64_t end = real_now() + (20 + draw_below(80)) * MILLISECOND; real_now() < end;)
		nanosleep(&(struct timespec){ 0, 5000000 }, NULL);
	threads_pause();
}

static void fork_a_child(void)
{
	if (stress.threads)
		loop_pause();
	child_check();
	if (stress.threads)
		loop_go_on();
	/* The parent must not notice what the child does. */
	check_channels_and_signals();
}

static void let_go_on(void)
{
	atomic_store(&stress.quiet, false);
	if (stress.threads)
		threads_go_on();
}

static void run_phases(void)
{
	uint64_t end = real_now() + stress.milliseconds * MILLISECOND;

	for (int phase = 0; phase < 2 || real_now() < end; phase++) {
		if (phase)
			let_go_on();
		let_all_operate();
		quiet_check();
		if (phase % 3 == 1)
			fork_a_child();
		if (phase % 2 == 1)
			wakeups_check();
	}
}

/* ------------------------------------------------------------------------------------- end */

/* Leaves events pending and finalizers uncalled, for event_base_free to handle. */
static void leave_things_pending(void)
{
	for (int i = 0; i < 500; i++)
		operate();
}

static void end_base(void)
{
	bool with_things_pending = one_of(2);

	if (with_things_pending)
		leave_things_pending();
	else
		slots_end(false);
	event_free(stress.keeper);
	if (!with_things_pending && once_is_served() &&
	    calls.count(stress.base, EVENT_BASE_COUNT_ADDED) != once_outstanding())
		fail(NULL, "events are counted that have been deleted");
	event_base_free(stress.base);
	stress.base = NULL;
	stress.is_virtual = false; /* the base's clock is freed */
	slots_end(true);
}

void round_run(void)
{
	static struct actor actor;
	int descriptors = open_descriptors();

	actor_begin(&actor, "main");
	stress.priorities = 1 + (int)draw_below(4);
	stress.slots_used = 16 + (int)draw_below(one_of(3) ? SLOTS_MOST - 16 : 64);
	stress.fail_one_of = one_of(4) ? 0 : 2 + (int)draw_below(30);
	stress.fail_in_loop = one_of(2);
	if (stress.threads)
		evthread_use_pthreads();
	if (stress.fault)
		faults_choose(stress.fault);
	signals_begin();
	learn_accuracy();
	make_base();
	stress.began = now_ns();
	fill_base();
	channels_begin();
	slots_begin();
	watchdog_begin();
	self->in_loop = !stress.threads;
	if (stress.threads)
		threads_begin();
	run_phases();
	if (stress.threads) {
		loop_pause();
		threads_end();
	}
	self->in_loop = true;
	end_base();
	watchdog_end();
	channels_end();
	signals_expect_restored();
	libevent_global_shutdown();
	memory_expect_none_left();
	if (open_descriptors() != descriptors)
		fail(NULL, "leak: %d descriptors are open, and %d were", open_descriptors(),
		     descriptors);
}
