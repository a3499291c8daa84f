/* limits-test.c - the limits of control groups, read from folders that imitate /proc and /sys */
#include <errno.h>
#include <jansson.h>
#include <limits.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "bench/run/limits.h"

#define MIB (UINT64_C(1) << 20)

/* A file of an imitated machine. */
struct imitation {
	const char *path, *text;
};

/*
 * 8 GiB are available. A group of version 2 is in a group whose limits are stricter, except for
 * usage.
 */
static const struct imitation version_2[] = {
	{ "proc/meminfo", "MemTotal: 16777216 kB\nMemAvailable:    8388608 kB\n" },
	{ "proc/self/cgroup", "0::/outer/inner\n" },
	{ "proc/self/mountinfo", "22 1 0:20 / /proc rw - proc proc rw\n"
				 "30 22 0:27 / /sys/fs/cgroup rw shared:4 - cgroup2 cgroup2 rw\n" },
	{ "sys/fs/cgroup/outer/inner/memory.max", "max\n" },
	{ "sys/fs/cgroup/outer/inner/memory.current", "10485760\n" },
	{ "sys/fs/cgroup/outer/memory.max", "1073741824\n" },
	{ "sys/fs/cgroup/outer/memory.current", "536870912\n" },
	{ "sys/fs/cgroup/outer/memory.stat",
	  "anon 1\nfile 2\ninactive_file 104857600\nactive_file 52428800\n" },
	{ "sys/fs/cgroup/outer/inner/cpu.max", "max 100000\n" },
	{ "sys/fs/cgroup/outer/cpu.max", "150000 100000\n" },
	{ "sys/fs/cgroup/outer/inner/cpuset.cpus.effective", "0-1,4\n" },
	{ 0 },
};

/* Version 1: each controller has its own tree. */
static const struct imitation version_1[] = {
	{ "proc/meminfo", "MemAvailable: 8388608 kB\n" },
	{ "proc/self/cgroup", "9:cpuset:/set\n5:cpu,cpuacct:/share\n4:memory:/a/b\n"
			      "1:name=systemd:/\n" },
	{ "proc/self/mountinfo",
	  "31 30 0:28 / /sys/fs/cgroup/cpu,cpuacct rw - cgroup cgroup rw,cpu,cpuacct\n"
	  "33 30 0:30 / /sys/fs/cgroup/cpuset rw - cgroup cgroup rw,cpuset\n"
	  "34 30 0:31 / /sys/fs/cgroup/memory rw - cgroup cgroup rw,memory\n" },
	{ "sys/fs/cgroup/memory/memory.limit_in_bytes", "9223372036854771712\n" },
	{ "sys/fs/cgroup/memory/a/memory.limit_in_bytes", "268435456\n" },
	{ "sys/fs/cgroup/memory/a/memory.usage_in_bytes", "67108864\n" },
	{ "sys/fs/cgroup/memory/a/b/memory.limit_in_bytes", "536870912\n" },
	{ "sys/fs/cgroup/memory/a/b/memory.usage_in_bytes", "67108864\n" },
	{ "sys/fs/cgroup/memory/a/b/memory.stat", "inactive_file 1\n" },
	{ "sys/fs/cgroup/cpu,cpuacct/share/cpu.cfs_quota_us", "50000\n" },
	{ "sys/fs/cgroup/cpu,cpuacct/share/cpu.cfs_period_us", "100000\n" },
	{ "sys/fs/cgroup/cpu,cpuacct/cpu.cfs_quota_us", "-1\n" },
	{ "sys/fs/cgroup/cpu,cpuacct/cpu.cfs_period_us", "100000\n" },
	{ "sys/fs/cgroup/cpuset/set/cpuset.cpus", "1\n" },
	{ 0 },
};

/* Both versions: version 1 limits the memory, version 2 the share of processors. */
static const struct imitation hybrid[] = {
	{ "proc/meminfo", "MemAvailable: 8388608 kB\n" },
	{ "proc/self/cgroup", "4:memory:/a\n0::/b\n" },
	{ "proc/self/mountinfo", "34 30 0:31 / /sys/fs/cgroup/memory rw - cgroup cgroup rw,memory\n"
				 "40 30 0:37 / /sys/fs/cgroup/unified rw - cgroup2 cgroup2 rw\n" },
	{ "sys/fs/cgroup/memory/a/memory.limit_in_bytes", "134217728\n" },
	{ "sys/fs/cgroup/memory/a/memory.usage_in_bytes", "0\n" },
	{ "sys/fs/cgroup/unified/b/cpu.max", "25000 50000\n" },
	{ 0 },
};

