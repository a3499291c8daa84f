/*
 * summary.c - counts the cells of each stage by state, and writes run.json
 */
#include "bench/run/summary.h"

#include <errno.h>
#include <limits.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "bench/run/looks.h"
#include "bench/run/progress.h"

#define SCHEMA 1

static const char *const state_words[SCHEDULE_STATES] = {
	[SCHEDULE_WAITING] = "waiting",		  [SCHEDULE_DONE] = "measured",
	[SCHEDULE_RESOLVED] = "resolved",	  [SCHEDULE_CAPPED] = "left_out_by_cap",
	[SCHEDULE_UNPAID] = "left_out_by_budget",
};

/* The cells of one stage. The cells beyond the stage's first look are counted as another stage. */
struct stage {
	const char *name, *pass; /* the pass is NULL if there are several */
	bool further;
	size_t cells[SCHEDULE_STATES], all;
};

struct stages {
	struct stage of[2 * EXPERIMENT_GROUPS];
	size_t count;
};

static struct stage *stage_of(struct stages *stages, const struct block *block)
{
	struct stage *stage = stages->of;

	for (; stage < stages->of + stages->count; stage++)
		if (stage->further == (block->look > 0) &&
		    !strcmp(stage->name, group_stage_name(block->group)))
			break;
	if (stage == stages->of + stages->count) {
		*stage = (struct stage){ .name = group_stage_name(block->group),
					 .pass = block->group->cell.pass->name,
					 .further = block->look > 0 };
		stages->count++;
	}
	if (stage->pass && strcmp(stage->pass, block->group->cell.pass->name))
		stage->pass = NULL;
	return stage;
}

static void count_stages(const struct schedule *schedule, struct stages *stages)
{
	stages->count = 0;
	for (size_t i = 0; i < schedule->plan.count; i++) {
		const struct schedule_item *item = &schedule->items[i];
		struct stage *stage = stage_of(stages, item->block);

		stage->cells[item->state] += item->block->group->subjects.count;
		stage->all += item->block->group->subjects.count;
	}
}

static json_t *describe_stage(const struct stage *stage)
{
	json_t *described = json_pack("{s:s, s:s?, s:b, s:I}", "stage", stage->name, "pass",
				      stage->pass, "beyond_first_look", (int)stage->further,
				      "cells", (json_int_t)stage->all);

	for (size_t i = 0; i < SCHEDULE_STATES; i++)
		json_object_set_new(described, state_words[i],
				    json_integer((json_int_t)stage->cells[i]));
	return described;
}

static void path_of(const char *folder, const char *ending, char *path)
{
	snprintf(path, PATH_MAX, "%s/run.json%s", folder, ending);
}

int summary_write(const struct schedule *schedule, const char *folder, const json_t *looks)
{
	char path[PATH_MAX], next[PATH_MAX], sentence[SUMMARY_SENTENCE];
	json_t *summary = json_object(), *described = json_array();
	struct stages stages;
	int result = 0;

	count_stages(schedule, &stages);
	for (size_t i = 0; i < stages.count; i++)
		json_array_append_new(described, describe_stage(&stages.of[i]));
	summary_sentence(schedule, sentence);
	json_object_set_new(summary, "schema", json_integer(SCHEMA));
	json_object_set_new(summary, "budget_seconds",
			    isinf(schedule->budget) ? json_null()
						    : json_real(schedule->budget / 1e9));
	json_object_set_new(summary, "stages", described);
	json_object_set_new(summary, "left_out", json_string(sentence));
	json_object_set(summary, "looks", (json_t *)looks);
	path_of(folder, "", path);
	path_of(folder, ".new", next);
	errno = 0;
	if (json_dump_file(summary, next, JSON_INDENT(2) | JSON_PRESERVE_ORDER) ||
	    rename(next, path))
		result = errno ? -errno : -EIO;
	json_decref(summary);
	return result;
}

json_t *summary_read(struct schedule *schedule, const char *folder)
{
	char path[PATH_MAX];
	json_error_t where;
	json_t *summary, *looks, *look;
	size_t i;

	path_of(folder, "", path);
	summary = json_load_file(path, 0, &where);
	looks = json_incref(json_object_get(summary, "looks"));
	json_decref(summary);
	json_array_foreach(looks, i, look)
	{
		json_int_t number = json_integer_value(json_object_get(look, "look"));

		if (number < 1 || number > EXPERIMENT_LOOKS)
			continue;
		looks_apply(schedule, json_object_get(look, "stopped"));
		schedule_look_taken(schedule, (unsigned)number - 1);
	}
	return json_is_array(looks) ? looks : json_array();
}

void summary_add_look(json_t *looks, unsigned look, json_t *stopped)
{
	json_array_append_new(looks,
			      json_pack("{s:i, s:o}", "look", (int)look + 1, "stopped", stopped));
}

static void append(char *sentence, const char *format, ...)
{
	size_t length = strlen(sentence);
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(sentence + length, SUMMARY_SENTENCE - length, format, arguments);
	va_end(arguments);
}

/* Appends "REASON 12 of 40 cells of 'tail', all 99 cells of 'count'" for the cells in a state. */
static void append_stages(const struct stages *stages, enum schedule_state state,
			  const char *reason, char *sentence)
{
	bool any = false;

	for (size_t i = 0; i < stages->count; i++) {
		const struct stage *stage = &stages->of[i];

		if (!stage->cells[state])
			continue;
		if (any)
			append(sentence, ", ");
		else
			append(sentence, "%s%s ", *sentence ? "; " : "", reason);
		any = true;
		if (stage->cells[state] == stage->all)
			append(sentence, "all %zu cells of '%s'", stage->all, stage->name);
		else
			append(sentence, "%zu of %zu cells of '%s'", stage->cells[state],
			       stage->all, stage->name);
		if (stage->further)
			append(sentence, " beyond its first look");
	}
}

void summary_sentence(const struct schedule *schedule, char sentence[SUMMARY_SENTENCE])
{
	char budget[32] = "", reason[64];
	struct stages stages;

	*sentence = '\0';
	count_stages(schedule, &stages);
	if (!isinf(schedule->budget))
		progress_duration(schedule->budget, budget, sizeof(budget));
	snprintf(reason, sizeof(reason), "the budget of %s left out", budget);
	append_stages(&stages, SCHEDULE_UNPAID, reason, sentence);
	append_stages(&stages, SCHEDULE_CAPPED, "caps left out", sentence);
	append_stages(&stages, SCHEDULE_WAITING, "not reached:", sentence);
}
