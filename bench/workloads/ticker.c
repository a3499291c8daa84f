/*
 * ticker - periodic timers, each armed again for its next deadline when it has fired
 *
 * PROGRAM. A program with sampling, polling, heartbeats, animation or statistics has n periodic
 * timers that always fire, like EV_PERSIST events with a timeout in libevent.
 *
 * PARAMETERS. Periods are the round numbers that programmers write: 1, 10, 100, 250, 1000 and 5000
 * ms (Peter et al., EuroSys 2008, found that round numbers dominate). The number of timers with
 * each period is assumed: it is proportional to sqrt(period). So the firings of a class are
 * proportional to 1 / sqrt(period), and no class is lost, neither among the timers nor among the
 * firings:
 *
 *	period		1 ms	10 ms	100 ms	250 ms	1 s	5 s
 *	timers		 0.8 %	 2.4 %	 7.6 %	12.0 %	23.9 %	53.4 %
 *	firings		65.6 %	20.7 %	 6.6 %	 4.1 %	 2.1 %	 0.9 %
 *
 * With small n the rare classes have no timers. With phase=random each timer has a random phase, as
 * if it had been started at a random time. With phase=aligned all deadlines are multiples of the
 * period, as in programs that round their timers to save wake-ups (Linux: round_jiffies).
 *
 * The next deadline is the previous deadline plus the period, so that lateness does not accumulate.
 * If this deadline has passed too, the next deadline is now plus the period, as in libevent. A
 * deadline computed so is not a timeout from now. So the timer is armed with an absolute deadline
 * and without an interval to group by, as an event loop would arm it.
 *
 * STEADY STATE. Phases are in equilibrium from the beginning, because they are uniform on the
 * period. An arm follows each firing.
 *
 * TURNS (loop iterations). The loop sleeps until a timer is due, but at least for the length of a
 * turn. This is the time of about `batch` firings at the mean rate, or the shortest period if that
 * is shorter, since a program with millisecond timers wakes up every millisecond. So with few
 * timers a turn has fewer operations than `batch`. Aligned timers fire in herds. A million
 * operations on a million timers take 43 ms (each timer fires 11.5 times per second on average).
 *
 * PREDICTION. All timers fire, as in hold, but near deadlines are much more frequent than their
 * share of the timers. The timers of the fast classes are at the top of a heap and in the lowest
 * level of a wheel. So both structures are faster than in hold, and the cache lines of these timers
 * stay in the cache. Wheels win with phase=aligned, because whole slots fire at once while heaps
 * pay O(log n) for each timer.
 */
#include "draw.h"

enum { MIX }; /* the words after "mix" are the periods, in order */
enum { RANDOM, ALIGNED };

#define PERIODS 6

static const uint64_t periods[PERIODS] = { 1, 10, 100, 250, 1000, 5000 }; /* ms */
static const char *const period_words[] = {
	"mix", "1ms", "10ms", "100ms", "250ms", "1s", "5s", NULL
};
static const char *const phase_words[] = { "random", "aligned", NULL };

struct ticker_options {
	struct workload_common common;
	int period;
	int phase;
};

static const struct option_spec ticker_specs[] = {
	WORKLOAD_COMMON_OPTIONS(struct ticker_options),
	{ "period", OPTION_WORD, offsetof(struct ticker_options, period), 0, 0, "mix", period_words,
	  "mix: all periods; otherwise the period of every timer" },
	{ "phase", OPTION_WORD, offsetof(struct ticker_options, phase), 0, 0, "random", phase_words,
	  "deadlines: random, or at multiples of the period" },
	{ .name = NULL },
};

static const char *const ticker_variants[] = { "", "phase=aligned", "period=100ms", NULL };

struct ticker {
	struct generator *generator;
	uint64_t *periods;   /* by id, ns */
	uint64_t *deadlines; /* by id */
	uint64_t turn;	     /* ns */
};

/*
 * Returns the period, in ms, of the timer at the position `place` (0..1) if timers are in order of
 * period.
 */
