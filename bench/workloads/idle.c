/*
 * idle - a server's idle timeouts: re-armed at each activity, hardly ever reached
 *
 * PROGRAM. A server has n connections. Each has a timeout, and is closed when it has received
 * nothing for this time. In each turn (loop iteration) some connections are active, and each active
 * connection re-arms its timer, which is still armed. A connection that times out is closed, and a
 * new connection replaces it in the same turn.
 *
 * PARAMETERS. The timeout of 60 s is of the order of magnitude of servers' defaults (nginx keeps
 * idle connections for 75 s, Apache waits 60 s). One activity per second and connection (Poisson)
 * is assumed. activity=zipf spreads the activity over the connections by Zipf's law. Its exponent
 * of 0.9 is assumed; it is a little more uneven than the 0.64 to 0.83 that Breslau et al. (INFOCOM
 * 1999) found for web pages.
 *
 *	intervals=1		every connection has the same timeout
 *	intervals=16		each has one of 16, evenly spaced from timeout/2 to 2 timeout
 *	intervals=continuous	drawn again, uniform on timeout/2..2 timeout, at each re-arm
 *
 * STEADY STATE. It holds from the first turn, also for the keys in the structure: the fill arms
 * each timer at the time when the program last armed it, for its whole interval (history.h). With
 * rate l and timeout D, the age a has a density proportional to exp(-l a) on 0..D. Random timeouts
 * D are weighted, by rejection, with the mean duration of an interval, (1 - exp(-l D)) / l.
 *
 * The fill also plays one earlier arm of each timer, at a uniform time in the last timeout before
 * now. In most structures the re-arm leaves no trace of the earlier arm. But a lazy structure moves
 * a timer only about once per timeout, when the old deadline passes that is still the timer's key.
 * Without the earlier arms no such deadline would pass in the next 59 seconds, and lazy re-arms
 * would seem to cost nothing.
 *
 * TURNS take batch / (n x rate), and `batch` connections are active in each turn. A connection may
 * be active more than once in a turn, as in a program. A million operations on a million
 * connections take one second, or n / batch turns. One second is far shorter than a timeout, so the
 * fill must reach the right state.
 *
 * Zipf's ranks are drawn by rejection-inversion (Hoermann and Derflinger, TOMACS 1996), which takes
 * O(1) per draw and needs no table.
 *
 * PREDICTION. Nearly all operations are re-arms to a later deadline. lazy:X does each of them with
 * a single store, whatever X is, and should be nearly as fast as the yardstick that only touches
 * the timer. With 1 or 16 intervals, common-timeout unlinks the timer and appends it to a queue. It
 * accesses the cache lines of the timer's neighbours and of the queue's tail, so its cost does not
 * depend on n. A wheel costs about the same with any interval. A heap sifts the timer from its
 * position down to the leaves, where the latest deadlines are; this takes O(log n) misses and is
 * its worst case. With continuous intervals, common-timeout has no queues to use, and is slower
 * than its inner heap. Zipf's law keeps the busy connections in the cache and makes all differences
 * smaller.
 */
#include "history.h"

enum { ONE, SIXTEEN, CONTINUOUS };
enum { EVEN, ZIPF };

static const char *const interval_words[] = { "1", "16", "continuous", NULL };
static const char *const activity_words[] = { "uniform", "zipf", NULL };

struct idle_options {
	struct workload_common common;
	uint64_t timeout; /* ns */
	int intervals;
	int activity;
	double exponent;
	double rate; /* activities per second and connection, on average */
};

static const struct option_spec idle_specs[] = {
	WORKLOAD_COMMON_OPTIONS(struct idle_options),
	{ "intervals", OPTION_WORD, offsetof(struct idle_options, intervals), 0, 0, "1",
	  interval_words, "number of distinct timeouts" },
	{ "timeout", OPTION_DURATION, offsetof(struct idle_options, timeout), 1e6, 1e15, "60s",
	  NULL, "idle timeout" },
	{ "activity", OPTION_WORD, offsetof(struct idle_options, activity), 0, 0, "uniform",
	  activity_words, "how activity spreads over the connections" },
	{ "exponent", OPTION_REAL, offsetof(struct idle_options, exponent), 0.01, 10, "0.9", NULL,
	  "exponent of Zipf's law" },
	{ "rate", OPTION_REAL, offsetof(struct idle_options, rate), 1e-6, 1e6, "1", NULL,
	  "mean number of activities of a connection per second" },
	{ .name = NULL },
};

static const char *const idle_variants[] = { "", "intervals=16", "intervals=continuous",
					     "activity=zipf", NULL };

struct idle {
	struct generator *generator;
	const struct idle_options *options;
	uint64_t n;
	double total; /* sum of rank^-exponent over all ranks */
	double low, high, sure;
};

/* An integral of x^-exponent, and the inverse function of the integral. */
static double area(const struct idle *idle, double x)
{
	double rest = 1 - idle->options->exponent;

	return fabs(rest) < 1e-9 ? log(x) : expm1(rest * log(x)) / rest;
}

static double area_inverse(const struct idle *idle, double y)
{
	double rest = 1 - idle->options->exponent;

	return fabs(rest) < 1e-9 ? exp(y) : exp(log1p(rest * y) / rest);
}

static void zipf_begin(struct idle *idle)
{
	double exponent = idle->options->exponent;

	for (uint64_t rank = 1; rank <= idle->n; rank++)
		idle->total += pow((double)rank, -exponent);
	idle->low = area(idle, 1.5) - 1;
	idle->high = area(idle, (double)idle->n + 0.5);
	idle->sure = 2 - area_inverse(idle, area(idle, 2.5) - pow(2, -exponent));
}

