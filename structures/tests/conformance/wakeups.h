/*
 * wakeups.h - how many wake-ups in vain a structure may cause
 *
 * A wake-up in vain may move timers to a lower level of a hierarchy. Times have 64 bits, so there
 * are 64 levels at most. A structure that ticks, or whose timers lap a wheel, causes more wake-ups
 * and declares it.
 */
#ifndef TESTS_WAKEUPS_H
#define TESTS_WAKEUPS_H

#include <stdbool.h>
#include <stdint.h>

#include "session.h"

/* Whether a loop that sleeps until `next` for 2^bits ns wakes up few enough times for a test. */
bool wakeups_are_few(const struct subject *subject, unsigned bits);

/* The most wake-ups in vain for this many timers within 2^bits ns. */
uint64_t wakeups_in_vain(const struct subject *subject, size_t timers, unsigned bits);

#endif
