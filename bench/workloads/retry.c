/*
 * retry - clients that retry with backoff and jitter, and sometimes fail together
 *
 * PROGRAM. Each of n clients has one timer, which is always armed. The timer is a pause before the
 * next operation (it fires), a guard of an attempt (usually the answer stops it), or a backoff
 * before the next attempt (it fires). An attempt succeeds, is refused by an answer, or gets no
 * answer, in which case its guard fires. A pause follows success. A backoff, which grows with each
 * attempt, follows failure. From time to time a share of the clients loses its server. All of these
 * clients that are not in a backoff begin one in the same turn (loop iteration), and their attempts
 * are refused until the outage is over.
 *
 * PARAMETERS. Backoff of attempt k:
 *
 *	jitter=full	U(0, c), c = min(20 s, 100 ms x 2^k)	("Exponential Backoff And Jitter",
 *	jitter=equal	c/2 + U(0, c/2)				 AWS Architecture Blog, 2015)
 *	jitter=grpc	min(120 s, 1 s x 1.6^k) x U(0.8, 1.2)	(gRPC's connection backoff)
 *
 * All other numbers are assumed, also the base of 100 ms and the cap of 20 s. 90 % of
 * the attempts succeed, and 5 % of the failures get no answer. The guard is 5 s. Answers take a
 * lognormal time with median 20 ms and sigma 1, and arrive before the guard fires. Pauses are
 * exponential with mean 100 ms (busy clients). An outage hits 10 % of the clients for 500 ms. The
 * first outage begins after a quarter of the measured operations, so that every trace has one.
 * Further outages follow at intervals of one second of virtual time.
 *
 * STEADY STATE (between outages). The fill puts each client into a state of the cycle pause,
 * attempt 0, backoff 0, attempt 1, ..., with the weight visits x mean duration. The interval of the
 * state is drawn size-biased, and a random part of it has passed (draw.h). The fill arms the timer
 * at the time when the program armed it, for its whole interval (history.h). The loop sees events
 * half a turn late on average, so half a turn is added to the mean durations, which is exact
 * enough.
 *
 * TURNS take batch / 2 x (mean duration of a state) / n, because each state is two operations: an
 * arm, and a firing or a stop. A turn first handles firings, then answers, then the beginning of an
 * outage, at which all clients that it hits begin their backoffs. A million operations on a million
 * clients take about 34 ms.
 *
 * PREDICTION. About half of the timers fire, and the other half are stopped soon after they are
 * armed. An arm follows a firing, after which the structure no longer holds the timer, or a stopped
 * guard, whose deadline is nearly always later. So lazy re-arms do not help. Only the guards can be
 * grouped by interval. The structures should rank as in hold, but with smaller differences. An
 * outage is a herd of re-arms. With full jitter, most of them are to earlier deadlines. It makes
 * heaps sift up through O(log n) levels, and shows only in the tail of the distribution.
 */
#include "calendar.h"
#include "history.h"

enum { FULL, EQUAL, GRPC };
enum state { PAUSE, GUARD, BACKOFF };
enum result { SUCCESS, REFUSED, SILENT };

static const char *const jitter_words[] = { "full", "equal", "grpc", NULL };

struct retry_options {
	struct workload_common common;
	int jitter;
	uint64_t base, cap; /* ns */
	double success;
	double silent; /* share of the failures */
	uint64_t timeout, service, pause;
	double outage;
	uint64_t lasts, every;
};

#define ROW(field) offsetof(struct retry_options, field)

static const struct option_spec retry_specs[] = {
	WORKLOAD_COMMON_OPTIONS(struct retry_options),
	{ "jitter", OPTION_WORD, ROW(jitter), 0, 0, "full", jitter_words,
	  "formula of the backoff" },
	{ "base", OPTION_DURATION, ROW(base), 1e3, 1e15, "100ms", NULL,
	  "first backoff (full and equal jitter)" },
	{ "cap", OPTION_DURATION, ROW(cap), 1e3, 1e15, "20s", NULL,
	  "longest backoff (full and equal jitter)" },
	{ "success", OPTION_REAL, ROW(success), 0.01, 1, "90%", NULL,
	  "share of the attempts that succeed" },
	{ "silent", OPTION_REAL, ROW(silent), 0, 1, "5%", NULL,
	  "share of the failed attempts that are not answered" },
	{ "timeout", OPTION_DURATION, ROW(timeout), 1e6, 1e15, "5s", NULL,
	  "how long an attempt waits for its answer" },
	{ "service", OPTION_DURATION, ROW(service), 1e3, 1e15, "20ms", NULL,
	  "median time that an answer takes" },
	{ "pause", OPTION_DURATION, ROW(pause), 1e3, 1e15, "100ms", NULL,
	  "mean pause between operations" },
	{ "outage", OPTION_REAL, ROW(outage), 0, 1, "10%", NULL,
	  "share of the clients that an outage hits" },
	{ "lasts", OPTION_DURATION, ROW(lasts), 1, 1e15, "500ms", NULL, "duration of an outage" },
	{ "every", OPTION_DURATION, ROW(every), 1e6, 1e15, "1s", NULL, "time between outages" },
	{ .name = NULL },
};

