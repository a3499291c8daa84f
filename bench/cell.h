/*
 * cell.h - one cell: a subject, a trace and a pass; what a worker process measures
 */
#ifndef CELL_H
#define CELL_H

#include <jansson.h>

#include "bench/pages.h"
#include "bench/replay/subject.h"
#include "bench/trace/trace.h"

#define CELL_ERROR_SIZE 512

struct pass;

/* The settings that a worker is told. bench/run/settings.c has a row for each. */
struct cell_settings {
	const struct pass *pass; /* what is measured */
	uint64_t repeats;	 /* replays of the same trace */
	uint64_t stride;	 /* bytes from object to object: 64 or 128 */
	uint64_t cold;		 /* other cache lines touched before each operation */
	int pages;		 /* enum pages: what this process was started with */
};

/* One cell. */
struct cell {
	struct subject subject;
	enum dispatch dispatch;
	struct trace trace;
	struct cell_settings settings;
};

/*
 * One way of measuring a cell. Passes are apart so that none disturbs another. A file in
 * bench/passes ends in such a table, whose name is pass_ plus the file's name with '_' for '-'.
 */
struct pass {
	const char *name;
	const char *summary;

	/*
	 * In the worker: measures and sets keys of `record`, "status" among them. 0, or a negative
	 * errno with a line in `error` (CELL_ERROR_SIZE) when there is nothing to record. NULL when
	 * wrap makes another command of the worker's.
	 */
	int (*measure)(const struct cell *cell, json_t *record, char *error);

	/*
	 * In the parent: turns the worker's command into the one to start (NULL: as it is). `words`
	 * has room for 32; `scratch` is a path of this cell's own for files; what is allocated is
	 * never freed, as the process is replaced. collect then reads what was left at scratch.
	 */
	void (*wrap)(const char **words, const char *scratch);
	int (*collect)(json_t *record, const char *scratch, char *error);

	const char *folder;  /* below the run's, where what is left at scratch is kept; or NULL */
	const char *program; /* that must be installed, or NULL */
	double slowdown;     /* how much longer a replay takes than in the pass `time`, roughly */
};

/* All passes in order of name, ended by NULL; fewer than PASSES_AT_MOST. Generated. */
#define PASSES_AT_MOST 32
extern const struct pass *const passes[];

const struct pass *pass_find(const char *name);

/* The replay function of this cell's dispatch and mode. */
replay_function *cell_code(const struct cell *cell, enum replay_mode mode);

/* Opens a replay of the cell, with its cold lines. 0 or -ENOMEM with a line in error. */
int cell_open(const struct cell *cell, struct replay *replay, char *error);

/* What a pass does around each measured phase. Either function may be NULL. */
struct cell_hooks {
	void (*before)(void *data, uint64_t phase);
	void (*after)(void *data, uint64_t phase, const struct replay_tally *part);
	void *data;
};

/*
 * Replays the whole trace once: measured phases in `mode`, those that set the scene in `scene`.
 * Returns what the measured phases held. hooks may be NULL.
 */
struct replay_tally cell_replay(const struct cell *cell, struct replay *replay,
				enum replay_mode mode, enum replay_mode scene,
				const struct cell_hooks *hooks);

/* Operations in a tally: what ns are divided by. */
static inline uint64_t cell_operations(const struct replay_tally *tally)
{
	return tally->arms + tally->stops + tally->fired;
}

/* Room for each text of cell_verdict. */
#define CELL_VERDICT_SIZE 128

/*
 * Returns what is wrong with a finished replay, or NULL: a firing is lost, comes twice or at a
 * wrong time, a result of `next` is too late, or an invariant is broken. `text` may hold the
 * result.
 */
const char *cell_verdict(const struct cell *cell, const struct replay *replay, char *text,
			 size_t size);

/*
 * Sets ops, advances, fired, expected, overtaken, polls, spurious, checksum and status; unless huge
 * pages are ruled out also huge_kib, those that there are. The replay is finished and still open.
 */
void cell_record_replay(const struct cell *cell, const struct replay *replay,
			const struct replay_tally *measured, json_t *record);

#endif
