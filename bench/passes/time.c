/*
 * time - the cost of an operation: Google Benchmark runs and times whole replays
 *
 * One iteration is one replay of the trace. Only its measured phases are timed. Every repetition
 * starts with a new, empty structure and replays the same bytes, so repetitions differ only by
 * noise. Noise only adds time, so the result of the cell is the minimum of the repetitions. The
 * times of all repetitions are recorded.
 *
 * Stopping and starting the library's clock around unmeasured phases takes as long as some of the
 * measured phases. So the pass also reads the thread's CPU clock, by system call, immediately
 * before and after each measured phase. ns_per_op comes from these readings. The library's result
 * is recorded as benchmark_ns_per_op.
 */
#include <stdio.h>

#include "bench/cell.h"
#include "bench/clock.h"
#include "bench/gbench.h"

#define REPEATS 64

/*
 * Repeats reduce noise, but a long replay has less noise. The pass begins no further repeat after
 * this much CPU time in measured phases.
 */
#define ENOUGH_NS 3e8

struct phase_time {
	uint64_t operations;
	uint64_t cpu_ns, wall_ns; /* of the repetition with the least CPU time for the phase */
};

struct timing {
	const struct cell *cell;
	json_t *record;
	struct gbench_state *state;
	uint64_t cpu_begun, wall_begun;
	struct phase_time phases[TRACE_PHASES];
	struct replay_tally measured;		  /* of the last repetition */
	uint64_t replay_cpu_ns, replay_wall_ns;	  /* measured phases of the current repetition */
	double cpu_ns[REPEATS], wall_ns[REPEATS]; /* of each repetition */
	double benchmark_ns[REPEATS];		  /* the same, by the library's clock */
	unsigned repeats, reported;
	char error[CELL_ERROR_SIZE];
};

static void keep_least(struct phase_time *phase, uint64_t operations, uint64_t cpu_ns,
		       uint64_t wall_ns)
{
	if (phase->operations && phase->cpu_ns <= cpu_ns)
		return;
	*phase = (struct phase_time){ operations, cpu_ns, wall_ns };
}

static bool measured(const struct timing *timing, uint64_t phase)
{
	const struct trace *trace = &timing->cell->trace;

	return phase < trace->header->phases && trace->phases[phase].measured;
}

/*
 * Google Benchmark's clock runs from the beginning of consecutive measured phases to their end,
 * because starting and stopping it takes as long as a short phase. The CPU clock is also read
 * between two phases.
 */
static void phase_begins(void *data, uint64_t phase)
{
	struct timing *timing = data;

	if (!phase || !measured(timing, phase - 1))
		gbench_resume(timing->state);
	timing->wall_begun = clock_ns(CLOCK_MONOTONIC);
	timing->cpu_begun = clock_ns(CLOCK_THREAD_CPUTIME_ID);
}

static void phase_ends(void *data, uint64_t phase, const struct replay_tally *part)
{
	struct timing *timing = data;
	uint64_t cpu_ns = clock_ns(CLOCK_THREAD_CPUTIME_ID) - timing->cpu_begun;
	uint64_t wall_ns = clock_ns(CLOCK_MONOTONIC) - timing->wall_begun;

	if (!measured(timing, phase + 1))
		gbench_pause(timing->state);
	keep_least(&timing->phases[phase], cell_operations(part), cpu_ns, wall_ns);
	timing->replay_cpu_ns += cpu_ns;
	timing->replay_wall_ns += wall_ns;
}

static void keep_replay(struct timing *timing)
{
	if (timing->repeats == REPEATS)
		return;
	timing->cpu_ns[timing->repeats] = (double)timing->replay_cpu_ns;
	timing->wall_ns[timing->repeats] = (double)timing->replay_wall_ns;
	timing->repeats++;
}

static void replay_once(struct gbench_state *state, void *data)
{
	struct timing *timing = data;
	const struct cell_hooks hooks = { phase_begins, phase_ends, timing };
	struct replay replay;

	timing->state = state;
	while (gbench_next(state)) {
		gbench_pause(state);
		if (cell_open(timing->cell, &replay, timing->error)) {
			gbench_fail(state, timing->error);
			return;
		}
		timing->replay_cpu_ns = timing->replay_wall_ns = 0;
		timing->measured =
			cell_replay(timing->cell, &replay, REPLAY_PLAIN, REPLAY_PLAIN, &hooks);
		cell_record_replay(timing->cell, &replay, &timing->measured, timing->record);
		keep_replay(timing);
		replay_close(&replay);
		gbench_resume(state);
	}
}

static void keep_run(const struct gbench_run *run, void *data)
{
	struct timing *timing = data;

	if (!run->error && timing->reported < REPEATS)
		timing->benchmark_ns[timing->reported++] = run->cpu_ns;
}

static void record_phases(const struct timing *timing, json_t *record)
{
	const struct trace *trace = &timing->cell->trace;
	json_t *phases = json_array();

	for (uint64_t i = 0; i < trace->header->phases; i++) {
		const struct phase_time *phase = &timing->phases[i];

		if (!trace->phases[i].measured || !phase->operations)
			continue;
		json_array_append_new(
			phases, json_pack("{s:s, s:I, s:f, s:f}", "name", trace->phases[i].name,
					  "ops", (json_int_t)phase->operations, "ns_per_op",
					  (double)phase->cpu_ns / (double)phase->operations,
					  "wall_ns_per_op",
					  (double)phase->wall_ns / (double)phase->operations));
	}
	json_object_set_new(record, "phases", phases);
}

static void record_times(const struct timing *timing, json_t *record)
{
	double operations = (double)cell_operations(&timing->measured);
	json_t *samples = json_array();
	unsigned least = 0;

	for (unsigned i = 0; i < timing->repeats; i++) {
		json_array_append_new(samples, json_real(timing->cpu_ns[i] / operations));
		if (timing->cpu_ns[i] < timing->cpu_ns[least])
			least = i;
	}
	json_object_set_new(record, "ns_per_op", json_real(timing->cpu_ns[least] / operations));
	json_object_set_new(record, "wall_ns_per_op",
			    json_real(timing->wall_ns[least] / operations));
	json_object_set_new(record, "samples_ns", samples);
	if (least < timing->reported)
		json_object_set_new(record, "benchmark_ns_per_op",
				    json_real(timing->benchmark_ns[least] / operations));
}

static int measure_time(const struct cell *cell, json_t *record, char *error)
{
	struct timing timing = { .cell = cell, .record = record };
	uint64_t wanted = cell->settings.repeats, repeats = wanted < REPEATS ? wanted : REPEATS;
	double spent = 0;

	for (uint64_t i = 0; i < repeats && spent < ENOUGH_NS; i++) {
		gbench_register(cell->subject.name, replay_once, &timing, 1, 1, false);
		gbench_run_all(keep_run, &timing);
		gbench_clear();
		spent += (double)timing.replay_cpu_ns;
	}
	if (!timing.repeats || !cell_operations(&timing.measured)) {
		snprintf(error, CELL_ERROR_SIZE, "%s",
			 *timing.error ? timing.error : "the trace has no measured operation");
		return -1;
	}
	record_times(&timing, record);
	record_phases(&timing, record);
	return 0;
}

const struct pass pass_time = {
	.name = "time",
	.summary = "thread CPU time and wall time an operation, by Google Benchmark",
	.measure = measure_time,
	.slowdown = 1,
};
