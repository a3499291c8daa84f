// gbench.cc - Google Benchmark for C; see gbench.h

#include "bench/gbench.h"

#include <benchmark/benchmark.h>

namespace
{

benchmark::State &of(struct gbench_state *state)
{
	return *reinterpret_cast<benchmark::State *>(state);
}

// Passes each repetition to a C function and prints nothing.
class Forward : public benchmark::BenchmarkReporter
{
    public:
	Forward(void (*report)(const struct gbench_run *, void *), void *data)
		: report_(report), data_(data)
	{
	}
	bool ReportContext(const Context &) override
	{
		return true;
	}
	void ReportRuns(const std::vector<Run> &runs) override
	{
		for (const Run &run : runs) {
			if (run.run_type != Run::RT_Iteration)
				continue;
			std::string name = run.benchmark_name();
			double scale = 1e9 / benchmark::GetTimeUnitMultiplier(run.time_unit);
			struct gbench_run forwarded = {
				name.c_str(),
				run.error_occurred ? run.error_message.c_str() : nullptr,
				run.GetAdjustedCPUTime() * scale,
				run.GetAdjustedRealTime() * scale,
				run.iterations,
			};
			report_(&forwarded, data_);
		}
	}

    private:
	void (*report_)(const struct gbench_run *, void *);
	void *data_;
};

} // namespace

void gbench_register(const char *name, gbench_function *function, void *argument,
		     int64_t iterations, int repetitions, bool milliseconds)
{
	benchmark::internal::Benchmark *registered =
		benchmark::RegisterBenchmark(name, [=](benchmark::State &state) {
			function(reinterpret_cast<struct gbench_state *>(&state), argument);
		});
	registered->Iterations(iterations);
	registered->Unit(milliseconds ? benchmark::kMillisecond : benchmark::kNanosecond);
	if (repetitions)
		registered->Repetitions(repetitions);
}

void gbench_clear(void)
{
	benchmark::ClearRegisteredBenchmarks();
}

bool gbench_next(struct gbench_state *state)
{
	return of(state).KeepRunning();
}

void gbench_pause(struct gbench_state *state)
{
	of(state).PauseTiming();
}

void gbench_resume(struct gbench_state *state)
{
	of(state).ResumeTiming();
}

void gbench_fail(struct gbench_state *state, const char *why)
{
	of(state).SkipWithError(why);
}

void gbench_counter(struct gbench_state *state, const char *name, double value)
{
	of(state).counters[name] = value;
}

void gbench_time_each(struct gbench_state *state, const char *name, double count)
{
	auto flags = benchmark::Counter::kIsRate | benchmark::Counter::kInvert;
	of(state).counters[name] =
		benchmark::Counter(count, static_cast<benchmark::Counter::Flags>(flags));
}

void gbench_context(const char *key, const char *value)
{
	benchmark::AddCustomContext(key, value);
}

bool gbench_arguments(int *argc, char **argv, int words)
{
	benchmark::Initialize(argc, argv);
	for (int i = 1; i < *argc; i++)
		if (argv[i][0] == '-' || i > words)
			return !benchmark::ReportUnrecognizedArguments(*argc, argv);
	return true;
}

uint64_t gbench_run_all(void (*report)(const struct gbench_run *, void *), void *data)
{
	if (!report)
		return benchmark::RunSpecifiedBenchmarks();
	Forward forward(report, data);
	return benchmark::RunSpecifiedBenchmarks(&forward);
}
