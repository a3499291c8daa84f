/*
 * gbench.h - Google Benchmark for C
 *
 * These functions wrap the part of the C++ library that this project needs: registering a C
 * function as a benchmark, the timed loop, and a report of each repetition. The library supplies
 * the rest: the clocks (thread CPU time and wall time), the repetitions, the command line and the
 * output formats.
 *
 * Not thread-safe.
 */
#ifndef GBENCH_H
#define GBENCH_H

#include <stdbool.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

struct gbench_state; /* one run; valid while the benchmark's function is called */

typedef void gbench_function(struct gbench_state *state, void *argument);

/*
 * The result of one repetition, in ns per iteration. `error` is NULL unless gbench_fail was called.
 */
struct gbench_run {
	const char *name;
	const char *error;
	double cpu_ns, wall_ns;
	int64_t iterations;
};

/*
 * Registers `function` under `name` (copied). The function runs `repetitions` times, or as often as
 * the command line says if `repetitions` is 0. Each run has `iterations` iterations. This number is
 * fixed, so the library does not calibrate, and counts are the same in each run. `argument` must
 * live until gbench_run_all has returned. The library prints times in ms if `milliseconds`, else in
 * ns.
 */
void gbench_register(const char *name, gbench_function *function, void *argument,
		     int64_t iterations, int repetitions, bool milliseconds);

/* Removes all registered benchmarks. */
void gbench_clear(void);

/* The condition of the timed loop: `while (gbench_next(state))`. */
bool gbench_next(struct gbench_state *state);

/*
 * Code between gbench_pause and gbench_resume is not timed. The calls themselves take time, so use
 * a pair only around long work.
 */
void gbench_pause(struct gbench_state *state);
void gbench_resume(struct gbench_state *state);

/* Marks the run as failed, with a reason that is copied. gbench_next then returns false. */
void gbench_fail(struct gbench_state *state, const char *why);

/* Adds a named value to the run's output. The name is copied. */
void gbench_counter(struct gbench_state *state, const char *name, double value);

/* Adds the run's CPU time divided by `count`, in seconds, to the output under `name` (copied). */
void gbench_time_each(struct gbench_state *state, const char *name, double count);

/* Adds a key and a value, both copied, to the context that each output format carries. */
void gbench_context(const char *key, const char *value);

/*
 * Removes the library's flags (--benchmark_...) from the arguments. Returns false if an unknown
 * flag or more than `words` other arguments are left. The library has then printed the arguments
 * that it does not know.
 */
bool gbench_arguments(int *argc, char **argv, int words);

/*
 * Runs the registered benchmarks that the flags select. If `report` is not NULL, calls it for each
 * repetition and prints nothing. Otherwise prints what the flags request. Returns the number of
 * benchmarks that ran.
 */
uint64_t gbench_run_all(void (*report)(const struct gbench_run *run, void *data), void *data);

#ifdef __cplusplus
}
#endif
#endif
