/*
 * limits.h - how much memory and how many processors this process may use
 *
 * A control group (cgroup) that holds the process can set both lower than the machine has them, and
 * so can every group above it. Version 1, version 2 and both side by side are read. `root` goes
 * before every path that is read: "" for the machine, a folder that imitates /proc and /sys for
 * tests.
 */
#ifndef LIMITS_H
#define LIMITS_H

#include <jansson.h>
#include <stdint.h>

/*
 * Bytes of memory that could be used now: the least of what the kernel thinks available and, for
 * each control group, its limit less its usage. Cached files count as available. UINT64_MAX if
 * no limit is known.
 */
uint64_t limits_memory_available(const char *root);

/*
 * Sets memory_limit_gib, cpu_limit (processors' worth of time) and cpuset (their numbers), each
 * only if a control group sets it.
 */
void limits_describe(const char *root, json_t *environment);

#endif
