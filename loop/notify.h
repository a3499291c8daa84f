/*
 * notify.h - wakes up a loop that sleeps in another thread
 */
#ifndef NOTIFY_H
#define NOTIFY_H

#include <stdbool.h>
#include <stdint.h>

struct event;
struct event_base;

struct notify {
	int descriptor;	     /* an eventfd; -1: other threads cannot wake the loop */
	struct event *event; /* the loop's own event on that descriptor */
	bool pending;	     /* written and not yet read: more wake-ups need no write */
	uint64_t sent;
};

/* Creates the eventfd and its event. Returns 0 or -errno. */
int notify_init(struct event_base *base);
void notify_free(struct event_base *base);

/* In the child of a fork: replaces the eventfd, if there was one. Returns 0 or -errno. */
int notify_reinit(struct event_base *base);

/*
 * notify_other wakes the loop if it runs in another thread. notify_other_of_deadline does the same
 * after an add, if the loop would sleep past this deadline or has slept past the end of its wait.
 * Call notify_loop and notify_deadline of base.h instead, which are inline and return at once if
 * the base has no lock.
 */
void notify_other(struct event_base *base);
void notify_other_of_deadline(struct event_base *base, uint64_t deadline);

#endif
