/*
 * estimate.h - how long an experiment will take, and how much memory
 */
#ifndef ESTIMATE_H
#define ESTIMATE_H

#include "bench/run/schedule.h"

struct estimate {
	double seconds; /* on the machine of costs.tsv, within budget and caps */
	double bytes;	/* of the largest cell: trace, timers, and the structure's own memory */
	uint64_t cells; /* of the whole plan, cells beyond a first look included */
};

/*
 * Lays out an experiment with the costs of costs.tsv. A cell whose subject does not bear so many
 * timers costs nothing. 0 or -ENOMEM. schedule_free frees the schedule.
 */
int estimate_schedule(struct schedule *schedule, const struct experiment *experiment);

/* Estimates an experiment. 0 or -ENOMEM. */
int estimate_experiment(const struct experiment *experiment, struct estimate *estimate);

#define ESTIMATE_WORDS 64

/* "6:30, 1.2 GiB of memory" */
void estimate_words(const struct estimate *estimate, char words[ESTIMATE_WORDS]);

#endif
