/*
 * estimate.c - estimates the time by the schedule's rules, and the memory by the largest cell
 */
#include "bench/run/estimate.h"

#include <stdio.h>

#include "bench/replay/subject.h"
#include "bench/run/progress.h"
#include "bench/scripts.h"
#include "bench/trace/trace_make.h"

/*
 * Returns whether a subject supports n timers. Returns true for an unknown name, which is reported
 * when the cell runs.
 */
static bool takes(const char *name, uint64_t n)
{
	char error[NAMES_ERROR_SIZE];
	struct subject subject;

	return subject_find(name, &subject, error) || !subject.most_timers ||
	       n <= subject.most_timers;
}

int estimate_schedule(struct schedule *schedule, const struct experiment *experiment)
{
	char path[SCRIPTS_PATH_SIZE];
	bool found = !scripts_find("bench/experiments/costs.tsv", path, sizeof(path));
	int result = schedule_make(schedule, experiment, found ? path : NULL);

	for (size_t i = 0; !result && i < schedule->plan.count; i++) {
		const struct block *block = schedule->items[i].block;
		const struct names *subjects = &block->group->subjects;

		/* All replicates of a block share the costs of the first. */
		for (size_t j = 0; !block->replicate && j < subjects->count; j++)
			if (!takes(subjects->name[j], block->n))
				schedule->items[i].costs[j].first_ns = 0;
	}
	return result;
}

/*
 * Returns the bytes for the trace, for the timers at their stride, and for the subject that needs
 * the most memory beside them.
 */
static double memory_of(const struct schedule *schedule, const struct block *block)
{
	const struct group *group = block->group;
	double most = 0;

	for (size_t i = 0; i < group->subjects.count; i++) {
		double bytes = costs_footprint(&schedule->costs, group->subjects.name[i], block->n);

		if (bytes > most && takes(group->subjects.name[i], block->n))
			most = bytes;
	}
	/* The generator of a simulated time needs the memory of a trace without operations. */
	return (double)trace_memory(block->n, group_operations(group, block->n)) +
	       (group->simulated ? (double)trace_memory(block->n, 0) : 0) +
	       (double)block->n * (double)group->cell.stride + most;
}

int estimate_experiment(const struct experiment *experiment, struct estimate *estimate)
{
	struct schedule schedule;
	int result = estimate_schedule(&schedule, experiment);

	*estimate = (struct estimate){ 0 };
	if (result)
		return result;
	estimate->seconds = schedule_expected_duration(&schedule, 0) / 1e9;
	for (size_t i = 0; i < schedule.plan.count; i++) {
		const struct block *block = schedule.items[i].block;
		double bytes = block->replicate ? 0 : memory_of(&schedule, block);

		estimate->cells += block->group->subjects.count;
		if (bytes > estimate->bytes)
			estimate->bytes = bytes;
	}
	schedule_free(&schedule);
	return 0;
}

void estimate_words(const struct estimate *estimate, char words[ESTIMATE_WORDS])
{
	char duration[32];
	bool large = estimate->bytes >= 0x1p30;

	progress_duration(estimate->seconds * 1e9, duration, sizeof(duration));
	snprintf(words, ESTIMATE_WORDS, "%s, %.*f %s of memory", duration, large ? 1 : 0,
		 estimate->bytes / (large ? 0x1p30 : 0x1p20), large ? "GiB" : "MiB");
}
