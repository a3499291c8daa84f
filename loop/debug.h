/*
 * debug.h - debug mode: detects events that are used without having been assigned
 *
 * While debug mode is off, each check costs one comparison. While it is on, a search tree of the C
 * library holds the address of each assigned event, and whether the event is pending or active.
 */
#ifndef DEBUG_H
#define DEBUG_H

#include <stdatomic.h>
#include <stdbool.h>

struct event;

extern bool debug_mode;

/* An event was assigned or a base made, so debug mode can no longer be switched on. */
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

/* Records whether the event is pending or active. After each change, with its base's lock held. */
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

/* The event must not be pending or active; it need not be assigned. */
static inline void debug_check_idle(const struct event *event, const char *function)
{
	if (__builtin_expect(debug_mode, false))
		debug_check_idle_(event, function);
}

/* The event's descriptor must be non-blocking, or reading from it could stop the whole loop. */
static inline void debug_check_descriptor(const struct event *event, const char *function)
{
	if (__builtin_expect(debug_mode, false))
		debug_check_descriptor_(event, function);
}

#endif
