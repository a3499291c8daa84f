/*
 * runner.c - runs a schedule with the system's clock, and reports how the run ended
 */
#include "bench/run/runner.h"

#include <errno.h>
#include <string.h>

#include "bench/clock.h"
#include "bench/message.h"
#include "bench/run/block.h"
#include "bench/run/estimate.h"
#include "bench/run/looks.h"
#include "bench/run/progress.h"
#include "bench/run/resume.h"
#include "bench/run/summary.h"

/* The state of a run in progress. */
struct running {
	const struct run *run;
	struct progress progress;
	json_t *looks; /* the looks taken so far, for run.json */
};

static double now(void *data)
{
	(void)data;
	return (double)clock_ns(CLOCK_MONOTONIC);
}

static int run_block(struct schedule *schedule, const struct block *block, void *data)
{
	struct running *running = data;

	return block_run(running->run, block, schedule, &running->progress);
}

static int write_summary(const struct running *running, const struct schedule *schedule)
{
	const char *folder = running->run->records->folder;
	int result = summary_write(schedule, folder, running->looks);

	if (result)
		message_failed("%s/run.json: %s", folder, strerror(-result));
	return result;
}

static int look(struct schedule *schedule, unsigned number, void *data)
{
	struct running *running = data;
	char error[LOOKS_ERROR_SIZE];
	json_t *stopped;
	bool asked = looks_ask(schedule, running->run->records->folder, &stopped, error);

	if (*running->run->stop) {
		json_decref(stopped);
		return -EINTR;
	}
	progress_end(&running->progress);
	if (!asked)
		message_note("cannot tell which cells are resolved, so none stops early: %s",
			     error);
	summary_add_look(running->looks, number, stopped);
	return write_summary(running, schedule);
}

static void peek(struct schedule *schedule, size_t stage, void *data)
{
	const struct running *running = data;

	looks_peek(schedule, running->run->records->folder, stage);
}

/* Tells the schedule which blocks an earlier run in the folder has measured. */
static void mark_recorded(struct schedule *schedule, const struct records *records)
{
	for (size_t i = 0; i < schedule->plan.count; i++) {
		char key[PLAN_KEY];

		plan_key(schedule->items[i].block, key, sizeof(key));
		if (records_finished(records, key))
			schedule_recorded(schedule, i);
	}
}

/* Reports which blocks are missing. Returns the exit status of the run. */
static int finish(const struct running *running, const struct schedule *schedule, int result)
{
	char sentence[SUMMARY_SENTENCE];
	size_t done = 0;

	progress_end(&running->progress);
	for (size_t i = 0; i < schedule->plan.count; i++)
		done += schedule->items[i].state == SCHEDULE_DONE;
	/*
	 * All other errors are of records that cannot be written. They have been reported, and
	 * run.json could not be written either.
	 */
	if ((!result || result == -EINTR) && write_summary(running, schedule))
		return EXIT_FAILED;
	summary_sentence(schedule, sentence);
	if (*sentence && !result)
		message_note("%s; --resume adds the missing blocks", sentence);
	if (result == -EINTR)
		message_failed("interrupted: %zu of %zu blocks are recorded; --resume continues",
			       done, schedule->plan.count);
	return result ? EXIT_FAILED : 0;
}

int runner_run(const struct run *run)
{
	struct running running = { .run = run };
	const struct schedule_caller caller = { now, run_block, look, peek, &running };
	struct schedule schedule;
	int result = estimate_schedule(&schedule, run->experiment);

	if (result)
		return message_failed("out of memory");
	if (resume_begin(run, schedule.plan.blocks, schedule.plan.count)) {
		schedule_free(&schedule);
		return EXIT_FAILED;
	}
	mark_recorded(&schedule, run->records);
	running.looks = summary_read(&schedule, run->records->folder);
	progress_begin(&running.progress, &schedule);
	result = schedule_run(&schedule, &caller);
	result = finish(&running, &schedule, result);
	json_decref(running.looks);
	schedule_free(&schedule);
	return result;
}