static const char *const retry_variants[] = { "", "jitter=equal", "jitter=grpc", NULL };

#define SIGMA  1.0 /* sigma of the answers' times */
#define STAGES 64  /* later attempts count as attempt STAGES - 1 */

struct client {
	uint8_t state;
	uint8_t stage;	/* number of attempts that have failed */
	uint8_t result; /* result of the current attempt */
};

struct retry {
	struct generator *generator;
	const struct retry_options *options;
	struct client *clients;
	struct calendar answers;
	uint64_t n;
	uint64_t turn;				  /* ns */
	uint64_t number;			  /* number of the current turn */
	uint64_t hit_first, hit_count, hit_until; /* the clients of the current outage */
};

/* Stores the range in which a backoff is uniform, in ns. */
static void backoff_range(const struct retry_options *options, unsigned int stage, double *low,
			  double *high)
{
	bool grpc = options->jitter == GRPC;
	double base = grpc ? 1e9 : (double)options->base, cap = grpc ? 120e9 : (double)options->cap;
	double most = fmin(cap, base * pow(grpc ? 1.6 : 2, stage));

	*low = grpc ? 0.8 * most : options->jitter == EQUAL ? most / 2 : 0;
	*high = grpc ? 1.2 * most : most;
}

static void arm(struct retry *retry, uint64_t id, enum state state, double ns)
{
	retry->clients[id].state = (uint8_t)state;
	generator_arm(retry->generator, id, whole_grains(ns, retry->options->common.grain));
}

static void rest(struct retry *retry, uint64_t id)
{
	retry->clients[id].stage = 0;
	arm(retry, id, PAUSE,
	    (double)retry->options->pause * generator_exponential(retry->generator));
}

static void back_off(struct retry *retry, uint64_t id)
{
	double low, high;

	backoff_range(retry->options, retry->clients[id].stage, &low, &high);
	arm(retry, id, BACKOFF, draw_between(retry->generator, low, high));
	if (retry->clients[id].stage < STAGES - 1)
		retry->clients[id].stage++;
}

static bool is_hit(const struct retry *retry, uint64_t id)
{
	uint64_t place =
		id >= retry->hit_first ? id - retry->hit_first : id + retry->n - retry->hit_first;

	return place < retry->hit_count && generator_now(retry->generator) < retry->hit_until;
}

static enum result draw_result(struct retry *retry, uint64_t id)
{
	const struct retry_options *options = retry->options;

	if (is_hit(retry, id))
		return REFUSED;
	if (generator_uniform(retry->generator) < options->success)
		return SUCCESS;
	return generator_uniform(retry->generator) < options->silent ? SILENT : REFUSED;
}

/*
 * Draws the time of an answer in ns, shorter than the guard. If `found`, the answer is found under
 * way, so its time is size-biased.
 */
static double draw_answer(struct retry *retry, bool found)
{
	double median = (double)retry->options->service, ns;

	do {
		ns = found ? draw_lognormal_biased(retry->generator, median, SIGMA)
			   : draw_lognormal(retry->generator, median, SIGMA);
	} while (ns >= (double)retry->options->timeout);
	return ns;
}

static void attempt(struct retry *retry, uint64_t id)
{
	enum result result = draw_result(retry, id);
	uint64_t turns;

	retry->clients[id].result = (uint8_t)result;
	arm(retry, id, GUARD, (double)retry->options->timeout);
	if (result == SILENT)
		return;
	turns = turns_until(whole_grains(draw_answer(retry, false), 1), retry->turn);
	calendar_add(&retry->answers, id, retry->number + turns);
}

