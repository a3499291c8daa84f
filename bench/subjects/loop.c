/*
 * loop - this project's event loop, over any structure and backend
 *
 * The name is loop:STRUCTURE@BACKEND. Words may follow the backend, as in
 * loop:quad-heap@epoll+reinsert. A replay needs a backend that waits with functions that the
 * simulation replaces. io_uring waits with a system call of its own, so it is measured only in real
 * time.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <event2/event.h>

#include "bench/replay/event_replay.h"
#include "loop/backend.h"
#include "structures/common/options.h"

_Static_assert(EVENT_API_TIMEOUT == EV_TIMEOUT && EVENT_API_READ == EV_READ &&
		       EVENT_API_PERSIST == EV_PERSIST,
	       "the drivers' bits are the library's");

static const char prefix[] = "loop:";

static const struct event_api api = {
	.config_new = event_config_new,
	.config_free = event_config_free,
	.config_set_flag = event_config_set_flag,
	.base_new = event_base_new_with_config,
	.base_free = event_base_free,
	.priority_init = event_base_priority_init,
	.common_timeout = event_base_init_common_timeout,
	.assign = event_assign,
	.priority_set = event_priority_set,
	.add = event_add,
	.del = event_del,
	.loop = event_base_loop,
	.loopbreak = event_base_loopbreak,
	.event_size = event_get_struct_event_size,
};

/* The words that may follow the backend. */
static const struct {
	const char *word;
	int flag; /* flag of the base; 0: use common timeouts */
} words[] = {
	{ "reinsert", EVENT_BASE_FLAG_TIMER_REINSERT },
	{ "coarse", EVENT_BASE_FLAG_COARSE_TIMER },
	{ "libevent", EVENT_BASE_FLAG_LIBEVENT_2_1 },
	{ "common", 0 },
};

/* The parts of a subject's name. */
struct loop_name {
	char structure[SUBJECT_NAME_SIZE];
	char backend[SUBJECT_NAME_SIZE];
	int flags;
	bool common;
};

static int take_word(struct loop_name *name, const char *word, char *error)
{
	for (size_t i = 0; i < sizeof(words) / sizeof(*words); i++) {
		if (strcmp(word, words[i].word))
			continue;
		name->flags |= words[i].flag;
		name->common |= !words[i].flag;
		return 0;
	}
	snprintf(error, SUBJECT_ERROR_SIZE,
		 "loop: no word '%.40s'; the words are reinsert, coarse, libevent, common", word);
	return -EINVAL;
}

static const struct backend *find_backend(const char *name)
{
	for (size_t i = 0; backends[i]; i++) {
		if (!strcmp(backends[i]->name, name))
			return backends[i];
	}
	return NULL;
}

/*
 * Splits a subject's name into its parts. Returns 0, -ENOENT if the name lacks the prefix, or
 * -EINVAL with a line in `error`.
 */
static int take_apart(const char *text, struct loop_name *name, char *error)
{
	char *at, *word, *rest;

	if (strncmp(text, prefix, strlen(prefix)))
		return -ENOENT;
	*name = (struct loop_name){ 0 };
	snprintf(name->structure, sizeof(name->structure), "%s", text + strlen(prefix));
	at = strrchr(name->structure, '@');
	if (!at) {
		snprintf(error, SUBJECT_ERROR_SIZE,
			 "'%.64s': a loop is loop:STRUCTURE@BACKEND, as in loop:quad-heap@epoll",
			 text);
		return -EINVAL;
	}
	*at = '\0';
	snprintf(name->backend, sizeof(name->backend), "%s", at + 1);
	rest = name->backend;
	strsep(&rest, "+");
	while ((word = strsep(&rest, "+"))) {
		if (take_word(name, word, error))
			return -EINVAL;
	}
	return 0;
}

/* Lists nothing, because the combinations of structures and backends would fill a page. */
static void loop_list(void (*visit)(const char *name, const char *summary, void *data), void *data)
{
	(void)visit;
	(void)data;
}

static int unknown_backend(const char *name, char *error)
{
	char suggestion[OPTIONS_SUGGESTION_SIZE];
	const char *names[64];
	size_t count = 0;

	for (size_t i = 0; backends[i] && count < 64; i++)
		names[count++] = backends[i]->name;
	snprintf(error, SUBJECT_ERROR_SIZE, "loop: no backend '%.40s'%s", name,
		 options_suggest(name, names, count, "; see timerbed list backends", suggestion));
	return -EINVAL;
}

static int loop_resolve(struct subject *subject, char *error)
{
	const struct timer_structure *structure;
	const struct backend *backend;
	struct loop_name name;
	int result = take_apart(subject->target, &name, error);

	if (result)
		return result;
	result = timer_set_accuracy(name.structure, &subject->accuracy, error, SUBJECT_ERROR_SIZE);
	if (result)
		return -EINVAL;
	backend = find_backend(name.backend);
	if (!backend)
		return unknown_backend(name.backend, error);
	structure = timer_structure_within(name.structure);
	subject->kind = "loop";
	subject->most_timers = structure->most_timers;
	subject->code[DISPATCH_VTABLE] = &event_replay_code;
	return 0;
}

static int make(const struct subject *subject, struct event_base **base)
{
	struct event_config *config = event_config_new();
	struct loop_name name;
	char error[SUBJECT_ERROR_SIZE];

	if (!config)
		return -ENOMEM;
	take_apart(subject->target, &name, error);
	*base = NULL;
	if (!event_config_set_flag(config, name.flags | EVENT_BASE_FLAG_NOLOCK |
						   EVENT_BASE_FLAG_IGNORE_ENV) &&
	    !event_config_set_timer_structure(config, name.structure) &&
	    !event_config_require_method(config, name.backend))
		*base = event_base_new_with_config(config);
	event_config_free(config);
	return *base ? 0 : -ENOMEM;
}

/* Advances the clock of the backend `virtual`, which has its own. */
static void moved(struct event_base *base, uint64_t by)
{
	event_base_virtual_advance(base, by);
}

static uint64_t waits(const struct event_base *base)
{
	struct event_base_statistics statistics;

	event_base_get_statistics(base, &statistics);
	return statistics.waits;
}

static void loop_setting(const struct subject *subject, struct event_setting *setting)
{
	const struct backend *backend;
	struct loop_name name;
	char error[SUBJECT_ERROR_SIZE];

	take_apart(subject->target, &name, error);
	backend = find_backend(name.backend);
	*setting = (struct event_setting){
		.api = &api,
		.common = name.common,
		.make = make,
		.moved = moved,
		.footprint = event_base_get_timer_footprint,
		.check = event_base_check,
		.real_time_only = backend->real_time_only,
		.simulated_only = backend->clock,
		.waits = waits,
	};
}

const struct subject_family subject_loop = {
	.name = "loop:",
	.summary = "loop:STRUCTURE@BACKEND is this project's event loop, in simulated time",
	.explanation =
		"The loop with libevent's interface (loop/), over any structure and any backend\n"
		"that can be simulated: loop:quad-heap@epoll. Words after the backend:\n"
		"+reinsert (a re-add moves the timer in place), +common (a common timeout for\n"
		"every duration), +coarse (the coarse clock), +libevent (libevent's behaviour\n"
		"where the loop deviates).",
	.list = loop_list,
	.resolve = loop_resolve,
	.open = event_replay_open,
	.close = event_replay_close,
	.loop = loop_setting,
	.footprint = event_replay_footprint,
	.check = event_replay_check,
	.pending = event_replay_pending,
};
