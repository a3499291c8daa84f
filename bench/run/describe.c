/*
 * describe.c - the keys of a record that do not come from a worker
 */
#include "bench/run/describe.h"

#include "bench/provenance.h"
#include "bench/run/environment.h"
#include "bench/run/settings.h"

#define SCHEMA 1

static const char *const when_words[] = {
	[TIMER_EXACT] = "exact",
	[TIMER_TO_A_TICK] = "to a tick",
	[TIMER_LATE_FRACTION] = "late fraction",
};

static const char *const order_words[] = {
	[TIMER_BY_DEADLINE] = "by deadline",
	[TIMER_BY_TICK] = "by tick",
	[TIMER_UNORDERED] = "unordered",
};

/* Describes the place of a cell on each axis of its map. */
static json_t *describe_place(const struct block *block)
{
	static const char *const names[] = { "x", "y" };
	const struct axis *axes = block->group->axes;
	json_t *map = json_object();

	for (size_t i = 0; i < 2; i++) {
		size_t place = axes_place(axes, i, block->choice, block->n);

		json_object_set_new(map, names[i],
				    json_pack("{s:s, s:s, s:s, s:i}", "name", axes[i].name, "title",
					      axes[i].title, "value", axes[i].values.name[place],
					      "place", (int)place));
	}
	return map;
}

static json_t *describe_names(const struct block *block, const struct subject *subject,
			      size_t order)
{
	return json_pack(
		"{s:i, s:s, s:s, s:s, s:s, s:s, s:I, s:s, s:s, s:I, s:i, s:I, s:I}", "schema",
		SCHEMA, "experiment", block->group->label, "subject", subject->name, "kind",
		subject->kind, "when", when_words[subject->accuracy.when], "ordering",
		order_words[subject->accuracy.order], "tick_ns", (json_int_t)subject->accuracy.tick,
		"dispatch", dispatch_words[block->dispatch], "workload", block->workload, "n",
		(json_int_t)block->n, "replicate", (int)block->replicate, "seed",
		(json_int_t)block->seed, "order", (json_int_t)order);
}

/* Adds the hash of the code that generates the block's trace. */
static void describe_generator(json_t *record, const struct block *block)
{
	char error[NAMES_ERROR_SIZE];
	struct workload_choice choice;

	if (workload_choose(block->workload, &choice, error))
		return;
	json_object_set_new(record, "generator_hash", json_string(choice.generator_hash));
	workload_release(&choice);
}

json_t *describe_cell(const struct run *run, const struct block *block,
		      const struct subject *subject, size_t order, const char *trace_hash)
{
	char key[PLAN_KEY], source[PROVENANCE_HASH_SIZE];
	json_t *record = describe_names(block, subject, order), *repeated;

	plan_key(block, key, sizeof(key));
	provenance_hash(subject, block->group->cell.pass, source);
	if (group_is_map(block->group))
		json_object_set_new(record, "map", describe_place(block));
	json_object_set_new(record, "block", json_string(key));
	json_object_set_new(record, "cells",
			    json_integer((json_int_t)block->group->subjects.count));
	settings_record(block->group, record);
	describe_generator(record, block);
	if (trace_hash)
		json_object_set_new(record, "trace_hash", json_string(trace_hash));
	json_object_set_new(record, "source_hash", json_string(source));
	if (subject->library)
		json_object_set_new(record, "library", json_string(subject->library));
	repeated = environment_for_records(run->environment);
	json_object_update_missing(record, repeated);
	json_decref(repeated);
	return record;
}