/*
 * Handles a firing. If the answer would arrive in the turn in which the guard fires, the guard
 * wins.
 */
static void fire(struct retry *retry, uint64_t id)
{
	if (retry->clients[id].state != GUARD) {
		attempt(retry, id);
		return;
	}
	if (calendar_has(&retry->answers, id))
		calendar_cancel(&retry->answers, id);
	back_off(retry, id);
}

static void answer(struct retry *retry, uint64_t id)
{
	generator_disarm(retry->generator, id);
	if (retry->clients[id].result == SUCCESS)
		rest(retry, id);
	else
		back_off(retry, id);
}

/* A share of the clients loses its server. Their attempts and pauses end, and backoffs begin. */
static void outage(struct retry *retry)
{
	retry->hit_first = generator_below(retry->generator, retry->n);
	retry->hit_count = (uint64_t)(retry->options->outage * (double)retry->n);
	retry->hit_until = generator_now(retry->generator) + retry->options->lasts;
	for (uint64_t i = 0; i < retry->hit_count; i++) {
		uint64_t id = (retry->hit_first + i) % retry->n;
		enum state state = retry->clients[id].state;

		if (state == BACKOFF)
			continue;
		if (state == GUARD) {
			if (calendar_has(&retry->answers, id))
				calendar_cancel(&retry->answers, id);
			generator_disarm(retry->generator, id);
		}
		back_off(retry, id);
	}
}

/* A state of the cycle. */
struct cycle_state {
	enum state state;
	unsigned int stage;
	double visits; /* per cycle */
	double mean;   /* ns */
};

struct cycle {
	struct cycle_state states[1 + 2 * STAGES];
	double visits;	 /* sum over all states */
	double duration; /* ns */
};

static void add_state(struct cycle *cycle, size_t at, struct cycle_state entry)
{
	cycle->states[at] = entry;
	cycle->visits += entry.visits;
	cycle->duration += entry.visits * entry.mean;
}

/*
 * Lists the states from one pause to the next. `late` (ns) is added to the mean duration of each
 * state.
 */
static void list_states(struct cycle *cycle, const struct retry_options *options, double late)
{
	double failure = 1 - options->success, silent = failure * options->silent;
	double answered = lognormal_mean((double)options->service, SIGMA);
	double guarded = (1 - silent) * answered + silent * (double)options->timeout;
	double reached = 1;

	*cycle = (struct cycle){ .visits = 0 };
	add_state(cycle, 0, (struct cycle_state){ PAUSE, 0, 1, (double)options->pause + late });
	for (unsigned int stage = 0; stage < STAGES; stage++, reached *= failure) {
		double visits = stage < STAGES - 1 ? reached : reached / options->success;
		double low, high;

		backoff_range(options, stage, &low, &high);
		add_state(cycle, 1 + 2 * stage,
			  (struct cycle_state){ GUARD, stage, visits, guarded + late });
		add_state(cycle, 2 + 2 * stage,
			  (struct cycle_state){ BACKOFF, stage, visits * failure,
						(low + high) / 2 + late });
	}
}

static const struct cycle_state *find_state(const struct retry *retry, const struct cycle *cycle)
{
	double part = draw_between(retry->generator, 0, cycle->duration);
	const struct cycle_state *entry = cycle->states;

	for (size_t at = 1; at < 1 + 2 * STAGES; at++) {
		part -= entry->visits * entry->mean;
		if (part < 0)
			break;
		entry = &cycle->states[at];
	}
	return entry;
}

/*
 * Makes an attempt that is under way. Draws its result, weighted by its duration, and the time of
 * its answer. Returns its age in turns.
 */
static uint64_t find_attempt(struct retry *retry, uint64_t id)
{
	const struct retry_options *options = retry->options;
	double failure = 1 - options->success, silent = failure * options->silent;
	double answered = (1 - silent) * lognormal_mean((double)options->service, SIGMA);
	double part =
		draw_between(retry->generator, 0, answered + silent * (double)options->timeout);
	uint64_t turns, age;

	retry->clients[id].result = SILENT;
	if (part >= answered)
		return generator_below(retry->generator,
				       turns_until(options->timeout, retry->turn));
	retry->clients[id].result =
		generator_uniform(retry->generator) * (1 - silent) < options->success ? SUCCESS
										      : REFUSED;
	turns = turns_until(whole_grains(draw_answer(retry, true), 1), retry->turn);
	age = generator_below(retry->generator, turns);
	calendar_add(&retry->answers, id, turns - age);
	return age;
}

