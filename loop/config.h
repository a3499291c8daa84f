/*
 * config.h - what a base is made from: the program's configuration and the environment
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
	uint64_t longest_dispatch; /* ns; UINT64_MAX: without limit */
	int most_callbacks;	   /* INT_MAX: without limit */
	int limited_from;	   /* priority */
	size_t expiry_budget;
	char *structure; /* NULL: the environment's or the default */
	char *method;	 /* NULL: any that is not avoided */
};

/* The structure of a base that was told nothing else. */
#define DEFAULT_STRUCTURE "quad-heap"

/* The value of a variable, unless the base ignores the environment or the process is privileged. */
const char *config_environment(int flags, const char *name);

/* The same for a variable that holds a name. One that is set and empty names nothing: NULL. */
const char *config_environment_name(int flags, const char *name);

/* The flags that the environment adds. */
int config_flags(const struct event_config *config);

/*
 * Whether the configuration and the environment allow this backend. Required features, methods to
 * avoid and EVENT_NO variables hold for a backend that is asked for by name, too.
 */
bool config_allows(const struct event_config *config, const struct backend *backend);

/* Warns that this allows no backend, and says why. */
void config_explain(const struct event_config *config);

#endif
