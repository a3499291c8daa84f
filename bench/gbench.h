/*
 * gbench.h - Google Benchmark for C
 *
 * A few functions over the C++ library, and all of it that this project needs: registering a
 * benchmark that is a C function, its loop, and a report of each repetition. The library keeps the
 * clock (thread CPU time and wall time), the repetitions, its command line and its output formats.
 *
 * Not for use from several threads.
 */
#ifndef GBENCH_H
#define GBENCH_H

#include <stdbool.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

struct gbench_state; /* one run; valid during the call of the function */

typedef void gbench_function(struct gbench_state *state, void *argument);

/* One repetition, in ns an iteration; `error` is NULL unless gbench_fail was called. */
struct gbench_run {
	const char *name;
	const char *error;
	double cpu_ns, wall_ns;
	int64_t iterations;
};

/*
 * Registers `function` under `name` (copied), to run `iterations` times in each of `repetitions`
 * (0: as many as the command line says).
 * Iterations are fixed, so that nothing is calibrated and counts repeat. `argument` must live until
 * after gbench_run_all. Times are shown in ms when `milliseconds`, else in ns.
 */
void gbench_register(const char *name, gbench_function *function, void *argument,
		     int64_t iterations, int repetitions, bool milliseconds);

/* Forgets all that is registered. */
void gbench_clear(void);

/* `while (gbench_next(state))` around what is timed. */
bool gbench_next(struct gbench_state *state);

/* Takes what stands between the two out of the time. About 1 us a pair: only around long work. */
void gbench_pause(struct gbench_state *state);
void gbench_resume(struct gbench_state *state);

/* Ends the run as failed, with a reason that is copied; gbench_next then returns false. */
void gbench_fail(struct gbench_state *state, const char *why);

/* A figure of our own beside the times. */
void gbench_counter(struct gbench_state *state, const char *name, double value);

/* The CPU time that one of `count` things in the run took, shown in seconds under `name`. */
void gbench_time_each(struct gbench_state *state, const char *name, double count);

/* A key and a value for the context that every output format carries. Copied. */
void gbench_context(const char *key, const char *value);

/*
 * Takes the library's own flags (--benchmark_...) out of the arguments. False if more than `words`
 * others are left; the library has then said which.
 */
bool gbench_arguments(int *argc, char **argv, int words);

/*
 * Runs what is registered and selected. With `report`, calls it for each repetition and prints
 * nothing; else prints as the flags say. Returns how many benchmarks ran.
 */
uint64_t gbench_run_all(void (*report)(const struct gbench_run *run, void *data), void *data);

#ifdef __cplusplus
}
#endif
#endif
