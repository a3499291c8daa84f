/*
 * stress - one round of random programs against the loop: see stress.h
 *
 * scripts/stress runs it repeatedly. The exit status is 0 if the loop kept its promises, 1 if it
 * did not (stderr says how), and 2 for wrong usage. A sanitizer that finds an error ends the round
 * with its own status.
 */
#include "loop/tests/stress/stress.h"

#include <ctype.h>
#include <errno.h>
#include <getopt.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "structures/common/find.h"

struct stress stress = {
	.structure = "quad-heap",
	.backend = "epoll",
	.milliseconds = 2000,
	.patience = 30,
	.threads = true,
};

/* Lets children of a fork continue under ThreadSanitizer. They make no threads. */
const char *__tsan_default_options(void);
const char *__tsan_default_options(void)
{
	return "die_after_fork=0:second_deadlock_stack=1:history_size=3";
}

/*
 * channel_replace closes descriptors that other threads use, on purpose. A signal handler prints
 * stacks.
 */
const char *__tsan_default_suppressions(void);
const char *__tsan_default_suppressions(void)
{
	return "race:channel_replace\nsignal:pthread_getattr_np\nsignal:pthread_attr\n";
}

/* Failing allocations make the loop warn. Prints the warnings only if the user asks for them. */
static void hear(int severity, const char *message)
{
	(void)severity;
	if (stress.verbose)
		fprintf(stderr, "stress: the loop says: %s\n", message);
}

static void list_settings(const char *name, void *data)
{
	const char *const *settings = timer_structure_within(name)->settings_to_test;

	(void)data;
	for (size_t i = 0; settings && settings[i]; i++)
		printf("structure %s%s%s\n", name, *settings[i] ? ":" : "", settings[i]);
	if (!settings)
		printf("structure %s\n", name);
}

/* Lists each setting worth testing, of each structure without a wrapper and under each wrapper. */
static void list_structures(void)
{
	for (size_t i = 0; timer_structures[i]; i++)
		timer_structure_names(timer_structures[i], list_settings, NULL);
}

static void list_backend(const char *name)
{
	struct event_config *config = event_config_new();
	struct event_base *base;

	event_config_require_method(config, name);
	base = event_base_new_with_config(config);
	event_config_free(config);
	if (!base)
		return;
	printf("backend %s\n", name);
	event_base_free(base);
}

/* Lists the backends that this machine has. */
static void list_backends(void)
{
	const char **names = event_get_supported_methods();

	for (size_t i = 0; names[i]; i++)
		list_backend(names[i]);
	list_backend("virtual"); /* event_get_supported_methods leaves it out */
}

static const struct option options[] = {
	{ "structure", required_argument, NULL, 't' },
	{ "backend", required_argument, NULL, 'b' },
	{ "seed", required_argument, NULL, 's' },
	{ "milliseconds", required_argument, NULL, 'm' },
	{ "patience", required_argument, NULL, 'p' },
	{ "fault", required_argument, NULL, 'f' },
	{ "alone", no_argument, NULL, 'a' },
	{ "list", no_argument, NULL, 'l' },
	{ "verbose", no_argument, NULL, 'v' },
	{ NULL, 0, NULL, 0 },
};

static const char usage[] =
	"usage: stress [--structure TEXT] [--backend NAME] [--seed N] [--milliseconds N]\n"
	"              [--alone] [--patience SECONDS] [--fault NAME] [--verbose]\n"
	"       stress --list\n"
	"\n"
	"--alone runs without threads, and so does the backend virtual. --fault breaks the loop\n"
	"on purpose, in one of these ways:\n";

/*
 * Returns the value of an option that takes a whole number. Ends the program for any other text,
 * even if strtoull accepts it.
 */
static unsigned long long number(const char *name, unsigned long long least,
				 unsigned long long most)
{
	unsigned long long value;
	char *rest;

	errno = 0;
	value = strtoull(optarg, &rest, 10);
	if (isdigit((unsigned char)*optarg) && !*rest && !errno && value >= least && value <= most)
		return value;
	fprintf(stderr, "stress: --%s takes a whole number from %llu to %llu, not '%s'\n", name,
		least, most, optarg);
	exit(2);
}

static void take_option(int option)
{
	switch (option) {
	case 't':
		stress.structure = optarg;
		break;
	case 'b':
		stress.backend = optarg;
		break;
	case 's':
		stress.seed = number("seed", 0, UINT64_MAX);
		break;
	case 'm':
		stress.milliseconds = (unsigned)number("milliseconds", 0, UINT_MAX);
		break;
	case 'p':
		/* child.c waits ten times as long */
		stress.patience = (unsigned)number("patience", 1, UINT_MAX / 10);
		break;
	case 'f':
		stress.fault = optarg;
		break;
	case 'a':
		stress.threads = false;
		break;
	case 'v':
		stress.verbose = true;
		break;
	case 'l':
		list_structures();
		list_backends();
		exit(0);
	default:
		fputs(usage, stderr);
		faults_list(stderr);
		exit(2);
	}
}

/*
 * Checks the names before the round, because a wrong name is wrong usage, and not a failed round.
 */
static bool names_are_known(void)
{
	struct event_config *config = event_config_new();
	const char *unknown = NULL;
	struct event_base *base;

	event_config_require_method(config, stress.backend);
	if (event_config_set_timer_structure(config, stress.structure)) {
		unknown = stress.structure;
	} else {
		base = event_base_new_with_config(config);
		if (base)
			event_base_free(base);
		else
			unknown = stress.backend;
	}
	event_config_free(config);
	if (!unknown && stress.fault && !faults_has(stress.fault))
		unknown = stress.fault;
	if (unknown)
		fprintf(stderr, "stress: there is no '%s' here: see --list\n", unknown);
	return !unknown;
}

static unsigned long long value(const atomic_uint_fast64_t *counter)
{
	return atomic_load(counter);
}

int main(int argc, char **argv)
{
	int option;

	event_set_log_callback(hear);
	while ((option = getopt_long(argc, argv, "t:b:s:m:p:f:alv", options, NULL)) != -1)
		take_option(option);
	if (optind < argc) {
		fprintf(stderr, "stress: '%s' is no option\n", argv[optind]);
		return 2;
	}
	stress.is_virtual = !strcmp(stress.backend, "virtual");
	if (stress.is_virtual)
		stress.threads = false;
	if (!names_are_known())
		return 2;
	memory_begin();
	round_run();
	printf("operations %llu callbacks %llu refused %llu failed-allocations %llu signals %llu "
	       "reopened %llu children %llu loops %llu\n",
	       value(&stress.operations), value(&stress.calls), value(&stress.refused),
	       value(&stress.failed_allocations), value(&stress.raised), value(&stress.reopened),
	       value(&stress.children), value(&stress.loops));
	return 0;
}
