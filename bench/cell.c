/*
 * cell.c - what all passes share: opening, verifying and recording a replay
 */
#include "bench/cell.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "bench/replay/replay_check.h"

extern const struct pass pass_time, pass_tail, pass_memory, pass_count, pass_process, pass_lateness,
	pass_echo;

const struct pass *const passes[] = {
	&pass_time,    &pass_tail,     &pass_memory, &pass_count,
	&pass_process, &pass_lateness, &pass_echo,   NULL,
};

const struct pass *pass_find(const char *name)
{
	for (size_t i = 0; passes[i]; i++)
		if (!strcmp(passes[i]->name, name))
			return passes[i];
	return NULL;
}

replay_function *cell_code(const struct cell *cell, enum replay_mode mode)
{
	if (mode == REPLAY_PLAIN && cell->cold)
		mode = REPLAY_COLD;
	return cell->subject.code[cell->dispatch]->mode[mode];
}

int cell_open(const struct cell *cell, struct replay *replay, char *error)
{
	int result = replay_open(replay, &cell->subject, &cell->trace, cell->stride);

	if (!result && cell->cold) {
		result = replay_cold(replay, cell->cold);
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

/* The entries of a phase end where those of the next begin. */
static uint64_t phase_end(const struct trace *trace, uint64_t phase)
{
	if (phase + 1 < trace->header->phases)
		return trace->phases[phase + 1].first;
	return trace->header->operations;
}

/* sum += after - before */
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
		if (cell->pages == PAGES_HUGE && !begun)
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

/* Whether in this trace, whose times are multiples of its grain, the subject can be late at all. */
static bool is_exact_here(const struct cell *cell)
{
	const struct timer_accuracy *accuracy = &cell->subject.accuracy;

	if (accuracy->when == TIMER_TO_A_TICK)
		return accuracy->tick && cell->trace.header->grain % accuracy->tick == 0;
	return accuracy->when == TIMER_EXACT;
}

static const char *verdict_on_firings(const struct cell *cell, const struct replay *replay,
				      char *text, size_t size)
{
	const struct replay_tally *tally = &replay->tally;
	uint64_t expected = 0, checksum = 0;
	uint64_t due = cell->subject.family->pending ? cell->subject.family->pending(replay) : 0;

	for (uint64_t i = 0; i < cell->trace.header->phases; i++) {
		expected += cell->trace.phases[i].fired;
		checksum += cell->trace.phases[i].checksum;
	}
	if (tally->fired + tally->overtaken + due != expected) {
		snprintf(text, size, "fired %" PRIu64 " of %" PRIu64, tally->fired, expected);
		return text;
	}
	if (!cell->subject.told && is_exact_here(cell)) {
		if (tally->checksum != checksum)
			return "wrong checksum";
		if (tally->overtaken || due)
			return "late, though declared exact";
	}
	return NULL;
}

const char *cell_verdict(const struct cell *cell, const struct replay *replay, char *text,
			 size_t size)
{
	const char *wrong = verdict_on_firings(cell, replay, text, size);

	if (wrong)
		return wrong;
	if (replay->tally.wrong_state)
		return "gave up timers that were armed";
	if (replay->tally.late_polls)
		return "next would have slept past a firing";
	if (replay->findings.early)
		return "fired early";
	if (replay->findings.out_of_order)
		return "out of order";
	return replay->findings.broken;
}

/*
 * How much of the memory lies in huge pages, unless there can be none. If they were asked for, none
 * was given, and the timers alone would hold one, then what was measured is not what was asked for.
 */
static const char *record_pages(const struct cell *cell, json_t *record)
{
	uint64_t timers = cell->trace.header->ids * cell->stride, huge;

	if (cell->pages != PAGES_HUGE && pages_ruled_out())
		return NULL;
	huge = pages_huge_kib();
	json_object_set_new(record, "huge_kib", json_integer((json_int_t)huge));
	if (cell->pages != PAGES_HUGE || huge || timers < PAGES_HUGE_SURELY)
		return NULL;
	return "no huge pages were given";
}

void cell_record_replay(const struct cell *cell, const struct replay *replay,
			const struct replay_tally *measured, json_t *record)
{
	char text[64], checksum[17];
	const char *wrong = cell_verdict(cell, replay, text, sizeof(text));
	const char *unmet = record_pages(cell, record);
	uint64_t expected = 0;

	for (uint64_t i = 0; i < cell->trace.header->phases; i++)
		if (cell->trace.phases[i].measured)
			expected += cell->trace.phases[i].fired;
	snprintf(checksum, sizeof(checksum), "%016" PRIx64, replay->tally.checksum);
	json_object_set_new(record, "ops", json_integer((json_int_t)cell_operations(measured)));
	json_object_set_new(record, "advances", json_integer((json_int_t)measured->advances));
	json_object_set_new(record, "elapsed_ns", json_integer((json_int_t)measured->elapsed));
	json_object_set_new(record, "fired", json_integer((json_int_t)measured->fired));
	json_object_set_new(record, "expected", json_integer((json_int_t)expected));
	json_object_set_new(record, "overtaken", json_integer((json_int_t)measured->overtaken));
	json_object_set_new(record, "polls", json_integer((json_int_t)measured->polls));
	json_object_set_new(record, "spurious", json_integer((json_int_t)measured->early_polls));
	json_object_set_new(record, "checksum",
			    cell->subject.told ? json_null() : json_string(checksum));
	json_object_set_new(record, "status", json_string(wrong ? wrong : unmet ? unmet : "ok"));
}
