/*
 * mix - n timers, a chosen share of which is stopped, over a chosen range of intervals
 *
 * PROGRAM. The workload models no particular program. Programs differ in three respects: how many
 * intervals they have, the range of the intervals, and the share of timers that are stopped. In
 * this workload each of the three is a number that can be varied independently (timerbed map). n
 * timers are armed, each for one of `intervals` intervals. The share `stopped` of the timers is
 * stopped before they fire, and the others fire. Each timer is armed again in the turn (loop
 * iteration) in which it fired or was stopped.
 *
 *	stopped=0		the hold model: all timers fire
 *	stopped=99.5%		requests: nearly none fires
 *	intervals=1		all timers can be grouped by their interval
 *	intervals=0		continuous: no timers can be grouped
 *	range=1e4		the longest interval is 1e4 grains; a wheel whose tick is the grain
 *				has to tell that many ticks apart
 *
 *	shares=zipf		few intervals have most arms, as Zipf's law says
 *	drift=10000		after each 10000 arms a new interval replaces one
 *
 *	stop=disarm		the owner keeps the timer, and arms it again
 *	stop=remove		the timer is freed, and the memory freed last is armed next
 *	stop=rearm		the timer is not stopped but re-armed while it is armed
 *
 * PARAMETERS, all assumed. Intervals are between range/spread and range grains (the grain is the
 * trace's unit of time), with the same number of intervals in each octave. If there are K
 * intervals, a logarithmic scale is cut into K equal slices, and interval k is the middle of slice
 * k. Continuous intervals are uniform on the logarithmic scale. So a single interval and a
 * different interval for each arm are the two extremes of one parameter. A timer that is stopped is
 * stopped at a uniform time in the first `within` (a fraction) of its interval. The spread of 10 (1
 * s to 10 s with the defaults) models a program with timeouts of one kind. Only ratios to the grain
 * matter to structures.
 *
 * SHARES AND DRIFT are of the K intervals, and assumed as well. With shares=even each interval has
 * the same share of the arms. With shares=zipf the share of the interval of rank r is in proportion
 * to r^-exponent. With exponent=1 the first of 64 intervals has a fifth of the arms, and the last
 * has 1 in 300. The ranks are scattered over the scale, in the same way for each seed, so rank and
 * length are independent. With drift=N, one interval goes out of use after every N arms, and an
 * interval that was never used before takes its place, its slice and its share. The slices take
 * turns. A program does this whose timeouts are computed, for example from measured round-trip
 * times. Timers that were armed for an old interval still run, so at any time more than K intervals
 * are armed. Source: assumed. Lawn (Lev-Libfeld 2019) requires few intervals that stay.
 *
 * STEADY STATE. It holds from the first turn. A life is the time from an arm to the firing or stop.
 * The life in which a timer is found is chosen with a weight that is its length in whole turns, and
 * the timer is in any of these turns with equal probability. An interval that is uniform on the
 * logarithmic scale is uniform if it is size-biased. Rounded to the middles of the slices, it gives
 * the middles the right weights, since the slices' widths are proportional to their middles. A stop
 * at u times the interval becomes, size-biased, a stop at sqrt(u) times the interval. The fill
 * draws from a mixture whose weights are at least the weights in whole turns, and rejects by the
 * ratio. It arms each timer at the time when the program armed it, for its whole interval
 * (history.h). With shares=zipf or a drift, the fill draws the slice, and the turn in which the
 * timer was armed, so the interval is the one of that turn. Then the same process runs, unmeasured,
 * for half of a mean life, about n operations. After this time, structures that keep a stopped
 * timer as a tombstone have their full number of tombstones.
 *
 * TURNS take batch / 2 x (mean life) / n, but at most half of the shortest interval. (A life is two
 * operations, or one if it ends with a re-arm.) So a timer always has a turn before the turn in
 * which it would fire, and the share of stopped timers is the requested one at any n. The loop
 * sleeps through turns in which nothing happens. If the mean life divided by n is below the grain,
 * turns last one grain, and more than a batch of lives ends in each turn. For example, range=100
 * with a million timers fires thousands of timers in a tick, as such a program would.
 *
 * PREDICTION. The more timers are stopped, the less work a structure has with sorting the others.
 * Heaps with cached keys lead at stopped=0 until n exceeds the caches. As `stopped` approaches 1,
 * structures that stop in O(1) lead instead: common-timeout if there are few intervals,
 * ladder-queue, pairing-heap and wheels if there are many. At 99.9 % all operations link or unlink
 * list entries, with one miss each. common-timeout leads as long as its heap of queue heads fits
 * into the first-level cache, and is the slowest heap if the intervals are continuous. The range
 * affects wheels (one more level for each factor of 64, a cascade for each level) and radix-heap (a
 * list for each bit). It does not affect comparison-based structures, until so many deadlines are
 * equal that a turn fires thousands of timers.
 *
 * With shares=zipf, structures that group by interval do better than with as many even shares: the
 * queues of the first ranks stay in the cache, and a heap of queue heads moves few of them. With
 * 1000 intervals the gain is larger than with 64, because 64 queue heads fit into the first-level
 * cache anyway. With drift=10000, each interval lives for K x 10000 arms. A structure that gives an
 * interval a queue at its second use pays for one new queue in 10000 arms, which is not measurable.
 * A structure with room for a fixed number of intervals puts all timers into its general part if it
 * never gives up the queues of intervals that are out of use, and slows down to that part. Other
 * structures do not see the shares and the drift.
 */
