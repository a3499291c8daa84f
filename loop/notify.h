/*
 * notify.h - waking up a loop that is asleep in another thread
 */
#ifndef NOTIFY_H
#define NOTIFY_H

#include <stdbool.h>
#include <stdint.h>

struct event;
struct event_base;

struct notify {
	int descriptor;	     /* an eventfd; -1: the base cannot be woken */
	struct event *event; /* the loop's own, on that descriptor */
	bool pending;	     /* written and not yet read: several wake-ups are one */
	uint64_t sent;
};

/* Makes the eventfd and its event. 0 or -errno. */
int notify_init(struct event_base *base);
void notify_free(struct event_base *base);

/* In the child of a fork: an eventfd of its own, if there was one. 0 or -errno. */
int notify_reinit(struct event_base *base);

/*
 * notify_other wakes the loop up if it runs in another thread. notify_other_of_deadline does so
 * after an add, if the loop sleeps beyond this deadline or has slept past an earlier one. Callers
 * use notify_loop and notify_deadline of base.h, which are inline and return at once where there
 * is no other thread.
 */
void notify_other(struct event_base *base);
void notify_other_of_deadline(struct event_base *base, uint64_t deadline);

#endif
