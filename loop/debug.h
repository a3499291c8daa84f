/*
 * debug.h - debug mode: catching the use of events that were never assigned
 *
 * Off, each check is one comparison. On, every assigned event is remembered by its address, in a
 * search tree of the C library, beside whether it is pending or active.
 */
#ifndef DEBUG_H
#define DEBUG_H

#include <stdatomic.h>
#include <stdbool.h>

struct event;

extern bool debug_mode;

/* An event was assigned or a base made: debug mode can no longer be switched on. */
extern atomic_bool debug_too_late;

void debug_assigned_(struct event *event);
void debug_forget_(struct event *event);
void debug_note_(const struct event *event);
void debug_check_assigned_(const struct event *event, const char *function);
void debug_check_idle_(const struct event *event, const char *function);
void debug_check_descriptor_(const struct event *event, const char *function);
void debug_shutdown(void);

static inline void debug_begin(void)
{
	if (!atomic_load_explicit(&debug_too_late, memory_order_relaxed))
		atomic_store_explicit(&debug_too_late, true, memory_order_relaxed);
}

static inline void debug_assigned(struct event *event)
{
	debug_begin();
	if (__builtin_expect(debug_mode, false))
		debug_assigned_(event);
}

/* After whatever may have changed whether the event is pending or active, under its base's lock. */
static inline void debug_note(const struct event *event)
{
	if (__builtin_expect(debug_mode, false))
		debug_note_(event);
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

/* A descriptor of an event that was just assigned: one that blocks would stop the whole loop. */
static inline void debug_check_descriptor(const struct event *event, const char *function)
{
	if (__builtin_expect(debug_mode, false))
		debug_check_descriptor_(event, function);
}

#endif
