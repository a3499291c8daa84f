/*
 * limits.c - reads the limits of control groups; see cgroups(7) and the kernel's cgroup-v2.rst
 */
#include "bench/run/limits.h"

#include <inttypes.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The names of a controller's files in one version of control groups. */
struct files {
	const char *controller;	    /* "" for version 2, which has all in one tree */
	const char *limits[2];	    /* bytes */
	const char *usage;	    /* bytes */
	const char *caches[2];	    /* keys in memory.stat: bytes that can be dropped */
	const char *quota, *period; /* us; version 2 has both in one file */
	const char *cpusets[2];	    /* the first that is not empty counts */
};

static const struct files versions[] = {
	{ .controller = "",
	  .limits = { "memory.max", "memory.high" },
	  .usage = "memory.current",
	  .caches = { "inactive_file", "active_file" },
	  .quota = "cpu.max",
	  .cpusets = { "cpuset.cpus.effective", "cpuset.cpus" } },
	{ .controller = "memory",
	  .limits = { "memory.limit_in_bytes" },
	  .usage = "memory.usage_in_bytes",
	  .caches = { "total_inactive_file", "total_active_file" } },
	{ .controller = "cpu", .quota = "cpu.cfs_quota_us", .period = "cpu.cfs_period_us" },
	{ .controller = "cpuset", .cpusets = { "cpuset.effective_cpus", "cpuset.cpus" } },
};

#define VERSIONS (sizeof(versions) / sizeof(*versions))

/* Version 1 writes the largest multiple of a page if there is no limit. */
#define NO_LIMIT (UINT64_C(1) << 62)

struct limits {
	uint64_t available, memory; /* bytes; UINT64_MAX for none */
	double processors;	    /* 0 for no limit */
	char cpuset[256];
};

static bool read_line(const char *folder, const char *name, char *line, size_t size)
{
	char path[PATH_MAX + 64];
	FILE *file;
	bool read;

	if (!name)
		return false;
	snprintf(path, sizeof(path), "%s/%s", folder, name);
	file = fopen(path, "r");
	read = file && fgets(line, (int)size, file);
	if (file)
		fclose(file);
	if (read)
		line[strcspn(line, "\n")] = '\0';
	return read && *line;
}

/*
 * Returns the number after `key` on the line that begins with `key`, or 0 if there is no such line.
 */
static uint64_t number_after(const char *path, const char *key)
{
	FILE *file = fopen(path, "r");
	size_t length = key ? strlen(key) : 0;
	uint64_t number = 0;
	char line[256];

	while (file && key && fgets(line, sizeof(line), file))
		if (!strncmp(line, key, length) && strchr(" :", line[length])) {
			number = strtoull(line + length + 1, NULL, 10);
			break;
		}
	if (file)
		fclose(file);
	return number;
}

/*
 * Returns the number of bytes that a file contains. Returns UINT64_MAX for "max", for a number that
 * means no limit, and if there is no file.
 */
static uint64_t bytes_in(const char *folder, const char *name)
{
	char line[64], *end;
	uint64_t number;

	if (!read_line(folder, name, line, sizeof(line)))
		return UINT64_MAX;
	number = strtoull(line, &end, 10);
	return end == line || number >= NO_LIMIT ? UINT64_MAX : number;
}

static void read_memory(const char *folder, const struct files *files, struct limits *limits)
{
	uint64_t limit = bytes_in(folder, files->limits[0]), usage, left;
	uint64_t high = bytes_in(folder, files->limits[1]);
	char path[PATH_MAX + 64];

	if (high < limit)
		limit = high;
	if (limit == UINT64_MAX)
		return;
	if (limit < limits->memory)
		limits->memory = limit;
	usage = bytes_in(folder, files->usage);
	snprintf(path, sizeof(path), "%s/memory.stat", folder);
	for (size_t i = 0; i < 2 && usage != UINT64_MAX; i++) {
		uint64_t cache = number_after(path, files->caches[i]);

		usage -= cache < usage ? cache : usage;
	}
	if (usage == UINT64_MAX)
		usage = 0;
	left = limit > usage ? limit - usage : 0;
	if (left < limits->available)
		limits->available = left;
}

static void read_processors(const char *folder, const struct files *files, struct limits *limits)
{
	char line[64], more[64], *period = more;
	double share;

	if (!read_line(folder, files->quota, line, sizeof(line)))
		return;
	if (!files->period)
		period = line + strcspn(line, " ");
	else if (!read_line(folder, files->period, more, sizeof(more)))
		return;
	/* "max" and -1 are no limit. */
	share = strtod(line, NULL) > 0 && strtod(period, NULL) > 0
			? strtod(line, NULL) / strtod(period, NULL)
			: 0;
	if (share > 0 && (!(limits->processors > 0) || share < limits->processors))
		limits->processors = share;
}

/* Stores the processors of the innermost group that lists any. */
static void read_cpuset(const char *folder, const struct files *files, struct limits *limits)
{
	for (size_t i = 0; i < 2 && !*limits->cpuset; i++)
		if (!read_line(folder, files->cpusets[i], limits->cpuset, sizeof(limits->cpuset)))
			*limits->cpuset = '\0';
}

