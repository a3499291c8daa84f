/*
 * base.c - creating, describing and freeing a base
 */
#include "loop/base.h"

#include <errno.h>
#include <limits.h>
#include <stdlib.h>

struct event_base *current_base;

void base_lock(struct event_base *base)
{
	base_enter(base);
}

void base_unlock(struct event_base *base)
{
	base_leave(base);
}

/* The allowed backend that comes next, from this preference on. NULL: none is left. */
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

/* Takes the first backend by preference that the configuration allows and the machine supports. */
static int choose_backend(struct event_base *base, const struct event_config *config)
{
	const struct backend *last = NULL, *next = next_backend(config, 0);
	int result = -ENODEV;

	/* If the machine lacks an interface, the next may do; if there is no memory, none will. */
	while (next && result != -ENOMEM) {
		last = next;
		result = next->create(base, &base->backend_state);
		if (!result) {
			base->backend = next;
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
	base->timeouts.budget = config ? config->expiry_budget : 0;
	base->timeouts.reinsert = base->flags & EVENT_BASE_FLAG_TIMER_REINSERT;
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
	if ((base->flags & EVENT_BASE_FLAG_NOLOCK) || !lock_available())
		return 0;
	base->lock = lock_new();
	if (!base->lock)
		return -ENOMEM;
	/*
	 * A program may set lock functions without condition functions. Then no thread can wait for
	 * the end of a callback.
	 */
	if (condition_available()) {
		base->callback_done = condition_new();
		if (!base->callback_done)
			return -ENOMEM;
	}
	return evthread_make_base_notifiable(base);
}

static int build(struct event_base *base, const struct event_config *config)
{
	int result;

	callback_queue_init(&base->active.later);
	io_map_init(base);
	base->notify.descriptor = -1;
	base->signals.pipe[0] = base->signals.pipe[1] = -1;
	base->flags = config_flags(config);
	take_limits(base, config);
	result = active_init(base, 1);
	if (result)
		return result;
	result = choose_backend(base, config);
	if (result)
		return result;
	time_init(base);
	result = timeouts_init(base, structure_name(config, base->flags));
	if (result)
		return result;
	/* Read even with EVENT_BASE_FLAG_IGNORE_ENV, as it changes nothing in the base. */
	if (getenv("EVENT_SHOW_METHOD"))
		log_message("libevent using: %s, timers in %s", base->backend->name,
			    base->timeouts.name);
	return make_lockable(base);
}

static void demolish(struct event_base *base)
{
	notify_free(base);
	signals_free(base);
	watchers_free(base);
	common_free(base);
	timeouts_free(base);
	io_map_free(base);
	if (base->backend)
		base->backend->destroy(base->backend_state);
	active_free(base);
	condition_free(base->callback_done);
	lock_free(base->lock);
	memory_free(base);
}

struct event_base *event_base_new_with_config(const struct event_config *config)
{
	struct event_base *base = memory_allocate_zeroed(1, sizeof(*base));

	debug_begin();
	if (!base)
		return NULL;
	if (build(base, config)) {
		demolish(base);
		return NULL;
	}
	return base;
}

struct event_base *event_base_new(void)
{
	return event_base_new_with_config(NULL);
}

/* --------------------------------------------------------------------------------- ending */

/* Timers to be deleted: the set must not change during for_each. */
struct collection {
	struct timer **timers;
	size_t count, room;
};

static void collect(struct timer *timer, void *data)
{
	struct collection *collection = data;

	if (collection->count < collection->room)
		collection->timers[collection->count++] = timer;
}

static void delete_collected(struct event_base *base, struct collection *collection)
{
	base->timeouts.structure->for_each(base->timeouts.set, collect, collection);
	for (size_t i = 0; i < collection->count; i++)
		event_del_locked(event_of_timer(collection->timers[i]), DELETE_EVEN_IF_FINALIZING);
	collection->count = 0;
}

/* In one walk if there is memory for all pointers, else EXPIRE_BATCH timers at a time. */
static void delete_timers(struct event_base *base)
{
	struct timer *few[EXPIRE_BATCH];
	size_t size = base->timeouts.structure->size(base->timeouts.set);
	struct timer **all = memory_allocate((size + 1) * sizeof(*all));
	struct collection collection = { all ? all : few, 0, all ? size : EXPIRE_BATCH };

	while (base->timeouts.structure->size(base->timeouts.set))
		delete_collected(base, &collection);
	memory_free(all);
}

static void delete_events(struct event_base *base)
{
	delete_timers(base);
	common_delete_all(base);
	io_map_delete_all(base);
	signal_map_delete_all(base);
}

/* The first callback of the queue that an iteration would run. Something must be active. */
static struct event_callback *most_urgent(const struct event_base *base)
{
	const struct callback_queue *queue = base->active.queues;

	while (!queue->first)
		queue++;
	return queue->first;
}

/*
 * Removes all callbacks from the active queues. Calls the finalizers if `finalize` is true; events
 * are not called. A finalizer may add another finalizer, of any priority.
 */
static void drop_active(struct event_base *base, bool finalize)
{
	for (active_take_later(base); base->active.count; active_take_later(base)) {
		struct event_callback *callback = most_urgent(base);
		bool finalizing = callback->evcb_flags & EVLIST_FINALIZING;

		active_remove(base, callback);
		timeout_drop_room(base, event_of_callback(callback));
		if (finalizing && finalize)
			closure_call(base, callback);
	}
}

static void end(struct event_base *base, bool finalize)
{
	if (!base) {
		base = current_base;
		if (!base) {
			log_warning("event_base_free: there is no base to free");
			return;
		}
	}
	if (base == current_base)
		current_base = NULL;
	base_lock(base);
	drop_active(base, finalize);
	base->ending = true;
	delete_events(base);
	once_free_all(base);
	base_unlock(base);
	demolish(base);
}

void event_base_free(struct event_base *base)
{
	end(base, true);
}

void event_base_free_nofinalize(struct event_base *base)
{
	end(base, false);
}

static int reinit_backend(struct event_base *base)
{
	if (base->backend->reinit)
		return base->backend->reinit(base, &base->backend_state);
	base->backend->destroy(base->backend_state);
	base->backend_state = NULL;
	return base->backend->create(base, &base->backend_state);
}

/*
 * The child of a fork shares the parent's kernel objects: an epoll set, a ring, a pipe. So
 * event_reinit creates new kernel objects. Timers are memory, which the child has a copy of, so
 * they stay as they are.
 */
int event_reinit(struct event_base *base)
{
	int result;

	if (!base)
		return -1;
	base_lock(base);
	result = reinit_backend(base);
	if (result) {
		log_warning_errno(-result, "event_reinit: %s", base->backend->name);
		abort();
	}
	/*
	 * The backend is rebuilt first. So when the calls below remove descriptors, they do not
	 * remove them from the parent's kernel objects.
	 */
	result = io_map_rebuild(base);
	if (notify_reinit(base))
		result = -1;
	if (signals_reinit(base))
		result = -1;
	base_unlock(base);
	return result ? -1 : 0;
}

/* ----------------------------------------------------------------------------- describing */

int event_base_priority_init(struct event_base *base, int priorities)
{
	int result = -1;

	if (!base)
		return -1;
	base_lock(base);
	/* Nor may a callback change the priorities: the loop is running one of the queues. */
	if (!base->active.count && base->active.running_priority < 0 && priorities >= 1 &&
	    priorities < EVENT_MAX_PRIORITIES)
		result = active_init(base, priorities) ? -1 : 0;
	base_unlock(base);
	return result;
}

int event_base_get_npriorities(struct event_base *base)
{
	int priorities;

	if (!base)
		base = current_base;
	if (!base)
		return -1;
	base_lock(base);
	priorities = base->active.priorities;
	base_unlock(base);
	return priorities;
}

const char *event_base_get_method(const struct event_base *base)
{
	return base ? base->backend->name : NULL;
}

int event_base_get_features(const struct event_base *base)
{
	return base ? base->backend->features : 0;
}

const char *event_base_get_timer_structure(const struct event_base *base)
{
	return base ? base->timeouts.name : NULL;
}
