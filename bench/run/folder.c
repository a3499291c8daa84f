/*
 * folder.c - makes, locks and clears a run's folder
 */
#include "bench/run/folder.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#define LOCK "run.lock"

/* What a run and its report leave in the folder: files, and folders that contain only files. */
static const char *const files[] = { "cells.jsonl",   "cells.jsonl.zst", "cells.jsonl.new",
				     "partial.jsonl", "env.json",	 "experiment.ini",
				     "run.json",      "report.html" };
static const char *const folders[] = { "hyperfine", "data", "figures" };

#define FILES	(sizeof(files) / sizeof(*files))
#define FOLDERS (sizeof(folders) / sizeof(*folders))

int folder_make(const char *path)
{
	char partial[PATH_MAX];
	size_t length = strlen(path);

	if (length >= sizeof(partial))
		return -ENAMETOOLONG;
	for (size_t i = 1; i <= length; i++) {
		if (path[i] != '/' && path[i] != '\0')
			continue;
		memcpy(partial, path, i);
		partial[i] = '\0';
		if (mkdir(partial, 0777) && errno != EEXIST)
			return -errno;
	}
	return 0;
}

static int failed(const char *path, int error, char *text)
{
	snprintf(text, FOLDER_ERROR_SIZE, "%.300s: %s", path, strerror(error));
	return -error;
}

/*
 * Returns whether `path` still names the open file. The previous owner of the lock may have deleted
 * it.
 */
static bool is_named(const char *path, int file)
{
	struct stat opened, named;

	return !fstat(file, &opened) && !stat(path, &named) && opened.st_dev == named.st_dev &&
	       opened.st_ino == named.st_ino;
}

/*
 * Writes into the lock file which process has locked the folder. Only people read this text, so it
 * may be lost if the disk is full.
 */
static void sign(int file)
{
	char host[128] = "?", date[32];
	time_t now = time(NULL);
	struct tm utc;

	gethostname(host, sizeof(host) - 1);
	strftime(date, sizeof(date), "%Y-%m-%dT%H:%M:%SZ", gmtime_r(&now, &utc));
	if (!ftruncate(file, 0))
		dprintf(file, "process %d on %s since %s\n", (int)getpid(), host, date);
}

static int say_owner(const char *folder, int file, char *error)
{
	char owner[256];
	ssize_t length = pread(file, owner, sizeof(owner) - 1, 0);

	owner[length > 0 ? length : 0] = '\0';
	owner[strcspn(owner, "\n")] = '\0';
	snprintf(error, FOLDER_ERROR_SIZE, "%.200s is in use by another run: %s", folder,
		 *owner ? owner : "it has just begun");
	return -EBUSY;
}

int folder_lock(const char *folder, char *error)
{
	char path[PATH_MAX];

	snprintf(path, sizeof(path), "%s/" LOCK, folder);
	for (;;) {
		int file = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0666), reason;

		if (file < 0)
			return failed(path, errno, error);
		if (flock(file, LOCK_EX | LOCK_NB)) {
			reason = errno == EWOULDBLOCK ? say_owner(folder, file, error)
						      : failed(path, errno, error);
			close(file);
			return reason;
		}
		if (is_named(path, file)) {
			sign(file);
			return file;
		}
		close(file);
	}
}

void folder_unlock(const char *folder, int lock)
{
	char path[PATH_MAX];

	if (lock < 0)
		return;
	snprintf(path, sizeof(path), "%s/" LOCK, folder);
	unlink(path); /* while this process still holds the lock on the file */
	close(lock);
}

/*
 * Deletes the files in a subfolder of the run's folder. Does nothing if the subfolder is missing or
 * a symbolic link.
 */
static void empty_folder(const char *run, const char *name)
{
	char path[PATH_MAX];
	const struct dirent *entry;
	DIR *folder;
	int file;

	snprintf(path, sizeof(path), "%s/%s", run, name);
	file = open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	folder = file < 0 ? NULL : fdopendir(file);
	while (folder && (entry = readdir(folder)))
		unlinkat(dirfd(folder), entry->d_name, 0); /* fails for folders, which stay */
	if (folder)
		closedir(folder);
}

const char *folder_leftover(const char *folder)
{
	char path[PATH_MAX];
	struct stat found;

	for (size_t i = 0; i < FILES + FOLDERS; i++) {
		const char *name = i < FILES ? files[i] : folders[i - FILES];

		snprintf(path, sizeof(path), "%s/%s", folder, name);
		if (!lstat(path, &found))
			return name;
	}
	return NULL;
}

void folder_clear(const char *folder)
{
	char path[PATH_MAX];

	for (size_t i = 0; i < FILES; i++) {
		snprintf(path, sizeof(path), "%s/%s", folder, files[i]);
		unlink(path);
	}
	for (size_t i = 0; i < FOLDERS; i++)
		empty_folder(folder, folders[i]);
}

int folder_sync(const char *folder)
{
	int file = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	int result = file < 0 || (fsync(file) && errno != EINVAL) ? -errno : 0;

	if (file >= 0)
		close(file);
	return result;
}
