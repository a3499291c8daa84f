/*
 * channel.h - a pipe from a child process, read into memory
 *
 * Records and reasons of workers come this way and not through files, so that a full disk cannot
 * take them.
 */
#ifndef CHANNEL_H
#define CHANNEL_H

#include <stdbool.h>
#include <stddef.h>

struct channel {
	int read, write; /* descriptors, closed by exec; -1 when closed */
	char *text;	 /* all that came so far, and a '\0'; NULL when nothing did */
	size_t length, room;
	bool ended; /* no process has the other end any more */
};

/* 0, or a negative errno: -EMFILE, -ENFILE. channel_close in any case. */
int channel_open(struct channel *channel);

/* In the parent, once the child has been started: lets go of the end that the child writes to. */
void channel_listen(struct channel *channel);

/* Takes what has come, without waiting. 0, or -ENOMEM. */
int channel_take(struct channel *channel);

/*
 * The last line that begins with `prefix`; without one the last line that is not empty; "" when
 * nothing came. It is cut to `size`.
 */
void channel_last_line(const struct channel *channel, const char *prefix, char *line, size_t size);

void channel_close(struct channel *channel);

#endif
