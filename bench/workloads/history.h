/*
 * history.h - a fill that arms each timer at the time when the program would have armed it
 *
 * A program in the steady state has timers that were armed at different times in the past. If the
 * fill armed all of them now, each for its residual life, each timer would have a different
 * interval, although the program has only a few intervals. Structures that group by interval would
 * then be measured in a case that never occurs. So a workload records how many turns ago it armed
 * each timer and for which interval, and history_play repeats these arms, oldest first. Afterwards
 * virtual time is at the beginning of the steady state.
 *
 * The program arms timers only in turns (loop iterations), so ages are whole turns.
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

/*
 * Begins a history of at most `capacity` arms, in turns of `turn` ns. Returns false if memory runs
 * out; the generator has then failed, and history_play must not be called. After success the caller
 * must call history_play, which frees the history.
 */
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
 * Records that timer `id` was armed `turns_ago` turns ago. If the timer would have fired since
 * (which only rounding can cause), it gets the greatest age at which it has not fired.
 */
static inline void history_arm(struct history *history, uint64_t turns_ago, uint64_t id,
			       uint64_t interval)
{
	uint64_t most = (interval - 1) / history->turn;

	if (history->count == history->capacity)
		abort(); /* a bug in the workload: more arms than its capacity */
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

/* Plays all arms into the current phase and frees the history. Takes O(n log n). */
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
