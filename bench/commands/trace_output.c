/*
 * trace_output.c - makes a trace as a file, or writes it to standard output, a pipe or a device
 */
#include "bench/commands/trace_output.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "bench/message.h"

/* A longer chain of symbolic links counts as a loop, as in the kernel. */
#define MOST_LINKS 40

#define COPY_SIZE 8192

/* A trace to be made. */
struct order {
	const struct trace_request *request;
	const struct trace_watch *watch;
};

static int make(const struct order *order, const char *path)
{
	char error[TRACE_ERROR_SIZE];

	if (trace_request_make(order->request, path, order->watch, error))
		return message_failed("%s", error);
	return 0;
}

/*
 * Replaces the path of a symbolic link by the path that the link contains. That path may not exist
 * yet. Returns 0, 1 if `path` is not a link, or a negative errno.
 */
static int follow_link(char *path, size_t size)
{
	char target[PATH_MAX];
	ssize_t length = readlink(path, target, sizeof(target) - 1);
	const char *slash = strrchr(path, '/');
	size_t folder;

	if (length < 0)
		return errno == EINVAL || errno == ENOENT ? 1 : -errno;
	target[length] = '\0';
	folder = *target == '/' || !slash ? 0 : (size_t)(slash - path) + 1;
	if (folder + (size_t)length >= size)
		return -ENAMETOOLONG;
	strcpy(path + folder, target);
	return 0;
}

static int make_file(const struct order *order, const char *path)
{
	char file[PATH_MAX];
	int result = 0;

	if (snprintf(file, sizeof(file), "%s", path) >= (int)sizeof(file))
		result = -ENAMETOOLONG;
	for (int links = 0; !result; links++)
		result = links < MOST_LINKS ? follow_link(file, sizeof(file)) : -ELOOP;
	return result < 0 ? message_failed("%.200s: %s", path, strerror(-result))
			  : make(order, file);
}

/* Copies all of `from`. Returns 0 or a negative errno. */
static int copy(int from, int to)
{
	char bytes[COPY_SIZE];
	ssize_t length;

	while ((length = read(from, bytes, sizeof(bytes))) > 0) {
		for (ssize_t done = 0, now; done < length; done += now) {
			now = write(to, bytes + done, (size_t)(length - done));
			if (now < 0)
				return -errno;
		}
	}
	return length < 0 ? -errno : 0;
}

/*
 * Makes a trace in a new temporary folder, opens it, and deletes its name and the folder. Returns a
 * descriptor, or -1 after reporting an error.
 */
static int make_unnamed(const struct order *order)
{
	const char *where = getenv("TMPDIR");
	char folder[PATH_MAX], path[PATH_MAX + 16];
	int file = -1;

	snprintf(folder, sizeof(folder), "%s/timerbed-XXXXXX", where && *where ? where : "/tmp");
	if (!mkdtemp(folder)) {
		message_failed("%s: %s", folder, strerror(errno));
		return -1;
	}
	snprintf(path, sizeof(path), "%s/trace", folder);
	if (!make(order, path)) {
		file = open(path, O_RDONLY | O_CLOEXEC);
		if (file < 0)
			message_failed("%s: %s", path, strerror(errno));
		unlink(path);
	}
	rmdir(folder);
	return file;
}

static int stream(const struct order *order, const char *path, int to)
{
	int from = to < 0 ? -1 : make_unnamed(order), result;

	if (to < 0)
		return message_failed("%s: %s", path, strerror(errno));
	if (from < 0)
		return EXIT_FAILED;
	result = copy(from, to);
	close(from);
	return result ? message_failed("%s: cannot write: %s", path, strerror(-result)) : 0;
}

static int stream_to(const struct order *order, const char *path)
{
	int to = open(path, O_WRONLY | O_CLOEXEC | O_NOCTTY), status = stream(order, path, to);

	if (to >= 0)
		close(to);
	return status;
}

int trace_output(const char *path, const struct trace_request *request,
		 const struct trace_watch *watch)
{
	const struct order order = { request, watch };
	struct stat found;

	if (!strcmp(path, "-")) {
		if (isatty(STDOUT_FILENO))
			return message_usage("a trace is not for a terminal: send "
					     "standard output elsewhere, or name a file");
		return stream(&order, "standard output", STDOUT_FILENO);
	}
	if (!*path)
		return message_usage("--out '' names no file");
	if (stat(path, &found) || S_ISREG(found.st_mode))
		return make_file(&order, path);
	if (S_ISFIFO(found.st_mode) || S_ISCHR(found.st_mode))
		return stream_to(&order, path);
	return message_failed("%s: a trace cannot be written to a %s", path,
			      S_ISDIR(found.st_mode)   ? "folder"
			      : S_ISBLK(found.st_mode) ? "block device"
						       : "socket");
}
