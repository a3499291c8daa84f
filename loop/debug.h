/*
 * debug.h - debug mode, which detects wrong uses of events
 *
 * The functions of event.h call the checks, and the files that change an event's state call
 * debug_note. A failed check ends the process with a message. While debug mode is off, each
 * function costs one comparison. While it is on, a search tree of the C library holds the address
 * of each assigned event, and whether the event is pending or active.
 *
 * A lock of debug.c protects the tree. Only debug_note needs the base's lock, too.
 */
#ifndef DEBUG_H
#define DEBUG_H

#include <stdatomic.h>
#include <stdbool.h>

struct event;

extern bool debug_mode; /* set by event_enable_debug_mode */

/* True after an event was assigned or a base made: debug mode can no longer be switched on. */
extern atomic_bool debug_too_late;

/* The functions whose names end in '_' are only for the inline functions below. */
void debug_assigned_(struct event *event);
void debug_forget_(struct event *event);
void debug_note_(const struct event *event);
void debug_check_assigned_(const struct event *event, const char *function);
void debug_check_idle_(const struct event *event, const char *function);
void debug_check_descriptor_(const struct event *event, const char *function);
/* Frees the tree and switches debug mode off, for libevent_global_shutdown. */
void debug_shutdown(void);

/* Sets debug_too_late. */
static inline void debug_begin(void)
{
	if (!atomic_load_explicit(&debug_too_late, memory_order_relaxed))
		atomic_store_explicit(&debug_too_late, true, memory_order_relaxed);
}

/* Records that an event was assigned. Ends the process if memory runs out in debug mode. */
static inline void debug_assigned(struct event *event)
{
	debug_begin();
	if (__builtin_expect(debug_mode, false))
		debug_assigned_(event);
}

/* Records whether the event is pending or active. Must be called after each change of that. */
static inline void debug_note(const struct event *event)
{
	if (__builtin_expect(debug_mode, false))
		debug_note_(event);
}

/* Removes the event from the tree, because its memory will be freed. */
static inline void debug_forget(struct event *event)
{
	if (__builtin_expect(debug_mode, false))
		debug_forget_(event);
}

/* Checks that the event was assigned. `function` is the name for the message. */
static inline void debug_check_assigned(const struct event *event, const char *function)
{
	if (__builtin_expect(debug_mode, false))
		debug_check_assigned_(event, function);
}

/* Checks that the event is neither pending nor active. The event need not be assigned. */
static inline void debug_check_idle(const struct event *event, const char *function)
{
	if (__builtin_expect(debug_mode, false))
		debug_check_idle_(event, function);
}

/* Checks that the event's descriptor is non-blocking. A read that blocks stops the whole loop. */
static inline void debug_check_descriptor(const struct event *event, const char *function)
{
	if (__builtin_expect(debug_mode, false))
		debug_check_descriptor_(event, function);
}

#endif
