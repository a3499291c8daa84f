/*
 * cell.c - what all passes share: opening a replay and driving it phase by phase
 */
#include "bench/cell.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

const struct pass *pass_find(const char *name)
{
	for (size_t i = 0; passes[i]; i++)
		if (!strcmp(passes[i]->name, name))
			return passes[i];
	return NULL;
}

replay_function *cell_code(const struct cell *cell, enum replay_mode mode)
{
	if (mode == REPLAY_PLAIN && cell->settings.cold)
		mode = REPLAY_COLD;
	return cell->subject.code[cell->dispatch]->mode[mode];
}

int cell_open(const struct cell *cell, struct replay *replay, char *error)
{
	int result =
		replay_open(replay, &cell->subject, &cell->trace, (unsigned)cell->settings.stride);

	if (!result && cell->settings.cold) {
		result = replay_cold(replay, (unsigned)cell->settings.cold);
		if (result)
			replay_close(replay);
	}
	if (result == -ERANGE)
		snprintf(error, CELL_ERROR_SIZE, "%s: this trace's times are finer than its own",
			 cell->subject.name);
	else if (result == -ENOTSUP)
		snprintf(error, CELL_ERROR_SIZE,
			 "%s: waits by a system call of its own, so its time cannot be simulated",
			 cell->subject.name);
	else if (result == -ENOMEM)
		snprintf(error, CELL_ERROR_SIZE, "%s: out of memory for %" PRIu64 " timers",
			 cell->subject.name, cell->trace.header->ids);
	else if (result)
		snprintf(error, CELL_ERROR_SIZE, "%s: %s", cell->subject.name, strerror(-result));
	return result;
}

/* Returns the index after the last entry of a phase, which is the next phase's first entry. */
static uint64_t phase_end(const struct trace *trace, uint64_t phase)
{
	if (phase + 1 < trace->header->phases)
		return trace->phases[phase + 1].first;
	return trace->header->operations;
}

/* Adds after - before to sum. */
static void add_difference(struct replay_tally *sum, const struct replay_tally *after,
			   const struct replay_tally *before)
{
	sum->arms += after->arms - before->arms;
	sum->stops += after->stops - before->stops;
	sum->advances += after->advances - before->advances;
	sum->elapsed += after->elapsed - before->elapsed;
	sum->fired += after->fired - before->fired;
	sum->overtaken += after->overtaken - before->overtaken;
	sum->wrong_state += after->wrong_state - before->wrong_state;
	sum->checksum += after->checksum - before->checksum;
	sum->polls += after->polls - before->polls;
	sum->early_polls += after->early_polls - before->early_polls;
	sum->late_polls += after->late_polls - before->late_polls;
}

struct replay_tally cell_replay(const struct cell *cell, struct replay *replay,
				enum replay_mode mode, enum replay_mode scene,
				const struct cell_hooks *hooks)
{
	const struct trace *trace = &cell->trace;
	struct replay_tally measured = { 0 };
	bool begun = false;

	for (uint64_t i = 0; i < trace->header->phases; i++) {
		struct replay_tally before = replay->tally, part = { 0 };
		uint64_t first = trace->phases[i].first, end = phase_end(trace, i);
		uint64_t since = replay->now;

		if (!trace->phases[i].measured) {
			cell_code(cell, scene)(replay, first, end);
			continue;
		}
		if (cell->settings.pages == PAGES_HUGE && !begun)
			pages_collapse();
		begun = true;
		if (hooks && hooks->before)
			hooks->before(hooks->data, i);
		cell_code(cell, mode)(replay, first, end);
		replay->tally.elapsed += replay->now - since;
		add_difference(&part, &replay->tally, &before);
		if (hooks && hooks->after)
			hooks->after(hooks->data, i, &part);
		add_difference(&measured, &part, &(struct replay_tally){ 0 });
	}
	return measured;
}
