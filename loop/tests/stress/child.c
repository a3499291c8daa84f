/*
 * child.c - a fork after which parent and child both use the base, the child after event_reinit
 *
 * The loop does not run during the fork. So no thread that is missing in the child holds a lock.
 */
#include "loop/tests/stress/stress.h"

#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

static _Noreturn void be_the_child(void)
{
	self->name = "child";
	self->in_loop = true;
	stress.threads = false;
	stress.is_child = true;
	alarm(stress.patience * 10); /* the child has no watchdog */
	if (calls.reinit(stress.base))
		fail(NULL, "event_reinit has failed");
	check_counts();
	check_channels_and_signals();
	atomic_store(&stress.quiet, false);
	for (int i = 0; i < 200; i++)
		operate();
	atomic_store(&stress.quiet, true);
	quiet_check();
	event_base_free(stress.base);
	_exit(0);
}

void child_check(void)
{
	pid_t child;
	int status;

	fflush(NULL);
	child = fork();
	if (!child)
		be_the_child();
	if (child < 0)
		return; /* no process can be made, so there is nothing to check */
	begin_call("waiting for a child", NULL);
	while (waitpid(child, &status, 0) < 0)
		;
	end_call();
	if (status)
		fail(NULL, "a child has failed: status 0x%x", (unsigned)status);
	atomic_fetch_add(&stress.children, 1);
}
