/*
 * structure - every timer structure as a subject, called through its table or compiled into the
 * loop
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "bench/replay/replay_structure.h"
#include "bench/replay/subject.h"
#include "structures/common/find.h"
#include "structures/common/options.h"

/*
 * The replay loop for a structure that is known only at run time. All calls go through its table.
 */
REPLAY_INLINE void arm_by_table(struct replay *replay, const struct timer_structure *structure,
				enum replay_mode mode, uint32_t id, uint64_t deadline,
				uint64_t interval, uint64_t now)
{
	(void)structure;
	structure_arm(replay, replay->structure, mode, id, deadline, interval, now);
}

REPLAY_INLINE void disarm_by_table(struct replay *replay, const struct timer_structure *structure,
				   enum replay_mode mode, uint32_t id, uint64_t now)
{
	(void)structure;
	structure_disarm(replay, replay->structure, mode, id, now);
}

REPLAY_INLINE void remove_by_table(struct replay *replay, const struct timer_structure *structure,
				   enum replay_mode mode, uint32_t id, uint64_t now)
{
	(void)structure;
	structure_remove(replay, replay->structure, mode, id, now);
}

REPLAY_INLINE void advance_by_table(struct replay *replay, const struct timer_structure *structure,
				    enum replay_mode mode, uint64_t now,
				    const struct trace_advance *advance)
{
	(void)structure;
	structure_advance(replay, replay->structure, mode, now, advance);
}

static const struct replay_driver by_table = {
	.arm = arm_by_table,
	.disarm = disarm_by_table,
	.remove = remove_by_table,
	.advance = advance_by_table,
};

REPLAY_CODE(static, structure_by_table, &by_table, NULL);

static void structure_list(void (*visit)(const char *name, const char *summary, void *data),
			   void *data)
{
	for (size_t i = 0; timer_structures[i]; i++)
		if (!timer_structures[i]->create_over)
			visit(timer_structures[i]->name, timer_structures[i]->summary, data);
}

struct wrapped_list {
	void (*visit)(const char *name, const char *summary, void *data);
	void *data;
	const char *summary; /* the wrapper's */
};

static void list_name(const char *name, void *data)
{
	const struct wrapped_list *list = data;

	list->visit(name, list->summary, list->data);
}

static void structure_list_wrapped(void (*visit)(const char *name, const char *summary, void *data),
				   void *data)
{
	struct wrapped_list list = { visit, data, NULL };

	for (size_t i = 0; timer_structures[i]; i++) {
		if (!timer_structures[i]->create_over)
			continue;
		list.summary = timer_structures[i]->summary;
		timer_structure_names(timer_structures[i], list_name, &list);
	}
}

/* Finds the inlined replay of the structure with its wrappers, if the program has one. */
static void find_code(struct subject *subject, const struct timer_choice *choice)
{
	char name[SUBJECT_NAME_SIZE];

	timer_choice_names(choice, name, sizeof(name));
	for (const struct structure_code *code = structure_codes; code->name; code++) {
		if (!strcmp(code->name, name))
			subject->code[DISPATCH_INLINE] = code->inlined;
	}
}

static int structure_resolve(struct subject *subject, char *error)
{
	const struct timer_structure *structure = timer_structure_find(subject->target);
	const char *settings = strchr(subject->target, ':');
	struct timer_choice choice;

	if (!structure)
		return -ENOENT;
	if (timer_choice_open(&choice, structure, settings ? settings + 1 : "", error,
			      SUBJECT_ERROR_SIZE))
		return -EINVAL;
	subject->accuracy = choice.accuracy;
	subject->most_timers = choice.within->most_timers;
	subject->code[DISPATCH_VTABLE] = &structure_by_table;
	find_code(subject, &choice);
	timer_choice_free(&choice);
	return 0;
}

static int structure_open(struct replay *replay)
{
	char error[OPTIONS_ERROR_SIZE];

	return timer_set_create(replay->subject->target, 0, &replay->structure, &replay->set, error,
				sizeof(error));
}

static void structure_close(struct replay *replay)
{
	replay->structure->destroy(replay->set);
}

static size_t structure_footprint(const struct replay *replay)
{
	return replay->structure->footprint(replay->set);
}

static const char *structure_check(const struct replay *replay)
{
	return replay->structure->check(replay->set);
}

static uint64_t structure_pending(const struct replay *replay)
{
	uint64_t count = 0;

	for (uint32_t id = 0; id < replay->trace->header->ids; id++) {
		const struct replay_object *object = replay_object(replay, id);

		count += object->armed == REPLAY_ARMED && object->timer.deadline <= replay->now;
	}
	return count;
}

const struct subject_family subject_structure = {
	.name = "structure",
	.summary = "a timer structure, by its name and options",
	.list = structure_list,
	.list_wrapped = structure_list_wrapped,
	.resolve = structure_resolve,
	.open = structure_open,
	.close = structure_close,
	.footprint = structure_footprint,
	.check = structure_check,
	.pending = structure_pending,
};
