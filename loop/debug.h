/*
 * debug.h - debug mode: catching the use of events that were never assigned
 *
 * Off, each check is one comparison. On, every assigned event is remembered by its address, in a
 * search tree of the C library.
 */
#ifndef DEBUG_H
#define DEBUG_H

#include <stdbool.h>

struct event;

extern bool debug_mode;

void debug_assigned_(struct event *event);
void debug_forget_(struct event *event);
void debug_check_assigned_(const struct event *event, const char *function);
void debug_check_idle_(const struct event *event, const char *function);
void debug_too_late(void); /* a base was made: debug mode can no longer be switched on */
void debug_shutdown(void);

static inline void debug_assigned(struct event *event)
{
	if (__builtin_expect(debug_mode, false))
		debug_assigned_(event);
}

static inline void debug_forget(struct event *event)
{
	if (__builtin_expect(debug_mode, false))
		debug_forget_(event);
}

static inline void debug_check_assigned(const struct event *event, const char *function)
{
	if (__builtin_expect(debug_mode, false))
		debug_check_assigned_(event, function);
}

/* Assigned perhaps, but neither pending nor active. */
static inline void debug_check_idle(const struct event *event, const char *function)
{
	if (__builtin_expect(debug_mode, false))
		debug_check_idle_(event, function);
}

#endif
