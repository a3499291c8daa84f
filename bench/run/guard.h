/*
 * guard.h - a process between the command and a worker, which sees to it that the worker ends
 *
 * The guard leads a process group that holds the worker and everything that the worker starts. When
 * the time is up, or when the command has died, it kills the group and itself. So neither a worker
 * nor a wrapper's child outlives the command, whatever signal ended the command.
 */
#ifndef GUARD_H
#define GUARD_H

#include <stdint.h>
#include <sys/types.h>

/* How a worker ended. A guard that was killed itself leaves none. */
struct guard_report {
	int32_t status;	   /* as of waitpid; meaningless if the time was up */
	int32_t error;	   /* an errno: no worker could be forked; or 0 */
	int32_t timed_out; /* the worker was killed because its budget was used up */
	int64_t involuntary_switches;
};

/*
 * Forks a guard, which forks a worker. The worker calls become(data), which must not return. The
 * guard writes a report to the descriptor `report` and ends. `budget` is in ns. Returns the guard's
 * process id, which is its group's too, or a negative errno.
 */
pid_t guard_start(uint64_t budget, int report, void (*become)(const void *data), const void *data);

/*
 * Kills what is left of the guard's group and waits until all of it is gone. Returns the guard's
 * status, as of waitpid.
 */
int guard_end(pid_t guard);

#endif
