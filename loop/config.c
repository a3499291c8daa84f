/*
 * config.c - the settings of a base: the program's configuration and the environment
 *
 *	EVENT_TIMERS=STRUCTURE          uses this timer structure, with its options
 *	EVENT_METHOD=BACKEND            uses this backend and no other
 *	EVENT_NO<BACKEND>=1             excludes this backend: EVENT_NOEPOLL, EVENT_NOIO_URING
 *	EVENT_SHOW_METHOD=1             logs the chosen backend and structure
 *	EVENT_PRECISE_TIMER=1           sets EVENT_BASE_FLAG_PRECISE_TIMER
 *	EVENT_COARSE_TIMER=1            sets EVENT_BASE_FLAG_COARSE_TIMER
 *	EVENT_LIBEVENT_2_1=1            sets EVENT_BASE_FLAG_LIBEVENT_2_1
 *	EVENT_TIMER_REINSERT=1          sets EVENT_BASE_FLAG_TIMER_REINSERT
 *	EVENT_EPOLL_USE_CHANGELIST=1    sets EVENT_BASE_FLAG_EPOLL_USE_CHANGELIST
 */
#include "loop/config.h"

#include <ctype.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <event2/event.h>

#include "loop/backend.h"
#include "loop/clock.h"
#include "loop/log.h"
#include "loop/memory.h"
#include "structures/timer.h"

struct event_config *event_config_new(void)
{
	struct event_config *config = memory_allocate_zeroed(1, sizeof(*config));

	if (!config)
		return NULL;
	config->longest_dispatch = UINT64_MAX;
	config->most_callbacks = INT_MAX;
	return config;
}

void event_config_free(struct event_config *config)
{
	struct avoided_method *avoided;

	if (!config)
		return;
	while ((avoided = config->avoided)) {
		config->avoided = avoided->next;
		memory_free(avoided);
	}
	memory_free(config->structure);
	memory_free(config->method);
	memory_free(config);
}

int event_config_avoid_method(struct event_config *config, const char *method)
{
	struct avoided_method *avoided;
	size_t size;

	if (!config || !method)
		return -1;
	size = strlen(method) + 1;
	avoided = memory_allocate(sizeof(*avoided) + size);
	if (!avoided)
		return -1;
	memcpy(avoided->name, method, size);
	avoided->next = config->avoided;
	config->avoided = avoided;
	return 0;
}

int event_config_require_features(struct event_config *config, int features)
{
	if (!config)
		return -1;
	config->features = features;
	return 0;
}

int event_config_set_flag(struct event_config *config, int flag)
{
	if (!config)
		return -1;
	config->flags |= flag;
	return 0;
}

int event_config_set_num_cpus_hint(struct event_config *config, int cpus)
{
	if (!config)
		return -1;
	config->cpus = cpus;
	return 0;
}

int event_config_set_max_dispatch_interval(struct event_config *config,
					   const struct timeval *max_interval, int max_callbacks,
					   int min_priority)
{
	if (!config)
		return -1;
	config->longest_dispatch = max_interval ? time_from_timeval(max_interval) : UINT64_MAX;
	config->most_callbacks = max_callbacks >= 0 ? max_callbacks : INT_MAX;
	config->limited_from = min_priority < 0 ? 0 : min_priority;
	return 0;
}

static int replace_text(char **text, const char *value)
{
	char *copy = value ? memory_copy_text(value) : NULL;

	if (value && !copy)
		return -1;
	memory_free(*text);
	*text = copy;
	return 0;
}

/* Creates a set and destroys it, because only create can show whether the text is valid. */
int event_config_set_timer_structure(struct event_config *config, const char *structure)
{
	const struct timer_structure *found;
	struct timer_set *set;
	char error[256];

	if (!config)
		return -1;
	if (structure) {
		if (timer_set_create(structure, 0, &found, &set, error, sizeof(error))) {
			log_warning("timer structure '%s': %s", structure, error);
			return -1;
		}
		found->destroy(set);
	}
	return replace_text(&config->structure, structure);
}

int event_config_require_method(struct event_config *config, const char *method)
{
	return config ? replace_text(&config->method, method) : -1;
}

int event_config_set_expiry_budget(struct event_config *config, size_t timers)
{
	if (!config)
		return -1;
	config->expiry_budget = timers;
	return 0;
}

/* ---------------------------------------------------------------------------- environment */

