/*
 * channel.h - a pipe from a child process, read into memory
 *
 * Workers send records and reasons this way and not through files, so that no full disk loses them.
 */
#ifndef CHANNEL_H
#define CHANNEL_H

#include <stdbool.h>
#include <stddef.h>

struct channel {
	int read, write; /* descriptors, closed by exec; -1 when closed */
	char *text;	 /* all bytes so far, and a '\0'; NULL before the first read */
	size_t length, room;
	bool ended; /* no process has the other end open any more */
};

/* 0, or a negative errno: -EMFILE, -ENFILE. channel_close in any case. */
int channel_open(struct channel *channel);

/* Closes the end that the child writes to. For the parent, once the child has been started. */
void channel_listen(struct channel *channel);

/* Reads all bytes that have come, without waiting. 0, or -ENOMEM. */
int channel_take(struct channel *channel);

/*
 * The last line that begins with `prefix`; without one the last line that is not empty; "" when
 * nothing came. It is cut to `size`.
 */
void channel_last_line(const struct channel *channel, const char *prefix, char *line, size_t size);

void channel_close(struct channel *channel);

#endif