#include "calendar.h"
#include "history.h"
#include "mix/intervals.h"

enum { DISARM, REMOVE, REARM };
enum { EVEN, ZIPF };

static const char *const stop_words[] = { "disarm", "remove", "rearm", NULL };
static const char *const share_words[] = { "even", "zipf", NULL };

struct mix_options {
	struct workload_common common;
	double stopped;
	int stop;
	double within;
	uint64_t intervals; /* 0: continuous */
	uint64_t range;	    /* grains */
	double spread;
	int shares;
	double exponent;
	uint64_t drift; /* arms; 0: no drift */
};

static const struct option_spec mix_specs[] = {
	WORKLOAD_COMMON_OPTIONS(struct mix_options),
	{ "stopped", OPTION_REAL, offsetof(struct mix_options, stopped), 0, 1, "50%", NULL,
	  "share of the timers that are stopped before they fire" },
	{ "stop", OPTION_WORD, offsetof(struct mix_options, stop), 0, 0, "disarm", stop_words,
	  "how a timer is stopped" },
	{ "within", OPTION_REAL, offsetof(struct mix_options, within), 0.001, 1, "1", NULL,
	  "share of the interval within which a timer is stopped" },
	{ "intervals", OPTION_COUNT, offsetof(struct mix_options, intervals), 0, 1e6, "0", NULL,
	  "number of distinct intervals (0: continuous)" },
	{ "range", OPTION_COUNT, offsetof(struct mix_options, range), 4, 1e15, "1e7", NULL,
	  "longest interval / grain (a tick can be as long as a grain)" },
	{ "spread", OPTION_REAL, offsetof(struct mix_options, spread), 1, 1e9, "10", NULL,
	  "longest interval / shortest" },
	{ "shares", OPTION_WORD, offsetof(struct mix_options, shares), 0, 0, "even", share_words,
	  "how many arms use each of the intervals" },
	{ "exponent", OPTION_REAL, offsetof(struct mix_options, exponent), 0.01, 10, "1", NULL,
	  "exponent of Zipf's law" },
	{ "drift", OPTION_COUNT, offsetof(struct mix_options, drift), 0, 1e12, "0", NULL,
	  "arms after which a new interval replaces one (0: never)" },
	{ .name = NULL },
};

static const char *const mix_variants[] = {
	"",
	"stopped=0",
	"stopped=99.9%",
	"intervals=1",
	"intervals=256",
	"range=100",
	"stop=remove",
	"stop=rearm",
	"intervals=64,shares=zipf",
	"intervals=1000,shares=zipf",
	"intervals=64,drift=10000",
	NULL,
};

struct mix {
	struct generator *generator;
	const struct mix_options *options;
	double shortest, longest; /* ns */
	double mean;		  /* mean interval of an arm, ns */
	uint64_t turn;		  /* ns */
	uint64_t start;		  /* time of turn 0, ns */
	uint64_t number;	  /* number of the current turn */
	uint64_t *free;		  /* ids of lives that have ended in this turn */
	uint64_t free_count;
	struct calendar stops;
	struct slices slices; /* of uneven shares or a drift */
};

