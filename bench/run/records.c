/*
 * records.c - appending to cells.jsonl, and what is left of a run that was cut short
 */
#include "bench/run/records.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "bench/run/cache.h"

/* A line of the file, parsed if it could be. */
struct line {
	char *text;
	char block[512];
	size_t cell, cells; /* which of how many of its block; 0 of 0 for a torn line */
};

static int failed(const char *path, int result, char *error)
{
	snprintf(error, RECORDS_ERROR_SIZE, "%.300s: %s", path, strerror(-result));
	return result;
}

static void parse_line(struct line *line)
{
	json_error_t where;
	json_t *record = json_loads(line->text, 0, &where);
	const char *block = json_string_value(json_object_get(record, "block"));

	if (block) {
		snprintf(line->block, sizeof(line->block), "%s", block);
		line->cells = (size_t)json_integer_value(json_object_get(record, "cells"));
	}
	json_decref(record);
}

static int read_lines(const char *path, struct line **lines, size_t *count)
{
	FILE *file = fopen(path, "r");
	char *text = NULL;
	size_t size = 0, room = 0;
	ssize_t length;

	*lines = NULL;
	*count = 0;
	if (!file)
		return errno == ENOENT ? 0 : -errno;
	while ((length = getline(&text, &size, file)) > 0) {
		if (*count == room) {
			struct line *grown;

			room = room ? 2 * room : 256;
			grown = realloc(*lines, room * sizeof(**lines));
			if (!grown)
				break;
			*lines = grown;
		}
		(*lines)[*count] = (struct line){ .text = text };
		if (text[length - 1] == '\n') /* else it was cut short */
			parse_line(&(*lines)[*count]);
		(*count)++;
		text = NULL;
		size = 0;
	}
	free(text);
	fclose(file);
	return 0;
}

static size_t count_block(const struct line *lines, size_t count, const char *block)
{
	size_t found = 0;

	for (size_t i = 0; i < count; i++)
		found += !strcmp(lines[i].block, block);
	return found;
}

static bool complete(const struct line *lines, size_t count, const struct line *line)
{
	return line->cells && count_block(lines, count, line->block) >= line->cells;
}

/* Remembers a finished block once. */
static int note_finished(struct records *records, const char *block)
{
	char **grown;

	if (records_finished(records, block))
		return 0;
	grown = realloc(records->finished, (records->finished_count + 1) * sizeof(*grown));
	if (!grown)
		return -ENOMEM;
	records->finished = grown;
	records->finished[records->finished_count] = strdup(block);
	if (!records->finished[records->finished_count])
		return -ENOMEM;
	records->finished_count++;
	return 0;
}

/* Keeps complete blocks in cells.jsonl and moves the rest out of the way. */
static int sort_out(struct records *records, const char *path, const struct line *lines,
		    size_t count)
{
	char kept[PATH_MAX + 16], partial[PATH_MAX];
	FILE *keep, *move = NULL;
	int result = 0;

	snprintf(kept, sizeof(kept), "%s.new", path);
	snprintf(partial, sizeof(partial), "%s/partial.jsonl", records->folder);
	keep = fopen(kept, "w");
	if (!keep)
		return -errno;
	for (size_t i = 0; i < count && !result; i++) {
		bool whole = complete(lines, count, &lines[i]);

		if (!whole && !move)
			move = fopen(partial, "a");
		if (whole)
			result = note_finished(records, lines[i].block);
		if (fputs(lines[i].text, whole ? keep : move ? move : stderr) == EOF)
			result = -errno;
	}
	if (move && (fputc('\n', move) == EOF || fclose(move)))
		result = -errno;
	if (fclose(keep) && !result)
		result = -errno;
	if (!result && rename(kept, path))
		result = -errno;
	return result;
}

static int resume(struct records *records, const char *path)
{
	struct line *lines;
	size_t count;
	int result = read_lines(path, &lines, &count);

	if (!result && count)
		result = sort_out(records, path, lines, count);
	for (size_t i = 0; i < count; i++)
		free(lines[i].text);
	free(lines);
	return result;
}

/* Deletes the files in a folder of the run's; it may not be there, or be a link out of the run. */
static void empty_folder(const struct records *records, const char *name)
{
	char path[PATH_MAX];
	const struct dirent *entry;
	DIR *folder;
	int file;

	snprintf(path, sizeof(path), "%s/%s", records->folder, name);
	file = open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	folder = file < 0 ? NULL : fdopendir(file);
	while (folder && (entry = readdir(folder)))
		unlinkat(dirfd(folder), entry->d_name, 0); /* fails for folders, which stay */
	if (folder)
		closedir(folder);
}

/* What a forced run deletes: what a run and its report left, and nothing else in the folder. */
static void delete_run(const struct records *records)
{
	static const char *const names[] = { "cells.jsonl",    "partial.jsonl", "env.json",
					     "experiment.ini", "run.json",	"report.html" };
	static const char *const folders[] = { "hyperfine", "data", "figures" };
	char path[PATH_MAX];

	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++) {
		snprintf(path, sizeof(path), "%s/%s", records->folder, names[i]);
		unlink(path);
	}
	for (size_t i = 0; i < sizeof(folders) / sizeof(*folders); i++)
		empty_folder(records, folders[i]);
}

int records_open(struct records *records, const char *folder, enum records_mode mode, char *error)
{
	char path[PATH_MAX];
	int result;

	*records = (struct records){ .file = -1 };
	snprintf(records->folder, sizeof(records->folder), "%s", folder);
	snprintf(path, sizeof(path), "%s/cells.jsonl", folder);
	result = cache_make_folder(folder);
	if (result)
		return failed(folder, result, error);
	if (mode == RECORDS_NEW && !access(path, F_OK)) {
		snprintf(error, RECORDS_ERROR_SIZE,
			 "%.300s holds a run: --resume goes on with it, --force begins anew",
			 folder);
		return -EEXIST;
	}
	if (mode == RECORDS_FORCE)
		delete_run(records);
	result = resume(records, path);
	if (result)
		return failed(path, result, error);
	records->file = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0666);
	return records->file < 0 ? failed(path, -errno, error) : 0;
}

bool records_finished(const struct records *records, const char *block)
{
	for (size_t i = 0; i < records->finished_count; i++)
		if (!strcmp(records->finished[i], block))
			return true;
	return false;
}

int records_append(struct records *records, const json_t *record, char *error)
{
	char *text = json_dumps(record, JSON_COMPACT | JSON_PRESERVE_ORDER);
	size_t length = text ? strlen(text) : 0;
	char *line = text ? realloc(text, length + 2) : NULL;
	ssize_t written;

	if (!line) {
		free(text);
		return failed("cells.jsonl", -ENOMEM, error);
	}
	strcpy(line + length, "\n");
	written = write(records->file, line, length + 1);
	free(line);
	if (written < 0)
		return failed("cells.jsonl", -errno, error);
	if ((size_t)written != length + 1)
		return failed("cells.jsonl", -ENOSPC, error);
	return fdatasync(records->file) && errno != EINVAL ? failed("cells.jsonl", -errno, error)
							   : 0;
}

void records_close(struct records *records)
{
	if (records->file >= 0)
		close(records->file);
	for (size_t i = 0; i < records->finished_count; i++)
		free(records->finished[i]);
	free(records->finished);
}
