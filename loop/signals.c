/*
 * signals.c - signals as events
 *
 * A signal handler may do almost nothing. So it writes the signal's number into a pipe, and the
 * loop does the rest when it reads the number. The pipe does not block. If it is full, the handler
 * sets a flag for the signal instead. Then the loop learns that the signal arrived, but not how
 * often. POSIX does not promise the number either.
 *
 * Handlers belong to the process, so one base at a time owns all signals. When another base takes
 * over, it gets the signals that the first base would have got.
 */
#include "loop/base.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdatomic.h>
#include <string.h>
#include <unistd.h>

/*
 * The base that owns the signals. The handler reads only owner_pipe. It may run in any thread, so
 * the variables that it uses are atomic, and atomics of these types need no lock.
 */
static pthread_mutex_t owner_lock = PTHREAD_MUTEX_INITIALIZER;
static struct event_base *owner;
static atomic_int owner_pipe = -1;
static atomic_bool did_not_fit[NSIG]; /* signals that arrived while the pipe was full */

_Static_assert(ATOMIC_INT_LOCK_FREE == 2 && ATOMIC_BOOL_LOCK_FREE == 2, "for a handler");

static void handle(int signal)
{
	int saved = errno;
	int pipe = atomic_load_explicit(&owner_pipe, memory_order_relaxed);
	unsigned char number = (unsigned char)signal;

	if (pipe >= 0 && write(pipe, &number, 1) < 0)
		atomic_store(&did_not_fit[signal], true);
	errno = saved;
}

/* The caller holds owner_lock. */
static void set_owner(struct event_base *base)
{
	owner = base;
	atomic_store_explicit(&owner_pipe, base ? base->signals.pipe[1] : -1, memory_order_relaxed);
}

static void give_up_ownership(const struct event_base *base)
{
	pthread_mutex_lock(&owner_lock);
	if (owner == base)
		set_owner(NULL);
	pthread_mutex_unlock(&owner_lock);
}

/* Reads what the handlers wrote. Holds the base's lock while it activates events. */
static void read_signals(int fd, short what, void *arg)
{
	struct event_base *base = arg;
	unsigned char numbers[1024];
	int counts[NSIG] = { 0 };
	ssize_t size;

	(void)what;
	while ((size = read(fd, numbers, sizeof(numbers))) > 0) {
		for (ssize_t i = 0; i < size; i++) {
			if (numbers[i] < NSIG)
				counts[numbers[i]]++;
		}
	}
	if (size < 0 && errno != EAGAIN && errno != EINTR)
		log_warning_errno(errno, "cannot read signals");
	base_lock(base);
	for (int i = 1; i < NSIG; i++) {
		counts[i] += atomic_exchange(&did_not_fit[i], false);
		if (counts[i])
			signal_map_activate(base, i, counts[i]);
	}
	base_unlock(base);
}

/* Creates the pipe and its event when the first signal event is added. Returns 0 or -errno. */
static int open_pipe(struct event_base *base)
{
	struct signal_map *map = &base->signals;
	int result;

	if (map->reader)
		return 0;
	if (pipe2(map->pipe, O_NONBLOCK | O_CLOEXEC))
		return -errno;
	map->reader = event_new_internal(base, map->pipe[0], read_signals);
	result = map->reader ? 0 : -ENOMEM;
	if (!result && event_add_locked(map->reader, NULL))
		result = -EIO;
	if (result) {
		event_free_internal(map->reader);
		map->reader = NULL;
		close(map->pipe[0]);
		close(map->pipe[1]);
		map->pipe[0] = map->pipe[1] = -1;
	}
	return result;
}

static int install(struct signal_map *map, int signal)
{
	struct sigaction action = { .sa_handler = handle, .sa_flags = SA_RESTART };
	struct sigaction *before = memory_allocate(sizeof(*before));

	if (!before)
		return -ENOMEM;
	sigfillset(&action.sa_mask);
	if (sigaction(signal, &action, before)) {
		int result = -errno;

		memory_free(before);
		return result;
	}
	map->before[signal] = before;
	return 0;
}

static void restore(struct signal_map *map, int signal)
{
	if (sigaction(signal, map->before[signal], NULL))
		log_warning_errno(errno, "cannot restore the handler of signal %d", signal);
	memory_free(map->before[signal]);
	map->before[signal] = NULL;
}

