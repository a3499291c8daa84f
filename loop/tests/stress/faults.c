/*
 * faults.c - the loop's functions, some of them replaced by a deliberate fault that a round must
 * find
 *
 * A round calls the loop through a table. A fault replaces entries of the table by functions that
 * behave like a broken loop. stress-test.c lists by which words of the output each fault is found.
 */
#include "loop/tests/stress/stress.h"

#include <string.h>
#include <time.h>
#include <unistd.h>

#include <event2/thread.h>

static void nothing(void)
{
}

struct calls calls = {
	.add = event_add,
	.del = event_del,
	.del_block = event_del_block,
	.del_noblock = event_del_noblock,
	.active = event_active,
	.free = event_free,
	.finalize = event_finalize,
	.free_finalize = event_free_finalize,
	.once = event_base_once,
	.count = event_base_get_num_events,
	.reinit = event_reinit,
	.close = close,
	.in_callback = nothing,
};

/*
 * Returns true once in 20 times. Returns false during the setup of the loop, and in a thread that
 * is not an actor.
 */
static bool now_and_then(void)
{
	return self && atomic_load(&stress.operations) > 50 && one_of(20);
}

static int add_is_lost(struct event *event, const struct timeval *timeout)
{
	return timeout && now_and_then() ? 0 : event_add(event, timeout);
}

static int add_of_descriptor_is_lost(struct event *event, const struct timeval *timeout)
{
	bool is_io = event_get_events(event) & (EV_READ | EV_WRITE);

	return is_io && now_and_then() ? 0 : event_add(event, timeout);
}

static int add_of_signal_is_lost(struct event *event, const struct timeval *timeout)
{
	return event_get_events(event) & EV_SIGNAL ? 0 : event_add(event, timeout);
}

static int add_is_early(struct event *event, const struct timeval *timeout)
{
	struct timeval half = { 0 };

	if (!timeout || timeout->tv_sec || !now_and_then())
		return event_add(event, timeout);
	half.tv_usec = (timeout->tv_usec & 0xfffff) / 2;
	return event_add(event, &half);
}

static int add_is_late(struct event *event, const struct timeval *timeout)
{
	struct timeval later;

	if (!timeout || timeout->tv_sec || timeout->tv_usec > 900000 || !now_and_then())
		return event_add(event, timeout);
	later = *timeout;
	later.tv_usec += 99000;
	return event_add(event, &later);
}

static int failed_add_adds(struct event *event, const struct timeval *timeout)
{
	int result = event_add(event, timeout);

	return timeout && now_and_then() ? -1 : result;
}

static int no_deletion(struct event *event)
{
	return now_and_then() ? 0 : event_del(event);
}

static void lost_activation(struct event *event, int what, short ncalls)
{
	if (!now_and_then())
		event_active(event, what, ncalls);
}

static void activated_twice(struct event *event, int what, short ncalls)
{
	event_active(event, what, ncalls);
	if (!now_and_then())
		return;
	/* Waits long enough for the loop to call the event once. */
	nanosleep(&(struct timespec){ 0, 5000000 }, NULL);
	event_active(event, what, ncalls);
}

static void deletes_and_leaks(struct event *event)
{
	if (now_and_then())
		event_del(event);
	else
		event_free(event);
}

static int leaves_open(int fd)
{
	return now_and_then() ? 0 : close(fd);
}

static int finalizes_at_once(unsigned flags, struct event *event,
			     event_finalize_callback_fn function)
{
	(void)flags;
	event_del_noblock(event);
	function(event, event_get_callback_arg(event));
	return 0;
}

static int does_not_finalize(unsigned flags, struct event *event,
			     event_finalize_callback_fn function)
{
	(void)flags, (void)function;
	return event_del_noblock(event);
}

static event_callback_fn once_callback;

static void call_twice(evutil_socket_t fd, short what, void *arg)
{
	once_callback(fd, what, arg);
	once_callback(fd, what, arg);
}

