/*
 * records.c - opens a run's folder and appends to its cells.jsonl
 */
#include "bench/run/records.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "bench/run/folder.h"

static int failed(const char *path, int result, char *error)
{
	const char *reason = result == -EBADMSG ? "damaged, or cut short" : strerror(-result);

	snprintf(error, RECORDS_ERROR_SIZE, "%.300s: %s", path, reason);
	return result;
}

static void path_in(const struct records *records, const char *name, char *path)
{
	snprintf(path, PATH_MAX, "%s/%s", records->folder, name);
}

static bool holds_run(const struct records *records)
{
	char plain[PATH_MAX], packed[PATH_MAX];

	path_in(records, "cells.jsonl", plain);
	path_in(records, "cells.jsonl.zst", packed);
	return !access(plain, F_OK) || !access(packed, F_OK);
}

static int open_to_append(struct records *records, char *error)
{
	char path[PATH_MAX];
	int result;

	path_in(records, "cells.jsonl", path);
	records->file = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0666);
	result = records->file < 0 ? -errno : folder_sync(records->folder);
	return result ? failed(path, result, error) : 0;
}

int records_open(struct records *records, const char *folder, enum records_mode mode, char *error)
{
	int result;

	*records = (struct records){ .file = -1, .lock = -1 };
	snprintf(records->folder, sizeof(records->folder), "%s", folder);
	result = folder_make(folder);
	if (result)
		return failed(folder, result, error);
	records->lock = folder_lock(folder, error);
	if (records->lock < 0)
		return records->lock;
	if (mode == RECORDS_NEW && holds_run(records)) {
		snprintf(error, RECORDS_ERROR_SIZE,
			 "%.300s holds a run: --resume continues it, --force replaces it", folder);
		return -EEXIST;
	}
	if (mode == RECORDS_FORCE)
		folder_clear(folder);
	result = lines_read(&records->before, folder);
	if (result)
		return failed(folder, result, error);
	/*
	 * Makes cells.jsonl, so that the folder shows that it has a run, even one without records.
	 */
	return records->before.count || records->before.compressed ? 0
								   : open_to_append(records, error);
}

/*
 * Writes the lines whose member `aside` equals `aside` to a file, and flushes the file to the disk.
 * Returns 0 or a negative errno.
 */
static int write_file(const struct records *records, const char *name, int flags, bool aside)
{
	char path[PATH_MAX];
	int file, result;

	path_in(records, name, path);
	file = open(path, O_WRONLY | O_CREAT | O_CLOEXEC | flags, 0666);
	if (file < 0)
		return -errno;
	result = lines_write(&records->before, aside, file);
	if (!result && fsync(file) && errno != EINVAL)
		result = -errno;
	if (close(file) && !result)
		result = -errno;
	return result;
}

/* Replaces cells.jsonl, or its compressed form, by a file with the lines that stay. */
static int replace(const struct records *records)
{
	char path[PATH_MAX], new[PATH_MAX], packed[PATH_MAX];
	int result = write_file(records, "cells.jsonl.new", O_TRUNC, false);

	path_in(records, "cells.jsonl", path);
	path_in(records, "cells.jsonl.new", new);
	path_in(records, "cells.jsonl.zst", packed);
	if (!result && rename(new, path))
		result = -errno;
	if (!result)
		result = folder_sync(records->folder);
	if (result)
		unlink(new);
	else if (records->before.compressed)
		unlink(packed);
	return result;
}

int records_begin(struct records *records, char *error)
{
	const struct lines *before = &records->before;
	size_t aside = 0;
	int result = 0;

	for (size_t i = 0; i < before->count; i++)
		aside += before->line[i].aside;
	if (aside)
		result = write_file(records, "partial.jsonl", O_APPEND, true);
	if (result)
		return failed("partial.jsonl", result, error);
	if (aside || before->compressed || before->unended)
		result = replace(records);
	lines_free(&records->before);
	if (result)
		return failed("cells.jsonl", result, error);
	return records->file < 0 ? open_to_append(records, error) : 0;
}

static int by_text(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

bool records_finished(const struct records *records, const char *block)
{
	return records->finished_count &&
	       bsearch(&block, records->finished, records->finished_count, sizeof(block), by_text);
}

/* Writes a whole line, or nothing if that fails. Returns 0 or a negative errno. */
static int append_line(int file, const char *line, size_t length)
{
	off_t end = lseek(file, 0, SEEK_END);
	size_t done = 0;
	int result = 0;

	/* A write that is cut short does not report the reason. The next write does. */
	while (done < length && !result) {
		ssize_t written = write(file, line + done, length - done);

		if (written > 0)
			done += (size_t)written;
		else if (!written || errno != EINTR)
			result = written ? -errno : -ENOSPC;
	}
	if (!result)
		return fdatasync(file) && errno != EINVAL ? -errno : 0;
	if (done && end >= 0 && ftruncate(file, end))
		return result; /* --resume finds the incomplete line */
	return result;
}

int records_append(struct records *records, const json_t *record, char *error)
{
	char *text = json_dumps(record, JSON_COMPACT | JSON_PRESERVE_ORDER);
	size_t length = text ? strlen(text) : 0;
	char *line = text ? realloc(text, length + 2) : NULL;
	int result;

	if (!line) {
		free(text);
		return failed("cells.jsonl", -ENOMEM, error);
	}
	strcpy(line + length, "\n");
	result = append_line(records->file, line, length + 1);
	free(line);
	if (result)
		return failed("cells.jsonl", result, error);
	tally_add(&records->tally, record);
	return 0;
}

void records_close(struct records *records)
{
	if (records->file >= 0)
		close(records->file);
	lines_free(&records->before);
	for (size_t i = 0; i < records->finished_count; i++)
		free(records->finished[i]);
	free(records->finished);
	folder_unlock(records->folder, records->lock);
}
