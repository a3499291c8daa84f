/*
 * tally.c - counts outcomes, and derives the exit status
 */
#include "bench/run/tally.h"

#include <stdio.h>

#include "bench/message.h"

void tally_add(struct tally *tally, const json_t *record)
{
	enum outcome outcome = outcome_find(json_string_value(json_object_get(record, "outcome")));
	const char *status = json_string_value(json_object_get(record, "status"));

	if (outcome == OUTCOMES)
		return;
	if ((outcome == OUTCOME_FAILED && !tally->cells[OUTCOME_FAILED]) ||
	    (outcome == OUTCOME_LEFT_OUT && !*tally->reason))
		snprintf(tally->reason, sizeof(tally->reason), "%s", status ? status : "?");
	tally->cells[outcome]++;
}

int tally_conclude(const struct tally *tally)
{
	size_t failed = tally->cells[OUTCOME_FAILED], wrong = tally->cells[OUTCOME_WRONG];
	size_t out = tally->cells[OUTCOME_LEFT_OUT], all = 0;

	for (int i = 0; i < OUTCOMES; i++)
		all += tally->cells[i];
	if (failed && failed + out == all)
		return message_failed("all cells failed (%zu): %s", failed, tally->reason);
	if (out && out == all)
		return message_failed("no cell could be measured (%zu): %s", all, tally->reason);
	if (failed)
		message_note("%zu of %zu cells failed, the first one: %s; --resume tries again",
			     failed, all, tally->reason);
	if (wrong)
		return message_failed("%zu of %zu cells fired wrongly", wrong, all);
	return 0;
}
