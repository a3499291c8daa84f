/*
 * wakeups.h - how many wake-ups in vain a structure may cause
 *
 * A wake-up in vain may move timers nearer, once for each level of a hierarchy; 64 levels of 1 bit
 * number every ns there is. A structure that ticks, or that timers lap, has more, and says so.
 */
#ifndef TESTS_WAKEUPS_H
#define TESTS_WAKEUPS_H

#include <stdbool.h>
#include <stdint.h>

#include "session.h"

/* Whether a loop that sleeps until `next` for 2^bits ns wakes up few enough times for a test. */
bool wakeups_bearable(const struct subject *subject, unsigned bits);

/* The most wake-ups in vain for that many timers within 2^bits ns. */
uint64_t wakeups_in_vain(const struct subject *subject, size_t timers, unsigned bits);

#endif