/* A life: from an arm to the firing or stop, which the loop sees `turns` turns later. */
struct life {
	uint64_t interval; /* ns */
	uint64_t turns;
	bool stopped;
};

/* Returns the middle of the slice that contains `x`, or `x` itself if intervals are continuous. */
static double to_slice(const struct mix *mix, double x)
{
	double slices = (double)mix->options->intervals, spread = mix->options->spread;
	double slice;

	if (slices == 0 || spread == 1)
		return x;
	slice = floor(slices * log(x / mix->shortest) / log(spread));
	slice = fmin(fmax(slice, 0), slices - 1);
	return mix->shortest * pow(spread, (slice + 0.5) / slices);
}

/*
 * Draws the interval of a new arm or, if `biased`, the size-biased interval in which a timer is
 * found.
 */
static double draw_interval(const struct mix *mix, bool biased)
{
	double u = generator_uniform(mix->generator);

	if (biased)
		return to_slice(mix, mix->shortest + (mix->longest - mix->shortest) * u);
	return to_slice(mix, mix->shortest * pow(mix->options->spread, u));
}

/* Returns the mean of draw_interval without bias, by the sum of a geometric series or its limit. */
static double mean_interval(const struct mix *mix)
{
	double slices = (double)mix->options->intervals, octaves = log(mix->options->spread);
	double width = mix->longest - mix->shortest;

	if (mix->slices.count)
		return mix->slices.mean;
	if (octaves == 0)
		return mix->shortest;
	if (slices == 0)
		return width / octaves;
	return width * exp(octaves / slices / 2) / (slices * expm1(octaves / slices));
}

/* Returns the mean time from arm to stop of the timers that are stopped. */
static double mean_stop(const struct mix *mix)
{
	return mix->options->within * mix->mean / 2;
}

static double mean_life(const struct mix *mix)
{
	double stopped = mix->options->stopped;

	return stopped * mean_stop(mix) + (1 - stopped) * mix->mean;
}

/*
 * Returns a life with this interval that ends after `lasts` ns. A timer that is stopped is stopped
 * at least one turn before it would fire.
 */
static struct life life_of(const struct mix *mix, double interval, bool stopped, double lasts)
{
	struct life life = {
		.interval = whole_grains(interval, mix->options->common.grain),
		.stopped = stopped,
	};
	uint64_t limit = turns_until(life.interval, mix->turn);
	uint64_t turns = turns_until(whole_grains(lasts, 1), mix->turn);

	life.turns = !stopped ? limit : turns < limit ? turns : limit - 1;
	return life;
}

static struct life new_life(struct mix *mix)
{
	double interval = mix->slices.count ? slices_arm(&mix->slices, mix->generator)
					    : draw_interval(mix, false);
	bool stopped = generator_uniform(mix->generator) < mix->options->stopped;
	double lasts = interval;

	if (stopped)
		lasts *= mix->options->within * generator_uniform(mix->generator);
	return life_of(mix, interval, stopped, lasts);
}

/*
 * Draws a life in which a timer is found. Draws whether the timer will be stopped, the interval,
 * and the part of the interval until the stop, with the weight (duration + turn), which is never
 * less than the duration in whole turns. Then rejects by the ratio of the two.
 */
static struct life found_life(const struct mix *mix)
{
	const struct mix_options *options = mix->options;
	struct generator *generator = mix->generator;
	double width = (double)mix->turn;
	double stops = options->stopped * (mean_stop(mix) + width);
	double fires = (1 - options->stopped) * (mix->mean + width);

	for (;;) {
		bool stopped = draw_between(generator, 0, stops + fires) < stops;
		double expected = stopped ? mean_stop(mix) : mix->mean;
		bool biased = generator_uniform(generator) < expected / (expected + width);
		double interval = draw_interval(mix, biased), lasts = interval;
		double part = generator_uniform(generator);
		struct life life;

		if (stopped)
			lasts *= options->within * (biased ? sqrt(part) : part);
		life = life_of(mix, interval, stopped, lasts);
		if (generator_uniform(generator) < (double)life.turns * width / (lasts + width))
			return life;
	}
}

