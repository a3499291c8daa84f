/*
 * progress.c - writes a line on stderr with the time that the run takes
 */
#include "bench/run/progress.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "bench/clock.h"

/* The minimum intervals between lines, in ns: 0.2 s on a terminal, 20 s in a log. */
#define TERMINAL_EVERY UINT64_C(200000000)
#define LOG_EVERY      UINT64_C(20000000000)

/* The assumed width of a terminal that does not report its width. */
#define USUAL_WIDTH 80

void progress_begin(struct progress *progress, const struct schedule *schedule)
{
	*progress = (struct progress){
		.schedule = schedule,
		.shown = clock_ns(CLOCK_MONOTONIC),
		.terminal = isatty(STDERR_FILENO),
	};
}

/*
 * Returns the width of the terminal. The environment variable COLUMNS takes precedence over the
 * size that the terminal reports, as in other programs.
 */
static size_t terminal_width(void)
{
	const char *columns = getenv("COLUMNS");
	long width = columns ? strtol(columns, NULL, 10) : 0;
	struct winsize size;

	if (width <= 0 && !ioctl(STDERR_FILENO, TIOCGWINSZ, &size))
		width = size.ws_col;
	return width > 0 ? (size_t)width : USUAL_WIDTH;
}

void progress_duration(double ns, char *text, size_t size)
{
	uint64_t seconds = (uint64_t)(ns / 1e9 + 0.5);

	if (seconds < 3600)
		snprintf(text, size, "%" PRIu64 ":%02" PRIu64, seconds / 60, seconds % 60);
	else
		snprintf(text, size, "%" PRIu64 ":%02" PRIu64 ":%02" PRIu64, seconds / 3600,
			 seconds / 60 % 60, seconds % 60);
}

void progress_line(const struct schedule *schedule, const struct block *block, double now,
		   const char *what, size_t width, char line[PROGRESS_LINE])
{
	const struct group *group = block->group;
	uint64_t rounds = group->look_count ? group->looks[block->look] : group->replicates;
	char over[32], whole[32];

	progress_duration(now - schedule->begun, over, sizeof(over));
	progress_duration(schedule_expected_duration(schedule, now), whole, sizeof(whole));
	snprintf(line, width && width < PROGRESS_LINE ? width + 1 : PROGRESS_LINE,
		 "%s of %s, %s %u of %" PRIu64 "  %s", over, whole, group_stage_name(group),
		 block->replicate + 1, rounds, what);
}

void progress_show(struct progress *progress, const struct block *block, const char *what)
{
	uint64_t now = clock_ns(CLOCK_MONOTONIC);
	char line[PROGRESS_LINE];

	if (now - progress->shown < (progress->terminal ? TERMINAL_EVERY : LOG_EVERY))
		return;
	progress->shown = now;
	/*
	 * The last column stays empty, because many terminals go to the next line after writing
	 * there.
	 */
	progress_line(progress->schedule, block, (double)now, what,
		      progress->terminal ? terminal_width() - 1 : 0, line);
	fprintf(stderr, "%s%s%s", progress->terminal ? "\r\033[K" : "timerbed: ", line,
		progress->terminal ? "" : "\n");
	fflush(stderr);
}

void progress_end(const struct progress *progress)
{
	if (progress->terminal)
		fputs("\r\033[K", stderr);
}
