/*
 * guard.c - waits for a worker's end, its time limit, or the death of the command
 */
#include "bench/run/guard.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "bench/clock.h"

/* The signal that the kernel sends to the guard when the command dies. */
#define PARENT_DIED SIGTERM

static void write_report(int descriptor, const struct guard_report *report)
{
	/*
	 * A report has fewer bytes than PIPE_BUF, so write writes all or none of them. If the
	 * command has died, write fails.
	 */
	if (write(descriptor, report, sizeof(*report)) < 0)
		_exit(EXIT_FAILURE);
}

/* Kills the process group, including the guard. */
static _Noreturn void end_group(void)
{
	kill(0, SIGKILL);
	_exit(EXIT_FAILURE);
}

static struct timespec until(uint64_t end)
{
	uint64_t now = clock_ns(CLOCK_MONOTONIC), left = end > now ? end - now : 0;

	return (struct timespec){ .tv_sec = (time_t)(left / 1000000000),
				  .tv_nsec = (long)(left % 1000000000) };
}

/* Waits until the worker ends, the budget is used up, or the command dies. */
static _Noreturn void watch(pid_t worker, const sigset_t *awaited, uint64_t budget, int descriptor)
{
	uint64_t now = clock_ns(CLOCK_MONOTONIC);
	uint64_t end = budget > UINT64_MAX - now ? UINT64_MAX : now + budget;
	struct guard_report report = { 0 };
	struct rusage usage;

	for (;;) {
		struct timespec left = until(end);
		int signal = sigtimedwait(awaited, NULL, &left);

		if (signal == PARENT_DIED)
			end_group();
		if (wait4(worker, &report.status, WNOHANG, &usage) == worker) {
			report.involuntary_switches = usage.ru_nivcsw;
			write_report(descriptor, &report);
			_exit(EXIT_SUCCESS);
		}
		if (signal < 0 && errno == EAGAIN) {
			report.timed_out = 1;
			write_report(descriptor, &report);
			end_group();
		}
	}
}

/* Runs in the guard. Blocks the awaited signals before their causes exist, so that none is lost. */
static _Noreturn void become_guard(pid_t command, uint64_t budget, int report,
				   void (*become)(const void *data), const void *data)
{
	pid_t self = getpid(), worker;
	sigset_t awaited, before;

	setpgid(0, 0);
	sigemptyset(&awaited);
	sigaddset(&awaited, SIGCHLD);
	sigaddset(&awaited, PARENT_DIED);
	sigprocmask(SIG_BLOCK, &awaited, &before);
	signal(SIGCHLD, SIG_DFL);
	signal(PARENT_DIED, SIG_DFL);
	prctl(PR_SET_PDEATHSIG, PARENT_DIED);
	if (getppid() != command) /* the command died before prctl took effect */
		end_group();
	worker = fork();
	if (!worker) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		if (getppid() != self)
			_exit(EXIT_FAILURE);
		sigprocmask(SIG_SETMASK, &before, NULL);
		become(data);
		_exit(EXIT_FAILURE);
	}
	if (worker < 0) {
		write_report(report, &(struct guard_report){ .error = errno });
		_exit(EXIT_FAILURE);
	}
	watch(worker, &awaited, budget, report);
}

pid_t guard_start(uint64_t budget, int report, void (*become)(const void *data), const void *data)
{
	pid_t command = getpid(), child;

	/*
	 * Processes that a wrapper leaves behind become children of the command, which can wait for
	 * them.
	 */
	prctl(PR_SET_CHILD_SUBREAPER, 1);
	child = fork();
	if (child < 0)
		return -errno;
	if (!child)
		become_guard(command, budget, report, become, data);
	setpgid(child, child); /* also here, so that the group exists before it is killed */
	return child;
}

int guard_end(pid_t guard)
{
	int status = 0;

	/* The guard has not been waited for, so its process id cannot name another group. */
	kill(-guard, SIGKILL);
	while (waitpid(guard, &status, 0) < 0 && errno == EINTR)
		continue;
	while (waitpid(-guard, NULL, 0) > 0 || errno == EINTR)
		continue;
	return status;
}
