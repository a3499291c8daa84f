/*
 * estimate.h - how long an experiment will take, and how much memory
 */
#ifndef ESTIMATE_H
#define ESTIMATE_H

#include "bench/run/schedule.h"

struct estimate {
	double seconds; /* as on the machine that costs.tsv is of, within budget and caps */
	double bytes;	/* at most, by traces, timers and what structures keep beside them */
	uint64_t cells; /* in all, those beyond the first look among them */
};

/*
 * Lays out an experiment with the costs that come with the program; cells of subjects that do not
 * bear so many timers cost nothing. 0 or -ENOMEM. schedule_free ends it.
 */
int estimate_schedule(struct schedule *schedule, const struct experiment *experiment);

/* 0 or -ENOMEM. */
int estimate_experiment(const struct experiment *experiment, struct estimate *estimate);

#define ESTIMATE_WORDS 64

/* "6:30, 1.2 GiB of memory" */
void estimate_words(const struct estimate *estimate, char words[ESTIMATE_WORDS]);

#endif
