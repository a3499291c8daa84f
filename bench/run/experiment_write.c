/*
 * experiment_write.c - writes an experiment as the text of an .ini file
 */
#include <stdio.h>

#include "bench/run/experiment.h"
#include "bench/run/settings.h"

char *experiment_text(const struct experiment *experiment)
{
	char *text = NULL;
	size_t size;
	FILE *file = open_memstream(&text, &size);

	if (!file)
		return NULL;
	fprintf(file, "[experiment]\n");
	settings_write(experiment_settings, experiment, file);
	for (size_t i = 0; i < experiment->group_count; i++) {
		fprintf(file, "\n[%s.%zu]\n", experiment->groups[i].label, i + 1);
		settings_write(group_settings, &experiment->groups[i], file);
	}
	fclose(file);
	return text;
}