const char *config_environment(int flags, const char *name)
{
	/* secure_getenv returns NULL in a set-user-ID process: its caller must not configure it. */
	return flags & EVENT_BASE_FLAG_IGNORE_ENV ? NULL : secure_getenv(name);
}

const char *config_environment_name(int flags, const char *name)
{
	const char *value = config_environment(flags, name);

	return value && *value ? value : NULL;
}

static const struct {
	const char *variable;
	int flag;
} environment_flags[] = {
	{ "EVENT_PRECISE_TIMER", EVENT_BASE_FLAG_PRECISE_TIMER },
	{ "EVENT_COARSE_TIMER", EVENT_BASE_FLAG_COARSE_TIMER },
	{ "EVENT_EPOLL_USE_CHANGELIST", EVENT_BASE_FLAG_EPOLL_USE_CHANGELIST },
	{ "EVENT_LIBEVENT_2_1", EVENT_BASE_FLAG_LIBEVENT_2_1 },
	{ "EVENT_TIMER_REINSERT", EVENT_BASE_FLAG_TIMER_REINSERT },
};

int config_flags(const struct event_config *config)
{
	int flags = config ? config->flags : 0;
	size_t count = sizeof(environment_flags) / sizeof(*environment_flags);

	for (size_t i = 0; i < count; i++) {
		const char *value = config_environment(flags, environment_flags[i].variable);

		/* In libevent any value sets the flag. This loop treats "0" as no. */
		if (value && strcmp(value, "0"))
			flags |= environment_flags[i].flag;
	}
	return flags;
}

static bool is_avoided(const struct event_config *config, const char *name)
{
	const struct avoided_method *avoided = config ? config->avoided : NULL;

	for (; avoided; avoided = avoided->next) {
		if (!strcmp(avoided->name, name))
			return true;
	}
	return false;
}

/* Returns whether EVENT_NO with the backend's name in capitals is set, such as EVENT_NOEPOLL. */
static bool is_disabled(int flags, const char *name)
{
	char variable[64];
	size_t length = (size_t)snprintf(variable, sizeof(variable), "EVENT_NO%s", name);

	for (size_t i = 0; i < length && variable[i]; i++)
		variable[i] = (char)toupper((unsigned char)variable[i]);
	return config_environment(flags, variable) != NULL;
}

/* Returns the backend that the program, or else EVENT_METHOD, requests by name, or NULL. */
static const char *only_method(const struct event_config *config)
{
	const char *method = config ? config->method : NULL;

	return method ? method
		      : config_environment_name(config ? config->flags : 0, "EVENT_METHOD");
}

/*
 * Returns why the configuration or the environment excludes a backend, also one that is requested
 * by name. Returns NULL if nothing excludes it.
 */
static const char *reason_against(const struct event_config *config, const struct backend *backend)
{
	int flags = config ? config->flags : 0;
	int features = config ? config->features : 0;

	if ((backend->features & features) != features)
		return "it lacks a feature that is required";
	if (is_avoided(config, backend->name))
		return "the program avoids it";
	if (is_disabled(flags, backend->name))
		return "the environment disables it";
	return NULL;
}

bool config_allows(const struct event_config *config, const struct backend *backend)
{
	const char *only = only_method(config);

	if (only ? strcmp(only, backend->name) : !backend->preference)
		return false;
	return !reason_against(config, backend);
}

void config_explain(const struct event_config *config)
{
	const char *only = only_method(config), *reason = "there is no backend of that name";

	if (!only) {
		log_warning("the configuration and the environment allow no backend");
		return;
	}
	for (size_t i = 0; backends[i]; i++) {
		if (!strcmp(backends[i]->name, only))
			reason = reason_against(config, backends[i]);
	}
	log_warning("no backend can be used: '%s' is requested, but %s", only, reason);
}

/* Returns the backend with the next larger preference, or NULL. */
static const struct backend *backend_after(int preference)
{
	const struct backend *next = NULL;

	for (size_t i = 0; backends[i]; i++) {
		if (backends[i]->preference > preference &&
		    (!next || backends[i]->preference < next->preference))
			next = backends[i];
	}
	return next;
}

const char **event_get_supported_methods(void)
{
	static const char *names[32];
	const struct backend *backend = backend_after(0);
	size_t count = 0;

	for (; backend && count < 31; backend = backend_after(backend->preference))
		names[count++] = backend->name;
	names[count] = NULL;
	return names;
}
