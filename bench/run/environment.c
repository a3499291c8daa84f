/*
 * environment.c - describes what a measurement depends on beside the code
 */
#include "bench/run/environment.h"

#include <gnu/libc-version.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>
#include <time.h>
#include <unistd.h>

#include "build_info.h"
#include "bench/cycles.h"
#include "bench/run/limits.h"

/* Reads the first line of a file, without its newline. Returns false if it is missing or empty. */
static bool first_line(const char *path, char *line, size_t size)
{
	FILE *file = fopen(path, "r");
	bool read = file && fgets(line, (int)size, file);

	if (file)
		fclose(file);
	if (read)
		line[strcspn(line, "\n")] = '\0';
	return read && *line;
}

static void set_text(json_t *object, const char *key, const char *text)
{
	json_object_set_new(object, key, json_string(text));
}

/*
 * Reads the value on the first line that begins with `key`. Blanks, ':', '=' and '"' may separate
 * the value from the key. Returns false if no line begins with `key`.
 */
static bool field(const char *path, const char *key, char *value, size_t size)
{
	FILE *file = fopen(path, "r");
	char line[512];
	bool found = false;

	while (file && !found && fgets(line, sizeof(line), file)) {
		char *start = line + strlen(key);

		if (strncmp(line, key, strlen(key)))
			continue;
		start += strspn(start, " \t:=\"");
		start[strcspn(start, "\"\n")] = '\0';
		snprintf(value, size, "%s", start);
		found = true;
	}
	if (file)
		fclose(file);
	return found;
}

/* Reads the word in brackets, as in "always [madvise] never". Stores "unknown" if there is none. */
static void bracketed(const char *path, char *word, size_t size)
{
	char line[128], *begin;

	snprintf(word, size, "unknown");
	if (!first_line(path, line, sizeof(line)) || !(begin = strchr(line, '[')))
		return;
	begin++;
	begin[strcspn(begin, "]")] = '\0';
	snprintf(word, size, "%s", begin);
}

static void describe_machine(json_t *environment)
{
	struct utsname kernel;
	char text[256];

	if (field("/proc/cpuinfo", "model name", text, sizeof(text)))
		set_text(environment, "cpu", text);
	json_object_set_new(environment, "cores", json_integer(sysconf(_SC_NPROCESSORS_ONLN)));
	if (field("/proc/meminfo", "MemTotal", text, sizeof(text)))
		json_object_set_new(environment, "memory_gib",
				    json_real(strtod(text, NULL) / 0x1p20));
	if (!uname(&kernel)) {
		set_text(environment, "architecture", kernel.machine);
		set_text(environment, "kernel", kernel.release);
	}
	if (field("/etc/os-release", "PRETTY_NAME", text, sizeof(text)))
		set_text(environment, "os", text);
	if (first_line("/sys/class/dmi/id/product_name", text, sizeof(text)))
		set_text(environment, "machine", text);
	if (!first_line("/sys/devices/system/cpu/cpu0/cpufreq/scaling_governor", text,
			sizeof(text)))
		snprintf(text, sizeof(text), "none visible");
	set_text(environment, "governor", text);
	bracketed("/sys/kernel/mm/transparent_hugepage/enabled", text, sizeof(text));
	set_text(environment, "huge_pages", text);
	if (first_line("/sys/devices/system/clocksource/clocksource0/current_clocksource", text,
		       sizeof(text)))
		set_text(environment, "clocksource", text);
	json_object_set_new(environment, "cycles_per_ns", json_real(cycles_per_ns()));
}

/*
 * Describes the caches as the kernel reports them. On a shared machine, other guests also use the
 * last-level cache.
 */
static void describe_caches(json_t *environment)
{
	for (int i = 0; i < 8; i++) {
		char path[128], level[16], type[32], size[32], key[32];

		snprintf(path, sizeof(path), "/sys/devices/system/cpu/cpu0/cache/index%d/level", i);
		if (!first_line(path, level, sizeof(level)))
			return;
		snprintf(path, sizeof(path), "/sys/devices/system/cpu/cpu0/cache/index%d/type", i);
		if (!first_line(path, type, sizeof(type)) || !strcmp(type, "Instruction"))
			continue;
		snprintf(path, sizeof(path), "/sys/devices/system/cpu/cpu0/cache/index%d/size", i);
		if (!first_line(path, size, sizeof(size)))
			continue;
		snprintf(key, sizeof(key), "cache_level_%.2s", level);
		set_text(environment, key, size);
	}
}

json_t *environment_describe(void)
{
	json_t *environment = json_object();
	char date[32];
	time_t now = time(NULL);
	struct tm utc;

	strftime(date, sizeof(date), "%Y-%m-%dT%H:%M:%SZ", gmtime_r(&now, &utc));
	set_text(environment, "date", date);
	describe_machine(environment);
	describe_caches(environment);
	limits_describe("", environment);
	set_text(environment, "version", BUILD_VERSION);
	set_text(environment, "compiler", BUILD_COMPILER);
	set_text(environment, "libc", gnu_get_libc_version());
	set_text(environment, "flags", BUILD_FLAGS);
	set_text(environment, "revision", BUILD_REVISION);
#ifdef NDEBUG
	set_text(environment, "assertions", "off");
#else
	set_text(environment, "assertions", "on");
#endif
	json_object_set_new(environment, "load", json_real(environment_load()));
	return environment;
}

json_t *environment_for_records(const json_t *environment)
{
	static const char *const keys[] = {
		"governor", "huge_pages", "compiler",	"libc", "flags",
		"version",  "revision",	  "assertions", "cpu",
	};
	json_t *repeated = json_object();

	for (size_t i = 0; i < sizeof(keys) / sizeof(*keys); i++)
		if (json_object_get(environment, keys[i]))
			json_object_set(repeated, keys[i], json_object_get(environment, keys[i]));
	return repeated;
}

uint64_t environment_steal(void)
{
	unsigned long long steal = 0;
	char line[256];

	/* The fields are: cpu user nice system idle iowait irq softirq steal (proc(5)). */
	if (first_line("/proc/stat", line, sizeof(line)))
		sscanf(line, "cpu %*u %*u %*u %*u %*u %*u %*u %llu", &steal);
	return steal;
}

double environment_load(void)
{
	double load = 0;

	return getloadavg(&load, 1) == 1 ? load : 0;
}
