/*
 * lines.c - reads records back
 */
#include "bench/run/lines.h"

#include <errno.h>
#include <fcntl.h>
#include <jansson.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <zstd.h>

#include "bench/run/identity.h"

struct text {
	char *bytes;
	size_t length, room;
};

static int reserve(struct text *text, size_t more)
{
	size_t room = text->room ? text->room : 1 << 16;
	char *grown;

	while (room - text->length < more)
		room *= 2;
	grown = realloc(text->bytes, room);
	if (!grown)
		return -ENOMEM;
	text->bytes = grown;
	text->room = room;
	return 0;
}

/* Appends the rest of the file. Returns 0 or a negative errno. */
static int read_all(int file, struct text *text)
{
	ssize_t length;

	do {
		if (reserve(text, 1 << 16))
			return -ENOMEM;
		length = read(file, text->bytes + text->length, text->room - text->length - 1);
		if (length < 0 && errno != EINTR)
			return -errno;
		text->length += length > 0 ? (size_t)length : 0;
	} while (length);
	text->bytes[text->length] = '\0';
	return 0;
}

static int unpack_into(ZSTD_DStream *stream, const struct text *packed, struct text *text)
{
	ZSTD_inBuffer in = { packed->bytes, packed->length, 0 };
	size_t left = 0;

	while (in.pos < in.size || left) {
		ZSTD_outBuffer out;
		size_t before = in.pos;

		if (reserve(text, ZSTD_DStreamOutSize() + 1))
			return -ENOMEM;
		out = (ZSTD_outBuffer){ text->bytes + text->length, ZSTD_DStreamOutSize(), 0 };
		left = ZSTD_decompressStream(stream, &out, &in);
		if (ZSTD_isError(left))
			return -EBADMSG;
		text->length += out.pos;
		if (left && in.pos == before && !out.pos)
			return -EBADMSG; /* the file ends in the middle of a frame */
	}
	text->bytes[text->length] = '\0';
	return 0;
}

static int unpack(struct text *text)
{
	struct text packed = *text;
	ZSTD_DStream *stream = ZSTD_createDStream();
	int result;

	*text = (struct text){ 0 };
	result = stream && !reserve(text, 1) ? unpack_into(stream, &packed, text) : -ENOMEM;
	if (!result && !packed.length)
		result = -EBADMSG;
	ZSTD_freeDStream(stream);
	free(packed.bytes);
	return result;
}

/*
 * Returns the outcome of a record. In a record without the key, every status except "ok" is a
 * failure.
 */
static enum outcome outcome_of(const json_t *record)
{
	enum outcome outcome = outcome_find(json_string_value(json_object_get(record, "outcome")));
	const char *status = json_string_value(json_object_get(record, "status"));

	if (outcome != OUTCOMES)
		return outcome;
	return status && !strcmp(status, "ok") ? OUTCOME_OK : OUTCOME_FAILED;
}

static char *copy_of(const json_t *record, const char *key)
{
	const char *text = json_string_value(json_object_get(record, key));

	return strdup(text ? text : "");
}

static int parse_line(struct line *line)
{
	json_t *record = json_loadb(line->text, line->length, 0, NULL);

	line->block = copy_of(record, "block");
	line->subject = copy_of(record, "subject");
	line->identity = identity_of(record);
	line->cells = (size_t)json_integer_value(json_object_get(record, "cells"));
	line->cell_budget = (uint64_t)json_integer_value(json_object_get(record, "cell_budget_ns"));
	line->outcome = outcome_of(record);
	json_decref(record);
	return line->block && line->subject && line->identity ? 0 : -ENOMEM;
}

static int parse(struct lines *lines, const struct text *text)
{
	const char *end = text->bytes + text->length, *next;
	size_t room = 0;

	for (const char *begin = text->bytes; begin < end; begin = next) {
		const char *stop = memchr(begin, '\n', (size_t)(end - begin));

		lines->unended = !stop;
		stop = stop ? stop : end;
		next = stop + 1;
		if (stop == begin)
			continue;
		if (lines->count == room) {
			struct line *grown;

			room = room ? 2 * room : 1024;
			grown = realloc(lines->line, room * sizeof(*grown));
			if (!grown)
				return -ENOMEM;
			lines->line = grown;
		}
		lines->line[lines->count] =
			(struct line){ .text = begin, .length = (size_t)(stop - begin) };
		if (parse_line(&lines->line[lines->count++]))
			return -ENOMEM;
	}
	return 0;
}

static int open_either(const char *folder, bool *compressed)
{
	char path[PATH_MAX];
	int file;

	snprintf(path, sizeof(path), "%s/cells.jsonl", folder);
	file = open(path, O_RDONLY | O_CLOEXEC);
	*compressed = false;
	if (file >= 0 || errno != ENOENT)
		return file;
	snprintf(path, sizeof(path), "%s/cells.jsonl.zst", folder);
	*compressed = true;
	return open(path, O_RDONLY | O_CLOEXEC);
}

int lines_read(struct lines *lines, const char *folder)
{
	struct text text = { 0 };
	int file, result;

	*lines = (struct lines){ 0 };
	file = open_either(folder, &lines->compressed);
	if (file < 0) {
		lines->compressed = false;
		return errno == ENOENT ? 0 : -errno;
	}
	result = read_all(file, &text);
	close(file);
	if (!result && lines->compressed)
		result = unpack(&text);
	lines->text = text.bytes;
	return result ? result : parse(lines, &text);
}

static int write_all(int file, const char *bytes, size_t length)
{
	while (length) {
		ssize_t done = write(file, bytes, length);

		if (done < 0 && errno == EINTR)
			continue;
		if (done < 0)
			return -errno;
		bytes += done;
		length -= (size_t)done;
	}
	return 0;
}

int lines_write(const struct lines *lines, bool aside, int file)
{
	struct text text = { 0 };
	int result = 0;

	for (size_t i = 0; i < lines->count && !result; i++) {
		const struct line *line = &lines->line[i];

		if (line->aside != aside)
			continue;
		result = reserve(&text, line->length + 1);
		if (result)
			break;
		memcpy(text.bytes + text.length, line->text, line->length);
		text.length += line->length;
		text.bytes[text.length++] = '\n';
	}
	if (!result)
		result = write_all(file, text.bytes, text.length);
	free(text.bytes);
	return result;
}

void lines_free(struct lines *lines)
{
	for (size_t i = 0; i < lines->count; i++) {
		free(lines->line[i].block);
		free(lines->line[i].subject);
		free(lines->line[i].identity);
	}
	free(lines->line);
	free(lines->text);
	*lines = (struct lines){ 0 };
}
