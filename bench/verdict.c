/*
 * verdict.c - judges a replay, and writes the verdict and the counts into the record
 *
 * Nothing here runs during a measurement.
 */
#include <inttypes.h>
#include <stdio.h>

#include "bench/cell.h"
#include "bench/outcome.h"
#include "bench/replay/replay_check.h"

/*
 * Returns whether the subject must fire every timer of this trace on time. All times of a trace are
 * multiples of the trace's grain.
 */
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
		if (tally->overtaken + due)
			snprintf(text, size,
				 "fired %" PRIu64 ", overtaken %" PRIu64 ", pending %" PRIu64
				 ": not %" PRIu64,
				 tally->fired, tally->overtaken, due, expected);
		return text;
	}
	if (!cell->subject.told_firings && is_exact_here(cell)) {
		if (tally->checksum != checksum)
			return "wrong checksum";
		if (tally->overtaken || due)
			return "late, though its accuracy allows no lateness here";
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
		return "timers were not armed when the trace stopped or re-armed them";
	if (replay->tally.late_polls)
		return "next returned a time later than the next firing";
	if (replay->findings.early)
		return "fired a timer early";
	if (replay->findings.out_of_order)
		return "fired timers out of order";
	return replay->findings.broken;
}

/*
 * Records how much memory is in huge pages, unless they are disabled. Returns a text if the cell
 * asked for huge pages, its timers are large enough to fill one, and the kernel gave none. Then the
 * cell did not measure what was asked for. Returns NULL otherwise.
 */
static const char *record_pages(const struct cell *cell, json_t *record)
{
	uint64_t timers = cell->trace.header->ids * cell->settings.stride, huge;

	if (cell->settings.pages != PAGES_HUGE && pages_huge_disabled())
		return NULL;
	huge = pages_huge_kib();
	json_object_set_new(record, "huge_kib", json_integer((json_int_t)huge));
	if (cell->settings.pages != PAGES_HUGE || huge || timers < PAGES_HUGE_SURELY)
		return NULL;
	return "the kernel gave no huge pages";
}

/* If a cell is replayed several times, the worst outcome counts: wrong, then failed, then ok. */
static void record_outcome(json_t *record, const char *wrong, const char *unmet)
{
	const char *before = json_string_value(json_object_get(record, "outcome"));
	enum outcome outcome = wrong ? OUTCOME_WRONG : unmet ? OUTCOME_FAILED : OUTCOME_OK;

	if (outcome_find(before) == OUTCOME_WRONG ||
	    (outcome_find(before) == OUTCOME_FAILED && outcome == OUTCOME_OK))
		return;
	json_object_set_new(record, "status", json_string(wrong ? wrong : unmet ? unmet : "ok"));
	json_object_set_new(record, "outcome", json_string(outcome_words[outcome]));
}

/*
 * The recorded counts are those of the measured phases. The checksum and the verdict are those of
 * the whole replay.
 */
void cell_record_replay(const struct cell *cell, const struct replay *replay,
			const struct replay_tally *measured, json_t *record)
{
	char text[CELL_VERDICT_SIZE], checksum[17];
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
			    cell->subject.told_firings ? json_null() : json_string(checksum));
	record_outcome(record, wrong, unmet);
}
