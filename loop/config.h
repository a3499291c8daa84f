/*
 * config.h - the settings of a base: the program's configuration and the environment
 *
 * base_new.c and config.c call these functions. They read only the configuration and the
 * environment, and need no lock.
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
	uint64_t longest_dispatch; /* ns; UINT64_MAX is no limit */
	int most_callbacks;	   /* INT_MAX is no limit */
	int limited_from;	   /* the first priority to which both limits apply */
	size_t expiry_budget;	   /* timers in one iteration; 0 is no limit */
	char *structure;	   /* NULL: EVENT_TIMERS or the default chooses */
	char *method;		   /* NULL: EVENT_METHOD or the preference chooses */
};

/* The timer structure, if neither the program nor the environment names one. */
#define DEFAULT_STRUCTURE "quad-heap"

/*
 * Returns the value of an environment variable. Returns NULL if the variable is not set, if `flags`
 * has EVENT_BASE_FLAG_IGNORE_ENV, and in a set-user-ID process.
 */
const char *config_environment(int flags, const char *name);

/* Does the same as config_environment, but also returns NULL for an empty value. */
const char *config_environment_name(int flags, const char *name);

/*
 * Returns the EVENT_BASE_FLAG_ bits of the configuration and the environment. `config` may be NULL,
 * here and in the functions below.
 */
int config_flags(const struct event_config *config);

/*
 * Returns whether the configuration and the environment allow this backend. Required features,
 * avoided methods and EVENT_NO variables also exclude a backend that is requested by name.
 */
bool config_allows(const struct event_config *config, const struct backend *backend);

/* Logs a warning with the reason why no backend is allowed. */
void config_explain(const struct event_config *config);

#endif