/*
 * Rank k gets the area under the curve from k - 1/2 to k + 1/2, which is a little more than
 * k^-exponent. A point in the excess, at the low end of that range, is rejected. The first test
 * accepts most of the other points without evaluating area().
 */
static uint64_t zipf_rank(const struct idle *idle)
{
	double exponent = idle->options->exponent, n = (double)idle->n;

	for (;;) {
		double y = draw_between(idle->generator, idle->low, idle->high);
		double x = area_inverse(idle, y);
		double rank = fmin(fmax(round(x), 1), n);

		if (rank - x <= idle->sure || y >= area(idle, rank + 0.5) - pow(rank, -exponent))
			return (uint64_t)rank;
	}
}

static uint64_t active_connection(const struct idle *idle)
{
	if (idle->options->activity == EVEN)
		return generator_below(idle->generator, idle->n);
	return zipf_rank(idle) - 1;
}

/* Returns the rate of activities of a connection per nanosecond. */
static double rate_of(const struct idle *idle, uint64_t id)
{
	double rate = idle->options->rate / (double)TIMER_SECOND;

	if (idle->options->activity == EVEN)
		return rate;
	return rate * (double)idle->n * pow((double)id + 1, -idle->options->exponent) / idle->total;
}

/* Returns the timeout with which a connection re-arms its timer. */
static uint64_t interval_of(const struct idle *idle, uint64_t id)
{
	const struct idle_options *options = idle->options;
	double timeout = (double)options->timeout, interval = timeout;

	if (options->intervals == SIXTEEN)
		interval = timeout * (0.5 + 1.5 * (double)(id % 16) / 15);
	else if (options->intervals == CONTINUOUS)
		interval = draw_between(idle->generator, timeout / 2, 2 * timeout);
	return whole_grains(interval, options->common.grain);
}

/*
 * Draws the timeout with which a connection is found. An interval that lasts longer is found more
 * often.
 */
static uint64_t interval_found(const struct idle *idle, uint64_t id, double rate)
{
	uint64_t interval;

	if (idle->options->intervals != CONTINUOUS)
		return interval_of(idle, id);
	do {
		interval = interval_of(idle, id);
	} while (generator_uniform(idle->generator) >=
		 expm1(-rate * (double)interval) /
			 expm1(-rate *
			       (double)(2 * idle->options->timeout + idle->options->common.grain)));
	return interval;
}

/*
 * Records an earlier arm, whose deadline a lazy structure still has as the timer's key. Records
 * nothing if the drawn time is not before the last arm. Ages are multiples of `step` turns, so that
 * these arms add only about n / batch turns to the fill instead of a turn for each arm.
 */
static void fill_earlier(const struct idle *idle, struct history *history, uint64_t id,
			 uint64_t last, uint64_t step)
{
	uint64_t interval = interval_of(idle, id);
	uint64_t turns = generator_below(idle->generator, turns_until(interval, history->turn));

	turns = turns / step * step;
	if (turns > last)
		history_arm(history, turns, id, interval);
}

static void fill(const struct idle *idle, struct history *history, uint64_t batch)
{
	uint64_t step = turns_until(idle->options->timeout, history->turn) / (idle->n / batch);

	for (uint64_t id = 0; id < idle->n; id++) {
		double rate = rate_of(idle, id);
		uint64_t interval = interval_found(idle, id, rate);
		double passed = -expm1(-rate * (double)interval);
		double age = -log1p(-generator_uniform(idle->generator) * passed) / rate;
		uint64_t turns = (uint64_t)(age / (double)history->turn);

		history_arm(history, turns, id, interval);
		fill_earlier(idle, history, id, turns, step ? step : 1);
	}
	history_play(history, idle->generator);
}

static void idle_generate(struct generator *generator, const void *given, uint64_t n,
			  uint64_t operations)
{
	const struct idle_options *options = given;
	uint64_t batch = workload_batch(&options->common, n);
	double second = (double)TIMER_SECOND;
	uint64_t turn = turn_length((double)batch * second / ((double)n * options->rate),
				    options->common.grain);
	struct idle idle = { .generator = generator, .options = options, .n = n };
	struct history history;

	if (!history_begin(&history, generator, 2 * n, turn))
		return;
	if (options->activity == ZIPF)
		zipf_begin(&idle);
	generator_begin(generator, n, options->common.grain);
	generator_mark(generator, "fill", false);
	fill(&idle, &history, batch);

	generator_mark(generator, "steady", true);
	while (!generator_done(generator, operations)) {
		const uint64_t *fired;
		size_t count =
			generator_advance(generator, generator_now(generator) + turn, &fired);

		for (size_t i = 0; i < count; i++)
			generator_arm(generator, fired[i], interval_of(&idle, fired[i]));
		for (uint64_t i = 0; i < batch; i++) {
			uint64_t id = active_connection(&idle);

			generator_arm(generator, id, interval_of(&idle, id));
		}
	}
}

const struct workload workload_idle = {
	.name = "idle",
	.summary = "a server's idle timeouts: postponed at each activity, hardly ever reached",
	.source = "idle timeouts as in nginx and Apache; Zipf activity after Breslau et al., "
		  "INFOCOM 1999, drawn as in Hoermann and Derflinger, TOMACS 1996. One activity a "
		  "second and connection, and the exponent, are assumed",
	.prediction = "nearly all operations are re-arms to a later deadline: lazy variants are "
		      "near the touch floor, common-timeout and wheels are flat in n, heaps sift "
		      "to the leaves each time; common-timeout gains nothing with continuous "
		      "intervals",
	.options = idle_specs,
	.options_size = sizeof(struct idle_options),
	.variants = idle_variants,
	.generate = idle_generate,
};