/* Returns whether a comma-separated list has the word. */
static bool has_word(const char *list, const char *word)
{
	size_t length = strlen(word);

	while (list) {
		if (!strncmp(list, word, length) && (list[length] == ',' || !list[length]))
			return true;
		list = strchr(list, ',');
		list += list != NULL;
	}
	return false;
}

/* Reads the group of this process in a controller's tree from /proc/self/cgroup. */
static bool find_group(const char *root, const struct files *files, char *group, size_t size)
{
	char path[PATH_MAX], line[PATH_MAX];
	bool found = false;
	FILE *file;

	snprintf(path, sizeof(path), "%s/proc/self/cgroup", root);
	file = fopen(path, "r");
	while (file && !found && fgets(line, sizeof(line), file)) {
		char *controllers = strchr(line, ':'), *where;

		where = controllers ? strchr(++controllers, ':') : NULL;
		if (!where)
			continue;
		*where++ = '\0';
		where[strcspn(where, "\n")] = '\0';
		found = *files->controller ? has_word(controllers, files->controller)
					   : !*controllers;
		snprintf(group, size, "%s", where);
	}
	if (file)
		fclose(file);
	return found;
}

/*
 * Returns whether a line of mountinfo describes a mount of the controller's tree. The line has the
 * form "... ROOT POINT OPTIONS ... - TYPE SOURCE MORE".
 */
static bool is_mount(char *line, const struct files *files, char **top, char **point)
{
	char *rest = strstr(line, " - "), *type, *more, *word, *place;

	if (!rest)
		return false;
	*rest = '\0';
	type = strtok_r(rest + 3, " \n", &place);
	strtok_r(NULL, " \n", &place);
	more = strtok_r(NULL, " \n", &place);
	if (!type || !more || strcmp(type, *files->controller ? "cgroup" : "cgroup2") ||
	    (*files->controller && !has_word(more, files->controller)))
		return false;
	word = strtok_r(line, " ", &place); /* the numbers of the mount, its parent, its device */
	for (int i = 0; i < 2 && word; i++)
		word = strtok_r(NULL, " ", &place);
	*top = strtok_r(NULL, " ", &place);
	*point = strtok_r(NULL, " ", &place);
	return *top && *point;
}

/*
 * Stores where the tree is mounted (`point`), and the group that is the root of the mount (`top`).
 */
static bool find_mount(const char *root, const struct files *files, char *top, char *point,
		       size_t size)
{
	char path[PATH_MAX], line[PATH_MAX], *begins, *mounted;
	bool found = false;
	FILE *file;

	snprintf(path, sizeof(path), "%s/proc/self/mountinfo", root);
	file = fopen(path, "r");
	while (file && !found && fgets(line, sizeof(line), file)) {
		found = is_mount(line, files, &begins, &mounted);
		if (!found)
			continue;
		snprintf(top, size, "%s", begins);
		snprintf(point, size, "%s%s", root, mounted);
	}
	if (file)
		fclose(file);
	return found;
}

/*
 * Reads the limits of this process's group and of all groups above it, up to the root of the mount.
 */
static void read_tree(const char *root, const struct files *files, struct limits *limits)
{
	char group[PATH_MAX / 2 - 1], top[PATH_MAX / 2 - 1], point[PATH_MAX / 2 - 1];
	char folder[PATH_MAX];
	const char *below = group;
	size_t shortest;

	if (!find_group(root, files, group, sizeof(group)) ||
	    !find_mount(root, files, top, point, sizeof(top)))
		return;
	/*
	 * In a container the root of the mount is the container's group, or the group lies outside
	 * the mount ("/..").
	 */
	if (strcmp(top, "/") && !strncmp(group, top, strlen(top)))
		below += strlen(top);
	if (!strncmp(below, "/..", 3) || !strcmp(below, "/"))
		below = "";
	shortest = strlen(point);
	snprintf(folder, sizeof(folder), "%s%s", point, below);
	for (;;) {
		read_memory(folder, files, limits);
		read_processors(folder, files, limits);
		read_cpuset(folder, files, limits);
		if (strlen(folder) <= shortest)
			return;
		*strrchr(folder, '/') = '\0';
	}
}

static struct limits read_limits(const char *root)
{
	struct limits limits = { .available = UINT64_MAX, .memory = UINT64_MAX };

	for (size_t i = 0; i < VERSIONS; i++)
		read_tree(root, &versions[i], &limits);
	return limits;
}

uint64_t limits_memory_available(const char *root)
{
	char path[PATH_MAX];
	struct limits limits = read_limits(root);
	uint64_t kib;

	snprintf(path, sizeof(path), "%s/proc/meminfo", root);
	kib = number_after(path, "MemAvailable");
	return kib && kib * 1024 < limits.available ? kib * 1024 : limits.available;
}

void limits_describe(const char *root, json_t *environment)
{
	struct limits limits = read_limits(root);

	if (limits.memory != UINT64_MAX)
		json_object_set_new(environment, "memory_limit_gib",
				    json_real((double)limits.memory / 0x1p30));
	if (limits.processors > 0)
		json_object_set_new(environment, "cpu_limit", json_real(limits.processors));
	if (*limits.cpuset)
		json_object_set_new(environment, "cpuset", json_string(limits.cpuset));
}
