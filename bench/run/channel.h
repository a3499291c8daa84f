/*
 * channel.h - a pipe from a child process, read into memory
 *
 * Workers send records and error messages through pipes, because a full disk could lose files.
 */
#ifndef CHANNEL_H
#define CHANNEL_H

#include <stdbool.h>
#include <stddef.h>

struct channel {
	int read, write; /* descriptors, closed by exec; -1 when closed */
	char *text;	 /* all bytes so far, and a '\0'; NULL before the first read */
	size_t length, room;
	bool ended; /* no process has the write end open any more */
};

/*
 * Returns 0 or a negative errno such as -EMFILE. The caller must call channel_close in either case.
 */
int channel_open(struct channel *channel);

/* Closes the write end. The parent calls this function once it has started the child. */
void channel_listen(struct channel *channel);

/* Reads all available bytes, without waiting. Returns 0 or -ENOMEM. */
int channel_take(struct channel *channel);

/*
 * Copies the last line that begins with `prefix`. If there is none, copies the last line that is
 * not empty, or "" if all lines are empty. Cuts the line to `size`.
 */
void channel_last_line(const struct channel *channel, const char *prefix, char *line, size_t size);

void channel_close(struct channel *channel);

#endif
