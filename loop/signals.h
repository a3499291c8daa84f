/*
 * signals.h - signals as events: a handler writes the number into a pipe that the loop reads
 *
 * Handlers are the process's, so one base at a time gets signals: the one that last added a signal
 * event or started to loop.
 */
#ifndef SIGNALS_H
#define SIGNALS_H

#include <signal.h>
#include <stdbool.h>
#include <stddef.h>

struct event_base;

struct signal_map {
	struct event *first[NSIG];	/* events by signal, newest first */
	struct sigaction *before[NSIG]; /* what the handlers were; NULL where they are not ours */
	size_t count;			/* events in the map */
	int pipe[2];			/* -1 until the first signal event is added */
	struct event *reader;		/* the loop's own event on pipe[0] */
};

/* 0 or -errno; -EINVAL for a signal that does not exist. Then nothing has changed. */
int signal_map_add(struct event_base *base, struct event *event);
void signal_map_remove(struct event_base *base, struct event *event);

/* The signal came `count` times: makes its events active. */
void signal_map_activate(struct event_base *base, int signal, int count);

/* The loop starts: from now on signals go to this base, if it wants any. */
void signals_take_over(struct event_base *base);

/* After a fork: a pipe of its own. 0 or -errno. */
int signals_reinit(struct event_base *base);

/* Deletes all events of signals; visits them until non-zero. */
void signal_map_delete_all(struct event_base *base);
int signal_map_for_each(const struct event_base *base,
			int (*visit)(struct event *event, void *data), void *data);

/* Restores all handlers. */
void signals_free(struct event_base *base);

const char *signals_check(const struct event_base *base);

#endif
