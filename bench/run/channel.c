/*
 * channel.c - reads a pipe without waiting
 */
#include "bench/run/channel.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define LEAST_ROOM 4096

int channel_open(struct channel *channel)
{
	int ends[2];

	*channel = (struct channel){ .read = -1, .write = -1 };
	if (pipe2(ends, O_CLOEXEC))
		return -errno;
	channel->read = ends[0];
	channel->write = ends[1];
	/* The child's end stays blocking, so a worker waits until its record has been read. */
	return fcntl(channel->read, F_SETFL, O_NONBLOCK) ? -errno : 0;
}

void channel_listen(struct channel *channel)
{
	if (channel->write >= 0)
		close(channel->write);
	channel->write = -1;
}

static int make_room(struct channel *channel)
{
	size_t room = channel->room ? 2 * channel->room : LEAST_ROOM;
	char *text;

	if (channel->room - channel->length > 1)
		return 0;
	text = realloc(channel->text, room);
	if (!text)
		return -ENOMEM;
	channel->text = text;
	channel->text[channel->length] = '\0';
	channel->room = room;
	return 0;
}

int channel_take(struct channel *channel)
{
	while (!channel->ended) {
		ssize_t length;

		if (make_room(channel))
			return -ENOMEM;
		length = read(channel->read, channel->text + channel->length,
			      channel->room - channel->length - 1);
		if (length < 0 && errno == EINTR)
			continue;
		if (length < 0)
			return 0; /* EAGAIN: no more bytes at present */
		channel->ended = length == 0;
		channel->length += (size_t)length;
		channel->text[channel->length] = '\0';
	}
	return 0;
}

void channel_last_line(const struct channel *channel, const char *prefix, char *line, size_t size)
{
	const char *next = channel->text;
	bool preferred = false;

	*line = '\0';
	while (next && *next) {
		int length = (int)strcspn(next, "\n");
		bool has_prefix = !strncmp(next, prefix, strlen(prefix));

		if (length && (has_prefix || !preferred))
			snprintf(line, size, "%.*s", length, next);
		preferred |= has_prefix;
		next += length + (next[length] == '\n');
	}
}

void channel_close(struct channel *channel)
{
	channel_listen(channel);
	if (channel->read >= 0)
		close(channel->read);
	channel->read = -1;
	free(channel->text);
	channel->text = NULL;
}
