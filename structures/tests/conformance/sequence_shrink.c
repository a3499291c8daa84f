/*
 * sequence_shrink.c - shrinks a failing sequence to the few operations that are needed to fail
 *
 * This is delta debugging (Zeller and Hildebrandt 2002) with deletions only. It leaves out ever
 * smaller chunks as long as the rest still fails, and then tries fewer timers. The rest may fail in
 * another way than the whole: the shortest way to any failure is worth seeing.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "child.h"
#include "sequence.h"

/* A run takes milliseconds, so all runs take about half a minute at most. */
#define MOST_RUNS 3000

/* A run that has used this much CPU time counts as an endless loop. */
#define RUN_SECONDS 20

struct run {
	const struct sequence *sequence;
	const struct subject *subject;
	bool trace;
	size_t *progress;
	unsigned runs;
};

static void run_it(void *data)
{
	const struct run *run = data;

	sequence_run(run->sequence, run->subject, run->trace, run->progress);
}

static bool fails(struct run *run)
{
	if (run->runs >= MOST_RUNS)
		return false;
	run->runs++;
	return !child_succeeded(child_run(run_it, run, NULL, 0, RUN_SECONDS));
}

/*
 * Leaves out the operations from..from+count-1 if the sequence still fails without them. Returns
 * whether it did.
 */
static bool leave_out(struct sequence *sequence, size_t from, size_t count, struct run *run)
{
	struct operation *operations = sequence->operations, *without;
	size_t rest = sequence->count - from - count;

	without = calloc(sequence->count, sizeof(*without));
	if (!without)
		return false;
	memcpy(without, operations, from * sizeof(*without));
	memcpy(without + from, operations + from + count, rest * sizeof(*without));
	sequence->operations = without;
	sequence->count -= count;
	if (fails(run)) {
		free(operations);
		return true;
	}
	free(without);
	sequence->operations = operations;
	sequence->count += count;
	return false;
}

/* Tries to leave out each chunk of one size, from the end, because the failure is there. */
static bool leave_out_chunks(struct sequence *sequence, size_t chunk, struct run *run)
{
	bool shorter = false;

	for (size_t end = sequence->count; end; end = end > chunk ? end - chunk : 0) {
		size_t from = end > chunk ? end - chunk : 0;

		if (end <= sequence->count)
			shorter |= leave_out(sequence, from, end - from, run);
	}
	return shorter;
}

static void fewer_timers(struct sequence *sequence, struct run *run)
{
	for (size_t timers = 1; timers < sequence->timers && timers <= 64; timers++) {
		size_t before = sequence->timers;

		sequence->timers = timers;
		if (fails(run))
			return;
		sequence->timers = before;
	}
}

static void shrink(struct sequence *sequence, struct run *run)
{
	if (*run->progress && *run->progress < sequence->count)
		sequence->count = *run->progress;
	for (size_t chunk = sequence->count / 2; chunk > 1; chunk /= 2)
		leave_out_chunks(sequence, chunk, run);
	while (leave_out_chunks(sequence, 1, run))
		;
	fewer_timers(sequence, run);
	while (leave_out_chunks(sequence, 1, run))
		;
}

void sequence_explain(struct sequence *sequence, const struct subject *subject)
{
	size_t *progress = child_share(sizeof(*progress)), before = sequence->count;
	char *output = calloc(1, 1 << 16);
	struct run run = { .sequence = sequence, .subject = subject, .progress = progress };
	int status;

	if (!fails(&run)) {
		fprintf(stderr, "%s: the sequence does not fail alone\n", subject->name);
	} else {
		shrink(sequence, &run);
		run.trace = true;
		status = child_run(run_it, &run, output, output ? 1 << 16 : 0, RUN_SECONDS);
		fprintf(stderr, "shrunk from %zu to %zu operations, with %zu timers:\n\n%s\n%s\n",
			before, sequence->count, sequence->timers, output ? output : "",
			child_status(status));
	}
	free(output);
	child_unshare(progress, sizeof(*progress));
}
