/*
 * config.h - the settings of a base: the program's configuration and the environment
 */
#ifndef CONFIG_H
#define CONFIG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct backend;
struct event_base;

struct avoided_method {
	struct avoided_method *next;
	char name[];
};

struct event_config {
	struct avoided_method *avoided;
	int features;
	int flags;
	int cpus;
	uint64_t longest_dispatch; /* ns; UINT64_MAX: no limit */
	int most_callbacks;	   /* INT_MAX: no limit */
	int limited_from;	   /* first priority with these limits */
	size_t expiry_budget;
	char *structure; /* NULL: EVENT_TIMERS or the default */
	char *method;	 /* NULL: any backend that is not avoided */
};

/* The structure of a base for which neither the program nor the environment names one. */
#define DEFAULT_STRUCTURE "quad-heap"

/* A variable's value. NULL if it is not set, with IGNORE_ENV, or in a set-user-ID process. */
const char *config_environment(int flags, const char *name);

/* The same for a variable that holds a name: an empty value counts as not set. */
const char *config_environment_name(int flags, const char *name);

/* The flags of the configuration and of the environment. `config` may be NULL. */
int config_flags(const struct event_config *config);

/*
 * Whether the configuration and the environment allow this backend. Required features, avoided
 * methods and EVENT_NO variables also exclude a backend that is asked for by name.
 */
bool config_allows(const struct event_config *config, const struct backend *backend);

/* Logs a warning that no backend is allowed, and why. */
void config_explain(const struct event_config *config);

#endif