/* Draws the interval of a running pause or backoff, in ns. */
static double find_interval(const struct retry *retry, const struct cycle_state *entry)
{
	double low, high;

	if (entry->state == PAUSE)
		return (double)retry->options->pause * draw_exponential_biased(retry->generator);
	backoff_range(retry->options, entry->stage, &low, &high);
	return draw_between_biased(retry->generator, low, high);
}

static void fill(struct retry *retry, const struct cycle *cycle, struct history *history)
{
	uint64_t grain = retry->options->common.grain;

	for (uint64_t id = 0; id < retry->n; id++) {
		const struct cycle_state *entry = find_state(retry, cycle);
		uint64_t interval = retry->options->timeout, age;

		retry->clients[id].state = (uint8_t)entry->state;
		retry->clients[id].stage = (uint8_t)entry->stage;
		if (entry->state == GUARD) {
			age = find_attempt(retry, id);
		} else {
			interval = whole_grains(find_interval(retry, entry), grain);
			age = generator_below(retry->generator, turns_until(interval, retry->turn));
		}
		/* During a backoff, the attempt before it already counts as failed. */
		if (entry->state == BACKOFF && entry->stage < STAGES - 1)
			retry->clients[id].stage++;
		history_arm(history, age, id, whole_grains((double)interval, grain));
	}
	history_play(history, retry->generator);
}

static void run(struct retry *retry, uint64_t operations)
{
	struct generator *generator = retry->generator;
	uint64_t next_outage = TIMER_NEVER, first = operations / 4;

	for (retry->number = 1; !generator_done(generator, operations); retry->number++) {
		uint64_t id;
		const uint64_t *fired;
		size_t count = generator_advance(generator, generator_now(generator) + retry->turn,
						 &fired);

		for (size_t i = 0; i < count; i++)
			fire(retry, fired[i]);
		while (calendar_take(&retry->answers, retry->number, &id))
			answer(retry, id);
		if (generator_now(generator) >= next_outage ||
		    (next_outage == TIMER_NEVER && generator_operations(generator) >= first)) {
			outage(retry);
			next_outage = generator_now(generator) + retry->options->every;
		}
	}
}

static void retry_generate(struct generator *generator, const void *given, uint64_t n,
			   uint64_t operations)
{
	const struct retry_options *options = given;
	double batch = (double)workload_batch(&options->common, n);
	struct retry retry = { .generator = generator, .options = options, .n = n };
	struct cycle cycle;
	struct history history;

	list_states(&cycle, options, 0);
	retry.turn = turn_length(batch / 2 * cycle.duration / cycle.visits / (double)n,
				 options->common.grain);
	list_states(&cycle, options, (double)retry.turn / 2);
	retry.clients = workload_memory(generator, n, sizeof(*retry.clients));
	if (!retry.clients)
		return;
	if (!calendar_begin(&retry.answers, generator, n))
		goto no_calendar;
	if (!history_begin(&history, generator, n, retry.turn))
		goto no_history;
	generator_begin(generator, n, options->common.grain);
	generator_mark(generator, "fill", false);
	fill(&retry, &cycle, &history);
	generator_mark(generator, "steady", true);
	run(&retry, operations);
no_history:
	calendar_end(&retry.answers);
no_calendar:
	free(retry.clients);
}

static const char *retry_refuse(const void *given)
{
	const struct retry_options *options = given;

	return options->service > options->timeout
		       ? "service must not be longer than timeout, or hardly any answer is in time"
		       : NULL;
}

const struct workload workload_retry = {
	.name = "retry",
	.summary = "clients that retry with backoff and jitter, and sometimes fail together",
	.source = "full and equal jitter: AWS Architecture Blog 2015; grpc: gRPC's connection "
		  "backoff. Success, answers, pauses and outages are assumed",
	.prediction =
		"the order of hold, with smaller differences: half of the timers fire, re-arms are "
		"for earlier as often as for later, so lazy re-arms gain nothing; outages show in "
		"the tail",
	.options = retry_specs,
	.options_size = sizeof(struct retry_options),
	.variants = retry_variants,
	.refuse = retry_refuse,
	.generate = retry_generate,
};
