/*
 * signals.h - signals as events: a handler writes the number into a pipe that the loop reads
 *
 * Handlers belong to the process, so only one base at a time gets signals: the base that was the
 * last to add a signal event, or to start its loop with signal events.
 */
#ifndef SIGNALS_H
#define SIGNALS_H

#include <signal.h>
#include <stdbool.h>
#include <stddef.h>

struct event_base;

struct signal_map {
	struct event *first[NSIG];	/* events by signal, newest first */
	struct sigaction *before[NSIG]; /* former handlers; NULL: ours is not installed */
	size_t count;			/* events in the map */
	int pipe[2];			/* -1 until the first signal event is added */
	struct event *reader;		/* the loop's own event on pipe[0] */
};

/* signal_map_add returns 0, or -errno with nothing changed. -EINVAL: there is no such signal. */
int signal_map_add(struct event_base *base, struct event *event);
void signal_map_remove(struct event_base *base, struct event *event);

/* Activates the events of a signal that arrived `count` times. */
void signal_map_activate(struct event_base *base, int signal, int count);

/* Called when the loop starts: the base becomes the owner of signals if it has signal events. */
void signals_take_over(struct event_base *base);

/* After a fork: creates a new pipe. Returns 0 or -errno. */
int signals_reinit(struct event_base *base);

/* Delete all signal events; visit them until a result is not 0, and return that. */
void signal_map_delete_all(struct event_base *base);
int signal_map_for_each(const struct event_base *base,
			int (*visit)(struct event *event, void *data), void *data);

/* Closes the pipe. Deleting the signal events has restored the handlers before. */
void signals_free(struct event_base *base);

const char *signals_check(const struct event_base *base);

#endif
