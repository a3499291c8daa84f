/*
 * history.h - a fill that lets the timers be armed when they would have been
 *
 * A program in the steady state holds timers that were armed at different times in the past. A
 * fill that armed them all now, each for what is left of it, would give every timer an interval of
 * its own, where the program has a few; structures that group by interval would be measured on
 * something that never happens. So a workload says how many turns ago each timer was armed and for
 * how long, and this plays it back in order of time, oldest first. When it is done, virtual time
 * stands at the beginning of the steady state.
 *
 * Arms happen only in turns of the loop, here as later, so ages are whole turns.
 */
#ifndef WORKLOADS_HISTORY_H
#define WORKLOADS_HISTORY_H

#include "draw.h"

struct past_arm {
	uint64_t turns_ago;
	uint64_t interval; /* ns */
	uint64_t id;
};

struct history {
	struct past_arm *arms;
	uint64_t count;
	uint64_t capacity;
	uint64_t turn; /* ns */
};

/* False when there is no memory; the generator has then failed and there is nothing to play. */
static inline bool history_begin(struct history *history, struct generator *generator,
				 uint64_t capacity, uint64_t turn)
{
	history->arms = workload_memory(generator, capacity, sizeof(*history->arms));
	history->count = 0;
	history->capacity = capacity;
	history->turn = turn;
	return history->arms != NULL;
}

/*
 * Timer `id` was armed so many turns ago. One that would have fired since is taken to have been
 * armed as long ago as it can have been; only rounding can ask for that.
 */
static inline void history_arm(struct history *history, uint64_t turns_ago, uint64_t id,
			       uint64_t interval)
{
	uint64_t most = (interval - 1) / history->turn;

	if (history->count == history->capacity)
		abort(); /* a bug in the workload: it said how many there would be */
	history->arms[history->count++] = (struct past_arm){
		.turns_ago = turns_ago < most ? turns_ago : most,
		.interval = interval,
		.id = id,
	};
}

static inline int history_compare(const void *left, const void *right)
{
	const struct past_arm *a = left, *b = right;

	if (a->turns_ago != b->turns_ago)
		return a->turns_ago > b->turns_ago ? -1 : 1;
	return (a->id > b->id) - (a->id < b->id);
}

/* Plays everything into the present phase, and ends the history. O(n log n). */
static inline void history_play(struct history *history, struct generator *generator)
{
	uint64_t start = generator_now(generator);
	uint64_t oldest, at = 0;
	const uint64_t *fired;

	qsort(history->arms, history->count, sizeof(*history->arms), history_compare);
	oldest = history->count ? history->arms[0].turns_ago : 0;
	for (uint64_t i = 0; i < history->count && !generator_failed(generator); i++) {
		const struct past_arm *arm = &history->arms[i];

		if (oldest - arm->turns_ago > at) {
			at = oldest - arm->turns_ago;
			generator_advance(generator, start + at * history->turn, &fired);
		}
		generator_arm(generator, arm->id, arm->interval);
	}
	if (oldest > at)
		generator_advance(generator, start + oldest * history->turn, &fired);
	free(history->arms);
	history->arms = NULL;
}

#endif
