/*
 * faults.h - structures with deliberate faults, which the bench must detect
 *
 * Each is the sorted array of structures/tests/conformance/broken/right.h with one fault. Only
 * build/tests/timerbed-broken contains them. registry.c lists them.
 */
#ifndef BROKEN_FAULTS_H
#define BROKEN_FAULTS_H

#include "structures/timer.h"

#define BROKEN_STRUCTURES(x)                                                                       \
	x(right) x(late_polls) x(wrong_order) x(wrong_checksum) x(one_too_many) x(far_too_late)    \
		x(one_early) x(bad_invariant) x(never_ends) x(never_ends_nor_its_child) x(crashes) \
			x(exits) x(uneven_cost)

#define BROKEN_DECLARE(name) extern const struct timer_structure subject_##name;
BROKEN_STRUCTURES(BROKEN_DECLARE)
#undef BROKEN_DECLARE

#endif
