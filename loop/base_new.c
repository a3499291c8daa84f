/*
 * base_new.c - making a base
 */
#include "loop/base.h"

#include <errno.h>
#include <limits.h>
#include <stdlib.h>

#include "loop/base_free.h"
#include "loop/config.h"
#include "loop/debug.h"
#include "loop/log.h"
#include "loop/memory.h"
#include "loop/own_events.h"

/* Returns the allowed backend with the smallest preference from `preference` on, or NULL. */
static const struct backend *next_backend(const struct event_config *config, int preference)
{
	const struct backend *next = NULL;

	for (size_t i = 0; backends[i]; i++) {
		const struct backend *backend = backends[i];

		if (config_allows(config, backend) && backend->preference >= preference &&
		    (!next || backend->preference < next->preference))
			next = backend;
	}
	return next;
}

/*
 * Creates the first backend by preference that the configuration allows and the machine supports.
 * Returns 0 or -errno, with a warning.
 */
static int choose_backend(struct event_base *base, const struct event_config *config)
{
	const struct backend *last = NULL, *next = next_backend(config, 0);
	int result = -ENODEV;

	/* If the machine lacks one interface, the next may work. Without memory none will. */
	while (next && result != -ENOMEM) {
		last = next;
		result = next->create(base, &base->io.backend_state);
		if (!result) {
			base->io.backend = next;
			return 0;
		}
		next = next_backend(config, last->preference + 1);
	}
	if (last)
		log_warning_errno(-result, "no backend can be had: %s", last->name);
	else
		config_explain(config);
	return result;
}

static void take_limits(struct event_base *base, const struct event_config *config)
{
	base->active.longest = config ? config->longest_dispatch : UINT64_MAX;
	base->active.most = config ? config->most_callbacks : INT_MAX;
	base->active.limited_from = config ? config->limited_from : 0;
	base->timers.budget = config ? config->expiry_budget : 0;
	base->timers.reinsert = base->flags & EVENT_BASE_FLAG_TIMER_REINSERT;
	base->timers.keeps_peak = base->flags & EVENT_BASE_FLAG_LIBEVENT_2_1;
}

static const char *structure_name(const struct event_config *config, int flags)
{
	const char *name = config ? config->structure : NULL;

	if (!name)
		name = config_environment_name(flags, "EVENT_TIMERS");
	return name ? name : DEFAULT_STRUCTURE;
}

static int make_lockable(struct event_base *base)
{
	int result;

	if ((base->flags & EVENT_BASE_FLAG_NOLOCK) || !lock_available())
		return 0;
	base->lock = lock_new();
	if (!base->lock)
		return -ENOMEM;
	/*
	 * A program may set lock functions and no condition functions. Then no thread can wait for
	 * the end of a callback.
	 */
	if (condition_available()) {
		base->callback_done = condition_new();
		if (!base->callback_done)
			return -ENOMEM;
	}
	base_lock(base);
	result = own_events_notify(base);
	base_unlock(base);
	return result;
}

/* Returns 0 or -errno. After an error base_destroy must free the parts that were made. */
static int base_create(struct event_base *base, const struct event_config *config)
{
	int result;

	io_map_init(&base->io);
	signal_map_init(&base->signals);
	notify_init(&base->notify);
	watchers_init(&base->watchers);
	base->flags = config_flags(config);
	take_limits(base, config);
	result = active_init(&base->active, 1);
	if (result)
		return result;
	result = choose_backend(base, config);
	if (result)
		return result;
	time_init(&base->time, base->flags, base->io.backend->clock, base->io.backend_state);
	result = timers_init(&base->timers, structure_name(config, base->flags),
			     time_read(&base->time));
	if (result)
		return result;
	/* EVENT_BASE_FLAG_IGNORE_ENV does not apply: the variable does not change the base. */
	if (getenv("EVENT_SHOW_METHOD"))
		log_message("libevent using: %s, timers in %s", base->io.backend->name,
			    base->timers.name);
	return make_lockable(base);
}

struct event_base *event_base_new_with_config(const struct event_config *config)
{
	struct event_base *base = memory_allocate_zeroed(1, sizeof(*base));

	debug_begin();
	if (!base)
		return NULL;
	if (base_create(base, config)) {
		base_destroy(base);
		return NULL;
	}
	return base;
}

struct event_base *event_base_new(void)
{
	return event_base_new_with_config(NULL);
}