static int once_is_twice(struct event_base *base, evutil_socket_t fd, short events,
			 event_callback_fn function, void *arg, const struct timeval *timeout)
{
	once_callback = function;
	return event_base_once(base, fd, events, call_twice, arg, timeout);
}

static int once_is_lost(struct event_base *base, evutil_socket_t fd, short events,
			event_callback_fn function, void *arg, const struct timeval *timeout)
{
	return now_and_then() ? 0 : event_base_once(base, fd, events, function, arg, timeout);
}

static int one_more(struct event_base *base, unsigned what)
{
	return event_base_get_num_events(base, what) + 1;
}

static int no_reinit(struct event_base *base)
{
	(void)base;
	return 0;
}

static void hang_at_times(void)
{
	if (now_and_then()) {
		for (;;)
			pause();
	}
}

/*
 * Makes every thread look like the loop's thread. So no thread wakes the loop or waits for its
 * callbacks.
 */
static unsigned long everybody(void)
{
	return 1;
}

static void one_identity(void)
{
	evthread_set_id_callback(everybody);
}

/* Entries that are not NULL replace those in `calls`. */
static const struct fault {
	const char *name;
	struct calls calls;
	void (*begin)(void);
} faults[] = {
	{ "lost-timer", { .add = add_is_lost }, NULL },
	{ "lost-descriptor", { .add = add_of_descriptor_is_lost }, NULL },
	{ "lost-signal", { .add = add_of_signal_is_lost }, NULL },
	{ "lost-activation", { .active = lost_activation }, NULL },
	{ "lost-once", { .once = once_is_lost }, NULL },
	{ "early", { .add = add_is_early }, NULL },
	{ "late", { .add = add_is_late }, NULL },
	{ "twice", { .active = activated_twice }, NULL },
	{ "once-twice", { .once = once_is_twice }, NULL },
	{ "failed-add-adds", { .add = failed_add_adds }, NULL },
	{ "no-deletion", { .del = no_deletion }, NULL },
	{ "no-wait", { .del = event_del_noblock, .del_block = event_del_noblock }, NULL },
	{ "leak", { .free = deletes_and_leaks }, NULL },
	{ "open-descriptor", { .close = leaves_open }, NULL },
	{ "early-finalizer",
	  { .finalize = finalizes_at_once, .free_finalize = finalizes_at_once },
	  NULL },
	{ "no-finalizer",
	  { .finalize = does_not_finalize, .free_finalize = does_not_finalize },
	  NULL },
	{ "miscount", { .count = one_more }, NULL },
	{ "no-reinit", { .reinit = no_reinit }, NULL },
	{ "hang", { .in_callback = hang_at_times }, NULL },
	{ "asleep", { .del = NULL }, one_identity },
};

void faults_list(FILE *file)
{
	for (size_t i = 0; i < sizeof(faults) / sizeof(*faults); i++)
		fprintf(file, "%s\n", faults[i].name);
}

#define TAKE(entry)                                                                                \
	do {                                                                                       \
		if (fault->calls.entry)                                                            \
			calls.entry = fault->calls.entry;                                          \
	} while (0)

static void take(const struct fault *fault)
{
	TAKE(add);
	TAKE(del);
	TAKE(del_block);
	TAKE(active);
	TAKE(free);
	TAKE(finalize);
	TAKE(free_finalize);
	TAKE(once);
	TAKE(count);
	TAKE(reinit);
	TAKE(close);
	TAKE(in_callback);
	if (fault->begin)
		fault->begin();
}

/* Returns the fault with this name, or NULL. */
static const struct fault *find(const char *name)
{
	for (size_t i = 0; i < sizeof(faults) / sizeof(*faults); i++) {
		if (!strcmp(faults[i].name, name))
			return &faults[i];
	}
	return NULL;
}

bool faults_has(const char *name)
{
	return find(name);
}

void faults_choose(const char *name)
{
	take(find(name));
}