/*
 * Makes this base the owner of all signals, and installs the handler of one. The owner is set
 * first, so that the handler's first call finds the pipe. If the handler cannot be installed, the
 * former owner is restored.
 */
static int take_signal(struct event_base *base, int signal)
{
	struct event_base *before;
	int result = 0;

	pthread_mutex_lock(&owner_lock);
	before = owner;
	set_owner(base);
	if (!base->signals.first[signal])
		result = install(&base->signals, signal);
	if (result)
		set_owner(before);
	else if (before && before != base && before->signals.count)
		log_warning("signals now go to another base: only one can have them at a time");
	pthread_mutex_unlock(&owner_lock);
	return result;
}

int signal_map_add(struct event_base *base, struct event *event)
{
	struct signal_map *map = &base->signals;
	int signal = event->ev_fd, result;

	if (signal <= 0 || signal >= NSIG)
		return -EINVAL;
	result = open_pipe(base);
	if (result)
		return result;
	result = take_signal(base, signal);
	if (result)
		return result;
	event->ev_io_next.le_next = map->first[signal];
	event->ev_io_next.le_prev = &map->first[signal];
	if (map->first[signal])
		map->first[signal]->ev_io_next.le_prev = &event->ev_io_next.le_next;
	map->first[signal] = event;
	map->count++;
	return 0;
}

void signal_map_remove(struct event_base *base, struct event *event)
{
	struct signal_map *map = &base->signals;

	if (event->ev_io_next.le_next)
		event->ev_io_next.le_next->ev_io_next.le_prev = event->ev_io_next.le_prev;
	*event->ev_io_next.le_prev = event->ev_io_next.le_next;
	map->count--;
	if (!map->first[event->ev_fd])
		restore(map, event->ev_fd);
}

void signal_map_activate(struct event_base *base, int signal, int count)
{
	struct event *event;

	if (signal <= 0 || signal >= NSIG)
		return;
	for (event = base->signals.first[signal]; event; event = event->ev_io_next.le_next)
		event_active_locked(event, EV_SIGNAL,
				    (short)(count < INT16_MAX ? count : INT16_MAX));
}

void signals_take_over(struct event_base *base)
{
	if (!base->signals.count)
		return;
	pthread_mutex_lock(&owner_lock);
	set_owner(base);
	pthread_mutex_unlock(&owner_lock);
}

void signal_map_delete_all(struct event_base *base)
{
	for (int i = 0; i < NSIG; i++) {
		while (base->signals.first[i])
			event_del_locked(base->signals.first[i], DELETE_EVEN_IF_FINALIZING);
	}
}

int signal_map_for_each(const struct event_base *base,
			int (*visit)(struct event *event, void *data), void *data)
{
	for (int i = 0; i < NSIG; i++) {
		struct event *event = base->signals.first[i];

		for (; event; event = event->ev_io_next.le_next) {
			int result = visit(event, data);

			if (result)
				return result;
		}
	}
	return 0;
}

static void close_pipe(struct event_base *base)
{
	struct signal_map *map = &base->signals;

	give_up_ownership(base);
	event_free_internal(map->reader);
	map->reader = NULL;
	for (int i = 0; i < 2; i++) {
		if (map->pipe[i] >= 0)
			close(map->pipe[i]);
		map->pipe[i] = -1;
	}
}

/* Without a new pipe, the parent's loop would read the signals of the child. */
int signals_reinit(struct event_base *base)
{
	int result;

	if (!base->signals.reader)
		return 0;
	close_pipe(base);
	result = open_pipe(base);
	if (!result)
		signals_take_over(base);
	return result;
}

void signals_free(struct event_base *base)
{
	close_pipe(base);
}

const char *signals_check(const struct event_base *base)
{
	const struct signal_map *map = &base->signals;
	size_t count = 0;

	for (int i = 0; i < NSIG; i++) {
		struct event *const *link = &map->first[i];

		if (!map->first[i] != !map->before[i])
			return "a signal has a handler and no event, or the other way round";
		for (; *link; link = &(*link)->ev_io_next.le_next) {
			if ((*link)->ev_io_next.le_prev != link || (*link)->ev_fd != i)
				return "a signal's list is broken";
			count++;
		}
	}
	return count == map->count ? NULL : "the count of signal events is wrong";
}
