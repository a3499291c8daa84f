/*
 * signals.h - the events of each signal, and the pipe that the handlers write to
 *
 * Handlers belong to the process, so only one map at a time gets signals: the map that was the last
 * to get an event, or whose loop was the last to start with signal events. The map knows no base:
 * the caller counts the events, watches the pipe, and activates the events.
 */
#ifndef SIGNALS_H
#define SIGNALS_H

#include "loop/event_members.h"

#include <signal.h>
#include <stdbool.h>
#include <stddef.h>

struct signal_map {
	struct event_dlist events[NSIG]; /* by signal, newest first */
	struct sigaction *before[NSIG];	 /* former handlers; NULL: ours is not installed */
	size_t count;			 /* events in the map */
	int pipe[2];			 /* -1 until signal_map_open */
};

void signal_map_init(struct signal_map *map);

/*
 * signal_map_open creates the pipe: 0 or -errno. signal_map_close closes it, if there is one.
 * Deleting the events has restored the handlers before. signal_map_disown comes before the event on
 * the pipe is freed: from then on the handlers do not write to the pipe.
 */
int signal_map_open(struct signal_map *map);
void signal_map_disown(struct signal_map *map);
void signal_map_close(struct signal_map *map);

static inline bool signal_exists(int signal)
{
	return signal > 0 && signal < NSIG;
}

/*
 * Adds an event of a signal that exists; the pipe must be open. Returns 0, or -errno with nothing
 * changed.
 */
int signal_map_add(struct signal_map *map, struct event *event);
void signal_map_remove(struct signal_map *map, struct event *event);

/* The newest event of a signal, or NULL. ev_io_next leads to the older ones. */
struct event *signal_map_events(const struct signal_map *map, int signal);

/* Called when the loop starts: the map becomes the owner of signals if it has events. */
void signal_map_take_over(struct signal_map *map);

/*
 * Reads from the pipe which signals arrived, and adds to counts[] how often. A signal that arrived
 * while the pipe was full counts once more. Needs no lock.
 */
void signal_map_read(int pipe, int counts[NSIG]);

/* Visits all events. Stops at a result that is not 0 and returns it. */
int signal_map_for_each(const struct signal_map *map, int (*visit)(struct event *event, void *data),
			void *data);

/* NULL, or a text that names the broken invariant. */
const char *signal_map_check(const struct signal_map *map);

#endif