/* Returns the number of intervals that are replaced during `turns` turns with n timers. */
static uint64_t replaced_in(const struct mix *mix, uint64_t turns, uint64_t n)
{
	if (!mix->slices.every)
		return 0;
	return (uint64_t)((double)turns * (double)mix->turn / mean_life(mix) * (double)n /
			  (double)mix->slices.every);
}

/*
 * Draws a life by the table of slices, and how many turns ago it began. All pairs of a life and one
 * of its turns have the same weight. Draws a turn that is before the end of the slice's longest
 * life, then the life that begins in this turn, and rejects it if it ends too early. The interval
 * is the one that was in use in this turn.
 */
static struct life found_slice(const struct mix *mix, uint64_t n, uint64_t *age)
{
	const struct slices *slices = &mix->slices;
	struct generator *generator = mix->generator;
	struct life life;

	do {
		uint64_t slice = slices_draw(slices, generator, slices->found);
		bool stopped = generator_uniform(generator) < mix->options->stopped;
		double lasts = stopped ? mix->options->within * generator_uniform(generator) : 1;
		double interval;

		*age = generator_below(generator, slices->turns[slice]);
		interval = slices_interval(slices, generator, slice,
					   slices->replaced - replaced_in(mix, *age, n));
		life = life_of(mix, interval, stopped, lasts * interval);
	} while (*age >= life.turns && !generator_failed(generator));
	return life;
}

/* Arms n timers that are at random points of their lives in turn 0. */
static void fill(struct mix *mix, struct history *history, uint64_t n)
{
	uint64_t age;

	/* The longest life began when fewer intervals had been replaced. */
	mix->slices.replaced =
		replaced_in(mix, turns_until((uint64_t)mix->longest, mix->turn) + 1, n) + 1;
	for (uint64_t id = 0; id < n && !generator_failed(mix->generator); id++) {
		struct life life;

		if (mix->slices.count) {
			life = found_slice(mix, n, &age);
		} else {
			life = found_life(mix);
			age = generator_below(mix->generator, life.turns);
		}

		history_arm(history, age, id, life.interval);
		if (life.stopped)
			calendar_add(&mix->stops, id, life.turns - age);
	}
	history_play(history, mix->generator);
	mix->start = generator_now(mix->generator);
}

static void stop(struct mix *mix, uint64_t id)
{
	if (mix->options->stop == REMOVE)
		generator_remove(mix->generator, id);
	else if (mix->options->stop == DISARM)
		generator_disarm(mix->generator, id);
	mix->free[mix->free_count++] = id;
}

/* Arms the timers whose life has ended in this turn. */
static void arm_again(struct mix *mix)
{
	for (uint64_t i = 0; i < mix->free_count; i++) {
		bool newest_first = mix->options->stop == REMOVE;
		uint64_t id = mix->free[newest_first ? mix->free_count - 1 - i : i];
		struct life life = new_life(mix);

		generator_arm(mix->generator, id, life.interval);
		if (life.stopped)
			calendar_add(&mix->stops, id, mix->number + life.turns);
	}
	mix->free_count = 0;
}

/* Generates one turn. If `may_sleep`, the loop sleeps through the turn if nothing happens in it. */
static void take_turn(struct mix *mix, bool may_sleep)
{
	uint64_t now = mix->start + ++mix->number * mix->turn, id;
	bool stops = calendar_take(&mix->stops, mix->number, &id);
	const uint64_t *fired;
	size_t count;

	if (may_sleep && !stops && generator_earliest(mix->generator) > now)
		return;
	count = generator_advance(mix->generator, now, &fired);
	for (size_t i = 0; i < count; i++)
		mix->free[mix->free_count++] = fired[i];
	for (; stops; stops = calendar_take(&mix->stops, mix->number, &id))
		stop(mix, id);
	arm_again(mix);
}

/*
 * Runs for half of a mean life, about n operations. The loop does not sleep through the last turn,
 * so the time at which the measured phase begins does not depend on what happens.
 */
static void warm_up(struct mix *mix)
{
	uint64_t turns = turns_until(whole_grains(mean_life(mix) / 2, 1), mix->turn);

	while (mix->number < turns && !generator_failed(mix->generator))
		take_turn(mix, mix->number + 1 < turns);
}

