/*
 * estimate.h - estimates the time and memory that an experiment needs
 */
#ifndef ESTIMATE_H
#define ESTIMATE_H

#include "bench/run/schedule.h"

struct estimate {
	double seconds; /* on the machine of costs.tsv, limited by budget and caps */
	double bytes;	/* of the largest cell: trace, timers, and the structure's own memory */
	uint64_t cells; /* of the whole plan, including cells beyond a first look */
};

/*
 * Lays out an experiment with the costs of costs.tsv. A cell costs nothing if its subject does not
 * support n timers. Returns 0 or -ENOMEM. After success the caller must call schedule_free.
 */
int estimate_schedule(struct schedule *schedule, const struct experiment *experiment);

/* Estimates an experiment. Returns 0 or -ENOMEM. */
int estimate_experiment(const struct experiment *experiment, struct estimate *estimate);

#define ESTIMATE_WORDS 64

/* Writes the estimate as text: "6:30, 1.2 GiB of memory". */
void estimate_words(const struct estimate *estimate, char words[ESTIMATE_WORDS]);

#endif
