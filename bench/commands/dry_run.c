/*
 * dry_run.c - prints what an experiment would measure, for --dry-run
 */
#include "bench/commands/dry_run.h"

#include <stdio.h>

#include "bench/message.h"
#include "bench/run/estimate.h"
#include "bench/run/plan.h"

int dry_run_print(const struct experiment *experiment)
{
	char words[ESTIMATE_WORDS];
	struct estimate estimate;
	struct plan plan;

	if (estimate_experiment(experiment, &estimate) || plan_make(&plan, experiment))
		return message_failed("out of memory");
	for (size_t i = 0; i < plan.count; i++) {
		char key[PLAN_KEY];
		size_t subjects;

		plan_key(&plan.blocks[i], key, sizeof(key));
		subjects = plan.blocks[i].group->subjects.count;
		printf("%s\t%zu subject%s\n", key, subjects, subjects == 1 ? "" : "s");
	}
	plan_free(&plan);
	estimate_words(&estimate, words);
	printf("total\t%llu cell%s\t%s\n", (unsigned long long)estimate.cells,
	       estimate.cells == 1 ? "" : "s", words);
	return 0;
}
