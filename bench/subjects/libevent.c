/*
 * libevent - the real library, unmodified, as the distribution ships it
 *
 * The library is loaded when it is first needed. So the program builds and runs without the
 * library, and the library's functions stay separate from those of this project's loop, which have
 * the same names. `libevent` gives each event a timeout of its own, as most programs do.
 * `libevent-common` uses event_base_init_common_timeout for each duration, as libevent's
 * documentation recommends for many events of one duration, until the base's 256 queues are in use.
 * `libevent-precise` uses the precise clock.
 */
#include <dlfcn.h>
#include <errno.h>
#include <malloc.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <event2/event.h>

#include "bench/replay/event_replay.h"

_Static_assert(EVENT_API_TIMEOUT == EV_TIMEOUT && EVENT_API_READ == EV_READ &&
		       EVENT_API_PERSIST == EV_PERSIST,
	       "the drivers' bits are the library's");

#define LIBRARY "libevent_core-2.1.so.7"

/* The offset of each function in struct event_api, and its name in the library. */
static const struct {
	size_t offset;
	const char *symbol;
} symbols[] = {
	{ offsetof(struct event_api, config_new), "event_config_new" },
	{ offsetof(struct event_api, config_free), "event_config_free" },
	{ offsetof(struct event_api, config_set_flag), "event_config_set_flag" },
	{ offsetof(struct event_api, base_new), "event_base_new_with_config" },
	{ offsetof(struct event_api, base_free), "event_base_free" },
	{ offsetof(struct event_api, priority_init), "event_base_priority_init" },
	{ offsetof(struct event_api, common_timeout), "event_base_init_common_timeout" },
	{ offsetof(struct event_api, assign), "event_assign" },
	{ offsetof(struct event_api, priority_set), "event_priority_set" },
	{ offsetof(struct event_api, add), "event_add" },
	{ offsetof(struct event_api, del), "event_del" },
	{ offsetof(struct event_api, loop), "event_base_loop" },
	{ offsetof(struct event_api, loopbreak), "event_base_loopbreak" },
	{ offsetof(struct event_api, event_size), "event_get_struct_event_size" },
};

static struct event_api api;

/*
 * The bytes that the library has allocated. libevent does not report them, but a program may
 * replace its allocation functions. Events belong to the program and are not included.
 */
static size_t held;

static void *count_malloc(size_t size)
{
	void *memory = malloc(size);

	held += malloc_usable_size(memory);
	return memory;
}

static void *count_realloc(void *memory, size_t size)
{
	size_t before = malloc_usable_size(memory);
	void *moved = realloc(memory, size);

	if (moved || !size)
		held += malloc_usable_size(moved) - before;
	return moved;
}

static void count_free(void *memory)
{
	held -= malloc_usable_size(memory);
	free(memory);
}
static char version[64]; /* recorded in place of a source hash */

/*
 * Loads the library and fills the table. Does nothing if the library is already loaded. Returns 0,
 * or -ENOENT with a line in `error`.
 */
static int load(char *error)
{
	void (*set_memory)(void *(*)(size_t), void *(*)(void *, size_t), void (*)(void *));
	const char *(*get_version)(void);
	void *library;

	if (api.add)
		return 0;
	library = dlopen(LIBRARY, RTLD_NOW | RTLD_LOCAL);
	if (!library) {
		snprintf(error, SUBJECT_ERROR_SIZE,
			 "libevent: %s is not installed (package libevent-core-2.1-7)", LIBRARY);
		return -ENOENT;
	}
	for (size_t i = 0; i < sizeof(symbols) / sizeof(*symbols); i++) {
		void *symbol = dlsym(library, symbols[i].symbol);

		if (!symbol) {
			snprintf(error, SUBJECT_ERROR_SIZE, "libevent: %s has no %s", LIBRARY,
				 symbols[i].symbol);
			return -ENOENT;
		}
		memcpy((char *)&api + symbols[i].offset, &symbol, sizeof(symbol));
	}
	*(void **)&get_version = dlsym(library, "event_get_version");
	*(void **)&set_memory = dlsym(library, "event_set_mem_functions");
	if (set_memory)
		set_memory(count_malloc, count_realloc, count_free);
	snprintf(version, sizeof(version), "libevent %s", get_version ? get_version() : "?");
	return 0;
}

static const struct {
	const char *name, *summary;
} names[] = {
	{ "libevent", "libevent 2.1 from the distribution, with its own heap" },
	{ "libevent-common", "libevent 2.1 with a common timeout for every duration" },
	{ "libevent-precise", "libevent 2.1 with EVENT_BASE_FLAG_PRECISE_TIMER" },
};

static void libevent_list(void (*visit)(const char *name, const char *summary, void *data),
			  void *data)
{
	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++)
		visit(names[i].name, names[i].summary, data);
}

static int libevent_resolve(struct subject *subject, char *error)
{
	bool known = false;

	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++)
		known |= !strcmp(subject->target, names[i].name);
	if (!known)
		return -ENOENT;
	if (load(error))
		return -EINVAL;
	subject->kind = "library";
	subject->library = version;
	subject->code[DISPATCH_VTABLE] = &event_replay_code;
	return 0;
}

/*
 * Makes a base without locks that ignores environment variables, like the bases of this project's
 * loop.
 */
static int make(const struct subject *subject, struct event_base **base)
{
	struct event_config *config = api.config_new();
	int flags = EVENT_BASE_FLAG_NOLOCK | EVENT_BASE_FLAG_IGNORE_ENV;

	if (!config)
		return -ENOMEM;
	if (strstr(subject->target, "precise"))
		flags |= EVENT_BASE_FLAG_PRECISE_TIMER;
	api.config_set_flag(config, flags);
	*base = api.base_new(config);
	api.config_free(config);
	return *base ? 0 : -ENOMEM;
}

static size_t libevent_footprint(struct event_base *base)
{
	(void)base;
	return held;
}

static void libevent_loop(const struct subject *subject, struct event_setting *setting)
{
	*setting = (struct event_setting){
		.api = &api,
		.common = !strcmp(subject->target, "libevent-common"),
		.make = make,
		.footprint = libevent_footprint,
	};
}

const struct subject_family subject_libevent = {
	.name = "libevent",
	.summary = "libevent 2.1 as the distribution ships it, in simulated time",
	.explanation =
		"The unmodified shared library, driven through its public interface in simulated\n"
		"time: a callback inside its loop replays the trace. There are no locks. libevent\n"
		"keeps a binary heap of pointers to events; libevent-common puts each duration\n"
		"into a queue of its own with event_base_init_common_timeout.",
	.list = libevent_list,
	.resolve = libevent_resolve,
	.open = event_replay_open,
	.close = event_replay_close,
	.loop = libevent_loop,
	.footprint = event_replay_footprint,
	.pending = event_replay_pending,
};