static uint64_t period_at(double place)
{
	double all = 0, sum = 0;

	for (int i = 0; i < PERIODS; i++)
		all += sqrt((double)periods[i]);
	for (int i = 0; i < PERIODS - 1; i++) {
		sum += sqrt((double)periods[i]);
		if (place * all < sum)
			return periods[i];
	}
	return periods[PERIODS - 1];
}

/* Sets the period of each timer, and returns the length of a turn. */
static uint64_t choose_periods(struct ticker *ticker, const struct ticker_options *options,
			       uint64_t n)
{
	double rate = 0, batch = (double)workload_batch(&options->common, n);
	uint64_t shortest = UINT64_MAX, turn;

	for (uint64_t id = 0; id < n; id++) {
		uint64_t ms = options->period == MIX ? period_at(((double)id + 0.5) / (double)n)
						     : periods[options->period - 1];

		ticker->periods[id] = whole_grains((double)ms * 1e6, options->common.grain);
		rate += 1 / (double)ticker->periods[id];
		if (ticker->periods[id] < shortest)
			shortest = ticker->periods[id];
	}
	turn = turn_length(batch / rate, options->common.grain);
	return turn < shortest ? turn : shortest;
}

static void arm(struct ticker *ticker, uint64_t id, uint64_t deadline)
{
	ticker->deadlines[id] = deadline;
	generator_arm_absolute(ticker->generator, id, deadline);
}

static void fill(struct ticker *ticker, const struct ticker_options *options, uint64_t n)
{
	uint64_t grain = options->common.grain;

	for (uint64_t id = 0; id < n; id++) {
		uint64_t grains = ticker->periods[id] / grain;
		uint64_t phase = options->phase == RANDOM
					 ? 1 + generator_below(ticker->generator, grains)
					 : grains;

		arm(ticker, id, phase * grain);
	}
}

static void run(struct ticker *ticker, uint64_t operations)
{
	struct generator *generator = ticker->generator;

	while (!generator_done(generator, operations)) {
		uint64_t turn_end = generator_now(generator) + ticker->turn;
		uint64_t earliest = generator_earliest(generator);
		const uint64_t *fired;
		size_t count = generator_advance(generator,
						 earliest > turn_end ? earliest : turn_end, &fired);
		uint64_t now = generator_now(generator);

		for (size_t i = 0; i < count; i++) {
			uint64_t id = fired[i], period = ticker->periods[id];
			uint64_t deadline = ticker->deadlines[id] + period;

			arm(ticker, id, deadline > now ? deadline : now + period);
		}
	}
}

static void ticker_generate(struct generator *generator, const void *given, uint64_t n,
			    uint64_t operations)
{
	const struct ticker_options *options = given;
	struct ticker ticker = { .generator = generator };

	ticker.periods = workload_memory(generator, n, sizeof(*ticker.periods));
	ticker.deadlines = workload_memory(generator, n, sizeof(*ticker.deadlines));
	if (ticker.periods && ticker.deadlines) {
		ticker.turn = choose_periods(&ticker, options, n);
		generator_begin(generator, n, options->common.grain);
		generator_mark(generator, "fill", false);
		fill(&ticker, options, n);
		generator_mark(generator, "steady", true);
		run(&ticker, operations);
	}
	free(ticker.periods);
	free(ticker.deadlines);
}

const struct workload workload_ticker = {
	.name = "ticker",
	.summary = "periodic timers, each armed again for its next deadline when it has fired",
	.source = "EV_PERSIST as in libevent; round periods after Peter et al., EuroSys 2008; "
		  "alignment as Linux's round_jiffies. Shares in proportion to sqrt(period) are "
		  "assumed",
	.prediction = "as hold, but the fast classes stay in the cache and at the top of a heap; "
		      "wheels win when deadlines are aligned; grouping by interval gains nothing",
	.options = ticker_specs,
	.options_size = sizeof(struct ticker_options),
	.variants = ticker_variants,
	.generate = ticker_generate,
};
