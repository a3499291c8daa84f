/*
 * full_pipe.h - a pipe that holds a byte, so that both ends stay ready
 */
#ifndef FULL_PIPE_H
#define FULL_PIPE_H

#include <fcntl.h>
#include <unistd.h>

#include "loop/tests/loop_test.h"

static inline void full_pipe(int ends[2])
{
	assert_int_equal(pipe2(ends, O_NONBLOCK | O_CLOEXEC), 0);
	assert_int_equal(write(ends[1], "x", 1), 1);
}

static inline void close_pipe(const int ends[2])
{
	close(ends[0]);
	close(ends[1]);
}

#endif
