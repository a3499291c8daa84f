/*
 * signals.c - the events of each signal, and the pipe that the handlers write to
 *
 * A signal handler may call only a few functions. So it writes the signal's number into a pipe, and
 * the loop activates the signal's events when it reads the number. The pipe does not block. If the
 * pipe is full, the handler sets a flag for the signal instead. Then the loop learns that the
 * signal arrived, but not how often. POSIX does not promise the count either.
 *
 * Handlers belong to the process, so one map at a time owns all signals. When another map becomes
 * the owner, all handlers write to that map's pipe.
 */
#include "loop/signals.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdatomic.h>
#include <sys/queue.h>
#include <unistd.h>

#include "loop/log.h"
#include "loop/memory.h"

/*
 * The map that owns the signals. owner_lock protects all changes of the owner. The handler may run
 * in any thread and must not take a lock. So the variables that it uses, owner_pipe and
 * did_not_fit, are atomic and lock-free.
 */
static pthread_mutex_t owner_lock = PTHREAD_MUTEX_INITIALIZER;
static struct signal_map *owner;
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
static void set_owner(struct signal_map *map)
{
	owner = map;
	atomic_store_explicit(&owner_pipe, map ? map->pipe[1] : -1, memory_order_relaxed);
}

void signal_map_init(struct signal_map *map)
{
	*map = (struct signal_map){ .pipe = { -1, -1 } };
}

int signal_map_open(struct signal_map *map)
{
	return pipe2(map->pipe, O_NONBLOCK | O_CLOEXEC) ? -errno : 0;
}

void signal_map_disown(struct signal_map *map)
{
	pthread_mutex_lock(&owner_lock);
	if (owner == map)
		set_owner(NULL);
	pthread_mutex_unlock(&owner_lock);
}

void signal_map_close(struct signal_map *map)
{
	for (int i = 0; i < 2; i++) {
		if (map->pipe[i] >= 0)
			close(map->pipe[i]);
		map->pipe[i] = -1;
	}
}

void signal_map_read(int pipe, int counts[NSIG])
{
	unsigned char numbers[1024];
	ssize_t size;

	while ((size = read(pipe, numbers, sizeof(numbers))) > 0) {
		for (ssize_t i = 0; i < size; i++) {
			if (numbers[i] < NSIG)
				counts[numbers[i]]++;
		}
	}
	if (size < 0 && errno != EAGAIN && errno != EINTR)
		log_warning_errno(errno, "cannot read signals");
	for (int i = 1; i < NSIG; i++)
		counts[i] += atomic_exchange(&did_not_fit[i], false);
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
 * Makes this map the owner of all signals, and installs the handler of one signal if the map has no
 * event of that signal. Sets the owner first, so that the handler's first call finds the pipe. If
 * the handler cannot be installed, restores the former owner. Returns 0 or -errno.
 */
static int take_signal(struct signal_map *map, int signal)
{
	struct signal_map *before;
	int result = 0;

	pthread_mutex_lock(&owner_lock);
	before = owner;
	set_owner(map);
	if (LIST_EMPTY(&map->events[signal]))
		result = install(map, signal);
	if (result)
		set_owner(before);
	else if (before && before != map && before->count)
		log_warning("signals now go to another base: only one can have them at a time");
	pthread_mutex_unlock(&owner_lock);
	return result;
}

int signal_map_add(struct signal_map *map, struct event *event)
{
	int result = take_signal(map, event->ev_fd);

	if (result)
		return result;
	LIST_INSERT_HEAD(&map->events[event->ev_fd], event, ev_io_next);
	map->count++;
	return 0;
}

void signal_map_remove(struct signal_map *map, struct event *event)
{
	LIST_REMOVE(event, ev_io_next);
	map->count--;
	if (LIST_EMPTY(&map->events[event->ev_fd]))
		restore(map, event->ev_fd);
}

struct event *signal_map_events(const struct signal_map *map, int signal)
{
	return signal_exists(signal) ? LIST_FIRST(&map->events[signal]) : NULL;
}

void signal_map_take_over(struct signal_map *map)
{
	if (!map->count)
		return;
	pthread_mutex_lock(&owner_lock);
	set_owner(map);
	pthread_mutex_unlock(&owner_lock);
}

int signal_map_for_each(const struct signal_map *map, int (*visit)(struct event *event, void *data),
			void *data)
{
	for (int i = 0; i < NSIG; i++) {
		struct event *event = LIST_FIRST(&map->events[i]);

		for (; event; event = LIST_NEXT(event, ev_io_next)) {
			int result = visit(event, data);

			if (result)
				return result;
		}
	}
	return 0;
}

const char *signal_map_check(const struct signal_map *map)
{
	size_t count = 0;

	for (int i = 0; i < NSIG; i++) {
		struct event *const *link = &map->events[i].lh_first;

		if (LIST_EMPTY(&map->events[i]) != !map->before[i])
			return "a signal has a handler and no event, or the other way round";
		for (; *link; link = &(*link)->ev_io_next.le_next) {
			if ((*link)->ev_io_next.le_prev != link || (*link)->ev_fd != i)
				return "a signal's list is broken";
			count++;
		}
	}
	return count == map->count ? NULL : "the count of signal events is wrong";
}
