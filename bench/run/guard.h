/*
 * guard.h - a process between the command and a worker that ensures that the worker ends
 *
 * The guard leads a process group that contains the worker and everything that the worker starts.
 * When the worker's time is used up or the command has died, the guard kills the group, including
 * itself. So neither a worker nor a wrapper's child outlives the command, whatever signal ended the
 * command.
 */
#ifndef GUARD_H
#define GUARD_H

#include <stdint.h>
#include <sys/types.h>

/* How a worker ended. A guard that was killed writes no report. */
struct guard_report {
	int32_t status;	   /* as from waitpid; meaningless if timed_out */
	int32_t error;	   /* an errno if no worker could be forked, else 0 */
	int32_t timed_out; /* the worker was killed because its budget was used up */
	int64_t involuntary_switches;
};

/*
 * Forks a guard, which forks a worker. The worker calls become(data), which must not return. When
 * the worker ends or its `budget` (ns) is used up, the guard writes a report to the descriptor
 * `report` and ends. Returns the process id of the guard, which is also that of its group, or a
 * negative errno. After success the caller must call guard_end.
 */
pid_t guard_start(uint64_t budget, int report, void (*become)(const void *data), const void *data);

/*
 * Kills what is left of the guard's group, and waits until all its processes have ended. Returns
 * the guard's status, as from waitpid.
 */
int guard_end(pid_t guard);

#endif
