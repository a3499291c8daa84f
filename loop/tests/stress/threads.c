/*
 * threads.c - the threads that operate and the thread that runs the loop, and how they are halted
 */
#include "loop/tests/stress/stress.h"

#include <sched.h>
#include <time.h>

/* A closed gate halts the threads that come to it. */
struct gate {
	pthread_mutex_t lock;
	pthread_cond_t changed;
	bool closed;
	int halted;
};

static struct gate work_gate = { PTHREAD_MUTEX_INITIALIZER, PTHREAD_COND_INITIALIZER, false, 0 };
static struct gate loop_gate = { PTHREAD_MUTEX_INITIALIZER, PTHREAD_COND_INITIALIZER, false, 0 };
static struct actor workers[WORKERS], looper;
static pthread_t worker_threads[WORKERS], loop_thread;

static void pass(struct gate *gate)
{
	pthread_mutex_lock(&gate->lock);
	gate->halted++;
	pthread_cond_broadcast(&gate->changed);
	while (gate->closed)
		pthread_cond_wait(&gate->changed, &gate->lock);
	gate->halted--;
	pthread_mutex_unlock(&gate->lock);
}

static void set_closed(struct gate *gate, bool closed)
{
	pthread_mutex_lock(&gate->lock);
	gate->closed = closed;
	pthread_cond_broadcast(&gate->changed);
	pthread_mutex_unlock(&gate->lock);
}

static bool is_closed(struct gate *gate)
{
	bool closed;

	pthread_mutex_lock(&gate->lock);
	closed = gate->closed;
	pthread_mutex_unlock(&gate->lock);
	return closed;
}

static int halted_at(struct gate *gate)
{
	int halted;

	pthread_mutex_lock(&gate->lock);
	halted = gate->closed ? gate->halted : 0;
	pthread_mutex_unlock(&gate->lock);
	return halted;
}

/* -------------------------------------------------------------------------------- workers */

static void take_a_break(void)
{
	if (one_of(4))
		nanosleep(&(struct timespec){ 0, (long)draw_below(200000) }, NULL);
	else if (one_of(4))
		sched_yield();
}

static void *work(void *arg)
{
	static const char *const names[WORKERS] = { "worker 0", "worker 1", "worker 2" };
	int number = *(int *)arg;

	actor_begin(&workers[number], names[number]);
	while (!atomic_load(&stress.ending)) {
		operate();
		take_a_break();
		if (is_closed(&work_gate))
			pass(&work_gate);
	}
	return NULL;
}

/* ------------------------------------------------------------------------------- the loop */

static int draw_flags(void)
{
	static const int flags[] = { 0,
				     0,
				     0,
				     EVLOOP_ONCE,
				     EVLOOP_NONBLOCK,
				     EVLOOP_ONCE | EVLOOP_NONBLOCK,
				     EVLOOP_NO_EXIT_ON_EMPTY };

	return atomic_load(&stress.deep) ? 0 : flags[draw_below(sizeof(flags) / sizeof(*flags))];
}

static void *run_loop(void *arg)
{
	(void)arg;
	actor_begin(&looper, "loop");
	self->in_loop = true;
	while (!atomic_load(&stress.ending)) {
		int result;

		self->may_fail = stress.fail_in_loop ? stress.fail_one_of : 0;
		result = event_base_loop(stress.base, draw_flags());
		self->may_fail = 0;
		if (result < 0)
			fail(NULL, "event_base_loop has failed");
		/* The keeper is always pending. */
		if (result > 0)
			fail(NULL, "event_base_loop finds nothing to wait for");
		atomic_fetch_add(&stress.returns, 1);
		atomic_fetch_add(&stress.loops, 1);
		if (is_closed(&loop_gate))
			pass(&loop_gate);
	}
	return NULL;
}

static bool loop_is_halted(void *arg)
{
	(void)arg;
	/*
	 * Breaks repeatedly, because the loop forgets a break that comes between two calls of it.
	 */
	if (halted_at(&loop_gate) == 0)
		event_base_loopbreak(stress.base);
	return halted_at(&loop_gate) == 1;
}

void loop_pause(void)
{
	set_closed(&loop_gate, true);
	wait_until(loop_is_halted, NULL, "for the loop to stop", NULL);
}

void loop_go_on(void)
{
	set_closed(&loop_gate, false);
}

/* ---------------------------------------------------------------------------------- all threads */

static bool workers_are_halted(void *arg)
{
	(void)arg;
	return halted_at(&work_gate) == WORKERS;
}

/* After this call neither a thread nor a callback operates. */
void threads_pause(void)
{
	set_closed(&work_gate, true);
	wait_until(workers_are_halted, NULL, "for the workers to halt", NULL);
	atomic_store(&stress.quiet, true);
	probe_loop(); /* a callback may have begun to operate earlier */
}

void threads_go_on(void)
{
	atomic_store(&stress.quiet, false);
	set_closed(&work_gate, false);
}

void threads_begin(void)
{
	static int numbers[WORKERS];

	pthread_create(&loop_thread, NULL, run_loop, NULL);
	for (int i = 0; i < WORKERS; i++) {
		numbers[i] = i;
		pthread_create(&worker_threads[i], NULL, work, &numbers[i]);
	}
	/* threads_pause waits until all threads have begun. */
	threads_pause();
	threads_go_on();
}

/* Ends the workers and the loop's thread, which must be halted. */
void threads_end(void)
{
	atomic_store(&stress.ending, true);
	set_closed(&work_gate, false);
	set_closed(&loop_gate, false);
	begin_call("for the threads to end", NULL);
	for (int i = 0; i < WORKERS; i++)
		pthread_join(worker_threads[i], NULL);
	pthread_join(loop_thread, NULL);
	end_call();
}