/* In a container, the mount begins with the group that /proc/self/cgroup names. */
static const struct imitation container[] = {
	{ "proc/meminfo", "MemAvailable: 8388608 kB\n" },
	{ "proc/self/cgroup", "4:memory:/docker/0123\n" },
	{ "proc/self/mountinfo",
	  "34 30 0:31 /docker/0123 /sys/fs/cgroup/memory rw - cgroup cgroup rw,memory\n" },
	{ "sys/fs/cgroup/memory/memory.limit_in_bytes", "33554432\n" },
	{ "sys/fs/cgroup/memory/memory.usage_in_bytes", "16777216\n" },
	{ "sys/fs/cgroup/memory/memory.stat", "total_inactive_file 8388608\n" },
	{ 0 },
};

/*
 * memory.high slows a group down before memory.max kills its processes. The group is the root of
 * the tree.
 */
static const struct imitation high[] = {
	{ "proc/meminfo", "MemAvailable: 1048576 kB\n" },
	{ "proc/self/cgroup", "0::/\n" },
	{ "proc/self/mountinfo", "30 22 0:27 / /sys/fs/cgroup rw - cgroup2 cgroup2 rw\n" },
	{ "sys/fs/cgroup/memory.max", "268435456\n" },
	{ "sys/fs/cgroup/memory.high", "134217728\n" },
	{ "sys/fs/cgroup/memory.current", "268435456\n" },
	{ 0 },
};

static const struct imitation none[] = {
	{ "proc/meminfo", "MemAvailable: 1048576 kB\n" },
	{ "proc/self/cgroup", "0::/\n" },
	{ "proc/self/mountinfo", "30 22 0:27 / /sys/fs/cgroup rw - cgroup2 cgroup2 rw\n" },
	{ 0 },
};

static const struct imitation nothing[] = { { "proc/empty", "" }, { 0 } };

static void make_folders(char *path)
{
	for (char *slash = strchr(path + 1, '/'); slash; slash = strchr(slash + 1, '/')) {
		*slash = '\0';
		assert_true(!mkdir(path, 0777) || errno == EEXIST);
		*slash = '/';
	}
}

static void imitate(const struct imitation *files, char *root)
{
	strcpy(root, "/tmp/limits-test-XXXXXX");
	assert_non_null(mkdtemp(root));
	for (; files->path; files++) {
		char path[PATH_MAX];
		FILE *file;

		snprintf(path, sizeof(path), "%s/%s", root, files->path);
		make_folders(path);
		file = fopen(path, "w");
		assert_non_null(file);
		fputs(files->text, file);
		assert_int_equal(fclose(file), 0);
	}
}

static void forget(const char *root)
{
	char command[128];

	snprintf(command, sizeof(command), "rm -r %s", root);
	assert_int_equal(system(command), 0);
}

/* Checks the values that are read from an imitation. If a limit is 0 or "", there must be none. */
static void check(const struct imitation *files, uint64_t available, double limit_mib,
		  double processors, const char *cpuset)
{
	json_t *environment = json_object(), *found;
	char root[64];

	imitate(files, root);
	assert_int_equal(limits_memory_available(root), available);
	limits_describe(root, environment);
	found = json_object_get(environment, "memory_limit_gib");
	assert_int_equal(found != NULL, limit_mib > 0);
	assert_true(json_number_value(found) * 1024 == limit_mib);
	found = json_object_get(environment, "cpu_limit");
	assert_int_equal(found != NULL, processors > 0);
	assert_true(json_number_value(found) == processors);
	found = json_object_get(environment, "cpuset");
	assert_string_equal(found ? json_string_value(found) : "", cpuset);
	json_decref(environment);
	forget(root);
}

static void test_version_2(void **state)
{
	(void)state;
	/* 512 of 1024 MiB are used, 150 of them for files that the kernel can drop. */
	check(version_2, 662 * MIB, 1024, 1.5, "0-1,4");
}

static void test_version_1(void **state)
{
	(void)state;
	check(version_1, 192 * MIB, 256, 0.5, "1");
}

static void test_hybrid(void **state)
{
	(void)state;
	check(hybrid, 128 * MIB, 128, 0.5, "");
}

static void test_container(void **state)
{
	(void)state;
	check(container, 24 * MIB, 32, 0, "");
}

static void test_high(void **state)
{
	(void)state;
	check(high, 0, 128, 0, "");
}

static void test_no_limit(void **state)
{
	(void)state;
	check(none, 1024 * MIB, 0, 0, "");
	check(nothing, UINT64_MAX, 0, 0, "");
}

static void test_this_machine(void **state)
{
	(void)state;
	assert_true(limits_memory_available("") > 0);
	assert_true(limits_memory_available("") < UINT64_MAX);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_version_2),    cmocka_unit_test(test_version_1),
		cmocka_unit_test(test_hybrid),	     cmocka_unit_test(test_container),
		cmocka_unit_test(test_high),	     cmocka_unit_test(test_no_limit),
		cmocka_unit_test(test_this_machine),
	};
	int failed = cmocka_run_group_tests(tests, NULL, NULL);

	printf("%zu passed, %d failed\n", sizeof(tests) / sizeof(*tests) - (size_t)failed, failed);
	return failed != 0;
}
