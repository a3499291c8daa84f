/*
 * progress.c - a line on stderr with an estimate of the time left
 */
#include "bench/run/progress.h"

#include <stdio.h>
#include <unistd.h>

#include "bench/replay/clock.h"

/* A terminal is written to at most every 0.2 s, a log every 20 s. */
#define TERMINAL_EVERY UINT64_C(200000000)
#define LOG_EVERY      UINT64_C(20000000000)

void progress_begin(struct progress *progress, double total)
{
	*progress = (struct progress){
		.begun = clock_ns(CLOCK_MONOTONIC),
		.total = total,
		.terminal = isatty(STDERR_FILENO),
	};
	progress->shown = progress->begun;
}

double progress_estimate(const struct progress *progress, double weight)
{
	double elapsed = (double)(clock_ns(CLOCK_MONOTONIC) - progress->begun);

	return progress->done > 0 ? elapsed * weight / progress->done : 0;
}

void progress_show(struct progress *progress, const char *what)
{
	uint64_t now = clock_ns(CLOCK_MONOTONIC);
	double left = progress_estimate(progress, progress->total - progress->done) / 1e9;
	double share = progress->total > 0 ? 100 * progress->done / progress->total : 100;

	if (now - progress->shown < (progress->terminal ? TERMINAL_EVERY : LOG_EVERY))
		return;
	progress->shown = now;
	fprintf(stderr, "%s%3.0f %%  %3.0f:%02.0f left  %s%s",
		progress->terminal ? "\r\033[K" : "timerbed: ", share, (double)((long)left / 60),
		(double)((long)left % 60), what, progress->terminal ? "" : "\n");
	fflush(stderr);
}

void progress_add(struct progress *progress, double weight)
{
	progress->done += weight;
}

void progress_skip(struct progress *progress, double weight)
{
	progress->total -= weight;
}

void progress_end(struct progress *progress)
{
	if (progress->terminal)
		fputs("\r\033[K", stderr);
}
