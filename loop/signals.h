/*
 * signals.h - the events of each signal, and the pipe that the handlers write to
 *
 * Handlers belong to the process, so only one map at a time gets signals, the owner. A map becomes
 * the owner when it gets an event, and when its loop starts and it has events.
 *
 * The functions of this file do not get the base. event_map.c adds and removes events, counts them,
 * watches the pipe, and has the events activated. own_events.c closes the pipe. loop.c takes
 * signals over. The caller holds the base's lock, except for signal_exists and signal_map_read. A
 * lock of signals.c protects the state of the process.
 */
#ifndef SIGNALS_H
#define SIGNALS_H

#include "loop/event_members.h"

#include <signal.h>
#include <stdbool.h>
#include <stddef.h>

struct signal_map {
	struct event_dlist events[NSIG]; /* by signal, newest first */
	struct sigaction *before[NSIG];	 /* by signal: the former handler, if ours is installed */
	size_t count;			 /* number of events in the map */
	int pipe[2];			 /* both -1 while there is no pipe */
};

void signal_map_init(struct signal_map *map);

/*
 * signal_map_open creates the pipe, and returns 0 or -errno. signal_map_disown makes the handlers
 * stop writing to this map's pipe. After that signal_map_close closes the pipe, if there is one.
 * The handlers stay installed until the events are removed.
 */
int signal_map_open(struct signal_map *map);
void signal_map_disown(struct signal_map *map);
void signal_map_close(struct signal_map *map);

/* Returns whether a signal can have this number. */
static inline bool signal_exists(int signal)
{
	return signal > 0 && signal < NSIG;
}

/*
 * Add an event to the map, or remove it. The event's signal must exist, and the pipe must be open
 * for an add. The first event of a signal installs the handler, and removing the last one restores
 * the former handler. signal_map_add makes the map the owner. It returns 0, or -errno with nothing
 * changed: -ENOMEM, or the error of sigaction. O(1).
 */
int signal_map_add(struct signal_map *map, struct event *event);
void signal_map_remove(struct signal_map *map, struct event *event);

/* Returns the newest event of a signal, or NULL. ev_io_next points to the next older event. */
struct event *signal_map_events(const struct signal_map *map, int signal);

/* Makes the map the owner of all signals, if it has events. The loop calls this when it starts. */
void signal_map_take_over(struct signal_map *map);

/*
 * Reads from the pipe which signals arrived, and adds to counts[] how often each arrived. A signal
 * that arrived while the pipe was full counts once more, whatever the true number. Needs no lock.
 */
void signal_map_read(int pipe, int counts[NSIG]);

/*
 * Calls `visit` for all events. Stops at the first result that is not 0, and returns that result.
 * Otherwise returns 0.
 */
int signal_map_for_each(const struct signal_map *map, int (*visit)(struct event *event, void *data),
			void *data);

/* Returns NULL, or a text that names the broken invariant. */
const char *signal_map_check(const struct signal_map *map);

#endif