/*
 * Returns the time in which a batch of operations happens, but at most half of the shortest
 * interval.
 */
static uint64_t choose_turn(const struct mix *mix, uint64_t n)
{
	const struct mix_options *options = mix->options;
	uint64_t grain = options->common.grain;
	uint64_t most = (uint64_t)(mix->shortest / (double)grain / 2) * grain;
	double operations = options->stop == REARM ? 2 - options->stopped : 2;
	double batch = (double)workload_batch(&options->common, n);
	uint64_t turn = turn_length(batch / operations * mean_life(mix) / (double)n, grain);

	return turn < most ? turn : most;
}

/*
 * Makes the table of slices, if the shares are uneven or the intervals drift. Returns false if
 * memory runs out.
 */
static bool make_slices(struct mix *mix)
{
	const struct mix_options *options = mix->options;
	double exponent = options->shares == ZIPF ? options->exponent : 0;

	if (options->shares == EVEN && !options->drift)
		return true;
	mix->slices.grain = options->common.grain;
	mix->slices.every = options->drift;
	return slices_begin(&mix->slices, mix->generator, options->intervals, mix->shortest,
			    options->spread, exponent);
}

static void mix_generate(struct generator *generator, const void *given, uint64_t n,
			 uint64_t operations)
{
	const struct mix_options *options = given;
	double longest = (double)options->range * (double)options->common.grain;
	struct mix mix = {
		.generator = generator,
		.options = options,
		.shortest = longest / options->spread,
		.longest = longest,
	};
	struct history history;

	if (!make_slices(&mix))
		return;
	mix.mean = mean_interval(&mix);
	mix.turn = choose_turn(&mix, n);
	slices_found(&mix.slices, mix.turn);
	mix.free = workload_memory(generator, n, sizeof(*mix.free));
	if (!mix.free)
		goto no_memory;
	if (!calendar_begin(&mix.stops, generator, n))
		goto no_calendar;
	if (!history_begin(&history, generator, n, mix.turn))
		goto no_history;
	generator_begin(generator, n, options->common.grain);
	generator_mark(generator, "fill", false);
	fill(&mix, &history, n);
	warm_up(&mix);
	generator_mark(generator, "steady", true);
	while (!generator_done(generator, operations))
		take_turn(&mix, true);
no_history:
	calendar_end(&mix.stops);
no_calendar:
	free(mix.free);
no_memory:
	slices_end(&mix.slices);
}

static const char *mix_refuse(const void *given)
{
	const struct mix_options *options = given;
	double shortest = (double)options->range / options->spread;

	if (shortest < 2)
		return "range / spread must be at least 2: a timer of one grain cannot be stopped";
	if ((double)options->range * (double)options->common.grain > (double)LONGEST_DURATION)
		return "range x grain is longer than 36 years";
	if (options->intervals > 1 && options->spread > 1 &&
	    shortest * expm1(log(options->spread) / (double)options->intervals) < 1)
		return "the intervals are less than a grain apart: use fewer intervals, or a longer range";
	if (options->intervals > 1 && options->spread == 1)
		return "spread=1 leaves room for one interval";
	if (options->intervals == 0 && (options->shares == ZIPF || options->drift))
		return "shares and drift are of a number of intervals: set intervals";
	if (options->drift &&
	    shortest * expm1(log(options->spread) / (double)options->intervals) < 2)
		return "the range has no room for new intervals: use fewer intervals, or a longer range";
	return NULL;
}

const struct workload workload_mix = {
	.name = "mix",
	.summary = "a share of n timers is stopped, the rest fires; intervals and range are chosen",
	.source = "no program in particular: the parameters that maps vary. All of them are "
		  "assumed",
	.prediction = "heaps with cached keys win while few timers are stopped and n fits the "
		      "caches, then structures that stop in O(1); common-timeout wins while "
		      "intervals are few; the range matters only to wheels and radix-heap; Zipf "
		      "shares help structures that group by interval, and a drift costs only those "
		      "that keep queues of old intervals",
	.options = mix_specs,
	.options_size = sizeof(struct mix_options),
	.variants = mix_variants,
	.refuse = mix_refuse,
	.generate = mix_generate,
};
