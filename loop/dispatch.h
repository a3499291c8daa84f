/*
 * dispatch.h - running the active callbacks
 */
#ifndef DISPATCH_H
#define DISPATCH_H

struct event_base;

/*
 * Runs active queues by priority, until one has run a callback other than the loop's own. Returns
 * how many such callbacks ran, or -1 if event_base_loopbreak was called.
 */
int dispatch_active(struct event_base *base);

#endif
