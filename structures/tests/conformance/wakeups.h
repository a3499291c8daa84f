/*
 * wakeups.h - how many spurious wake-ups a structure may cause
 *
 * A wake-up is spurious if no timer fires. It may move timers to a lower level of a hierarchy.
 * Times have 64 bits, so there are at most 64 levels. A structure that ticks, or whose timers lap a
 * wheel, causes more spurious wake-ups and declares this.
 */
#ifndef TESTS_WAKEUPS_H
#define TESTS_WAKEUPS_H

#include <stdbool.h>
#include <stdint.h>

#include "session.h"

/*
 * Returns whether a loop that sleeps until `next` for 2^bits ns wakes up rarely enough for a test.
 */
bool wakeups_are_few(const struct subject *subject, unsigned bits);

/* Returns the most spurious wake-ups for this many timers that fire within 2^bits ns. */
uint64_t wakeups_in_vain(const struct subject *subject, size_t timers, unsigned bits);

#endif
