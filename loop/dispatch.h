/*
 * dispatch.h - running the active callbacks
 *
 * loop.c calls dispatch_active once in each iteration. The caller holds the base's lock, which is
 * released during each callback.
 */
#ifndef DISPATCH_H
#define DISPATCH_H

struct event_base;

/*
 * Runs the active queues in order of priority, until a queue has run a callback of the program.
 * Returns how many callbacks of the program ran, or -1 if event_base_loopbreak was called.
 */
int dispatch_active(struct event_base *base);

#endif
