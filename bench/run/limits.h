/*
 * limits.h - how much memory and how many processors this process may use
 *
 * The control group (cgroup) of the process can limit both below what the machine has, and so can
 * every group above it. The functions read version 1 and version 2 of control groups, also if a
 * machine uses both. `root` is prepended to every path that is read. It is "" for the machine, or a
 * folder that imitates /proc and /sys for tests.
 */
#ifndef LIMITS_H
#define LIMITS_H

#include <jansson.h>
#include <stdint.h>

/*
 * Returns the bytes of memory that are available now: the minimum of the kernel's MemAvailable and,
 * for each control group, its limit minus its usage. Cached files count as available. Returns
 * UINT64_MAX if neither is known.
 */
uint64_t limits_memory_available(const char *root);

/*
 * Sets memory_limit_gib, cpu_limit (the share of time, in processors) and cpuset (the processors'
 * numbers). Omits those that no control group sets.
 */
void limits_describe(const char *root, json_t *environment);

#endif
