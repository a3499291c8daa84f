/*
 * run-test.h - small experiments from keys and values, for the tests of bench/run
 */
#ifndef RUN_TEST_H
#define RUN_TEST_H

#include <string.h>

#include "bench/run/experiment.h"
#include "bench/run/settings.h"

static inline void run_begin_experiment(struct experiment *experiment)
{
	experiment_init(experiment, "test");
	strcpy(experiment->name, "test");
}

/*
 * Adds a group with settings from keys and values, ended by NULL. The test calls
 * experiment_complete after the last group.
 */
static inline struct group *run_add_group(struct experiment *experiment, const char *label,
					  const char *const *settings)
{
	struct group *group = experiment_add_group(experiment, label);
	char error[NAMES_ERROR_SIZE];

	assert_non_null(group);
	for (; *settings; settings += 2)
		if (settings_read(group_settings, group, settings[0], settings[1], error))
			fail_msg("%s", error);
	return group;
}

#endif
