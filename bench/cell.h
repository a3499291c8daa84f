/*
 * cell.h - one cell: a subject on one trace, which a worker process measures in one pass
 */
#ifndef CELL_H
#define CELL_H

#include <jansson.h>

#include "bench/pages.h"
#include "bench/replay/subject.h"
#include "bench/trace/trace.h"

#define CELL_ERROR_SIZE 512

struct pass;

/* The settings that a worker process gets. bench/run/settings.c has a row for each. */
struct cell_settings {
	const struct pass *pass; /* what is measured */
	uint64_t repeats;	 /* replays of the same trace */
	uint64_t stride;	 /* bytes from one object to the next: 64 or 128 */
	uint64_t cold;		 /* other cache lines touched before each operation */
	int pages;		 /* enum pages: the policy that this process was started with */
};

struct cell {
	struct subject subject;
	enum dispatch dispatch;
	struct trace trace;
	struct cell_settings settings;
};

/*
 * One way of measuring a cell. Passes run separately, so that no pass disturbs another. A file
 * in bench/passes ends in such a table. The table's name is pass_ plus the file's name, with '_'
 * for '-'.
 */
struct pass {
	const char *name;
	const char *summary;

	/*
	 * Runs in the worker. Measures the cell and sets keys of `record`, among them "status".
	 * Returns 0, or a negative errno with a line in `error` (CELL_ERROR_SIZE) if there is
	 * nothing to record. The pointer is NULL if wrap replaces the worker's command by a command
	 * of another program.
	 */
	int (*measure)(const struct cell *cell, json_t *record, char *error);

	/*
	 * wrap runs in the child process that is to become the worker. It changes the worker's
	 * command into the command to start; if the pointer is NULL, the worker's command is
	 * started unchanged. `words` has room for 48 words. `scratch` is the path of a file that
	 * only this cell uses. The memory that wrap allocates is never freed, because the command
	 * replaces the process. collect runs in the parent when the command has ended. It reads
	 * what the command left at `scratch`.
	 */
	void (*wrap)(const char **words, const char *scratch);
	int (*collect)(json_t *record, const char *scratch, char *error);

	const char *folder;  /* in the run's folder, keeps the scratch files; or NULL */
	const char *program; /* the program that must be installed, or NULL */
	double slowdown;     /* duration of a replay, roughly, relative to the pass `time` */
};

/* All passes in order of name, NULL-terminated. There are fewer than PASSES_AT_MOST. Generated. */
#define PASSES_AT_MOST 32
extern const struct pass *const passes[];

const struct pass *pass_find(const char *name);

/* Returns the replay function for this cell's dispatch and `mode`. */
replay_function *cell_code(const struct cell *cell, enum replay_mode mode);

/*
 * Opens a replay of the cell, with the cache lines for the setting `cold`. The caller closes it
 * with replay_close. Returns 0, or a negative errno with a line in `error` (CELL_ERROR_SIZE):
 * -ERANGE if the trace's times are finer than the subject's, -ENOTSUP if the subject's time cannot
 * be simulated, -ENOMEM, or another error of the subject.
 */
int cell_open(const struct cell *cell, struct replay *replay, char *error);

/* What a pass does around each measured phase. Either function may be NULL. */
struct cell_hooks {
	void (*before)(void *data, uint64_t phase);
	void (*after)(void *data, uint64_t phase, const struct replay_tally *part);
	void *data;
};

/*
 * Replays the whole trace once. Measured phases run in `mode`, unmeasured phases in `scene`.
 * Returns the tally of the measured phases. `hooks` may be NULL.
 */
struct replay_tally cell_replay(const struct cell *cell, struct replay *replay,
				enum replay_mode mode, enum replay_mode scene,
				const struct cell_hooks *hooks);

/* Returns the number of operations in a tally. Times per operation are divided by this number. */
static inline uint64_t cell_operations(const struct replay_tally *tally)
{
	return tally->arms + tally->stops + tally->fired;
}

/* Room for each text of cell_verdict. */
#define CELL_VERDICT_SIZE 128

/*
 * Returns a text that says what is wrong with a finished replay, or NULL if nothing is. Wrong are a
 * firing that is lost, early, repeated or out of order, a firing that is later than the subject's
 * accuracy allows, a result of `next` that is too late, an operation on a timer in a wrong state,
 * and a broken invariant. The result may be in `text` or a constant.
 */
const char *cell_verdict(const struct cell *cell, const struct replay *replay, char *text,
			 size_t size);

/*
 * Sets ops, advances, elapsed_ns, fired, expected, overtaken, polls, spurious, checksum, status and
 * outcome of the record. Also sets huge_kib, the KiB of memory in huge pages, unless huge pages are
 * disabled. The replay is finished and still open.
 */
void cell_record_replay(const struct cell *cell, const struct replay *replay,
			const struct replay_tally *measured, json_t *record);

#endif
