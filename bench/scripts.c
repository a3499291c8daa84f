/* scripts.c - finds and runs the scripts that come with the program */
#include "bench/scripts.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "bench/message.h"

int scripts_find(const char *name, char *path, size_t size)
{
	char program[SCRIPTS_PATH_SIZE];
	ssize_t length = readlink("/proc/self/exe", program, sizeof(program) - 1);

	if (length <= 0)
		return -ENOENT;
	program[length] = '\0';
	*strrchr(program, '/') = '\0';
	for (size_t i = 0; i < 2; i++) {
		snprintf(path, size, i ? "%s/../share/timerbed/%s" : "%s/../%s", program, name);
		if (!access(path, R_OK))
			return 0;
	}
	return -ENOENT;
}

int scripts_become(const char *name, int argc, char **argv)
{
	char path[SCRIPTS_PATH_SIZE];
	char **words = calloc((size_t)argc + 1, sizeof(*words));

	if (!words)
		return message_failed("out of memory");
	if (scripts_find(name, path, sizeof(path)))
		return message_failed("%s is not beside the program", name);
	words[0] = path;
	memcpy(words + 1, argv + 1, (size_t)(argc - 1) * sizeof(*words));
	fflush(NULL);
	execv(path, words);
	return message_failed("%s: %s", path, strerror(errno));
}
