/*
 * runner.c - the blocks of an experiment, one after the other, within a budget
 */
#include "bench/run/runner.h"

#include <errno.h>
#include <stdlib.h>

#include "bench/replay/clock.h"
#include "bench/message.h"
#include "bench/run/block.h"
#include "bench/run/plan.h"
#include "bench/run/progress.h"

/* Whether the block would end after the budget has; there is always time for the first. */
static bool beyond_budget(const struct run *run, const struct block *block,
			  const struct progress *progress)
{
	double elapsed = (double)(clock_ns(CLOCK_MONOTONIC) - progress->begun);
	double estimate = progress_estimate(progress, block->weight);

	return run->experiment->budget != TIMER_NEVER &&
	       elapsed + estimate > (double)run->experiment->budget;
}

int runner_run(const struct run *run)
{
	struct progress progress;
	struct plan plan;
	size_t left_out = 0, done = 0;
	double total = 0;
	int result = plan_make(&plan, run->experiment);

	if (result)
		return message_failed("out of memory");
	for (size_t i = 0; i < plan.count; i++)
		total += plan.blocks[i].weight;
	progress_begin(&progress, total);
	for (; done < plan.count && !result; done++) {
		if (beyond_budget(run, &plan.blocks[done], &progress)) {
			progress_skip(&progress, plan.blocks[done].weight);
			left_out++;
			continue;
		}
		result = block_run(run, &plan.blocks[done], &progress);
	}
	progress_end(&progress);
	if (left_out)
		message_note("the budget ended before %zu of %zu blocks; --resume adds them",
			     left_out, plan.count);
	if (result == -EINTR)
		message_failed("interrupted after %zu of %zu blocks; go on with --resume", done - 1,
			       plan.count);
	plan_free(&plan);
	return result ? EXIT_FAILED : 0;
}
