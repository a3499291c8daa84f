/*
 * rpc - deadlines of requests: armed for seconds, nearly all stopped long before
 *
 * PROGRAM. A client or a proxy has n requests in flight. Each has a deadline. Nearly all requests
 * are answered long before the deadline, and their timers are stopped. The timers of the few lost
 * requests fire. In both cases a new request replaces the old one, so n requests remain in flight.
 *
 * PARAMETERS, all assumed, in the range of what RPC systems use. The deadline is 10 s. 99.5 % of
 * the requests are answered. Answers take a lognormal time with median 500 ms and sigma 1, given
 * that they arrive before the deadline. (Such answers come from long polls and slow back ends. No
 * client has 1e6 requests in flight that take 2 ms each.) Linux's timer wheel is built on the same
 * observation: the great majority of timeouts is stopped before it expires (Gleixner, LKML 2015 and
 * 2016).
 *
 *	stop=disarm	the timer belongs to a slot of the client, which keeps it
 *	stop=remove	the timer is part of the request, which is freed; the next request gets the
 *			memory that was freed last, as from malloc
 *
 * By Little's law the rate of requests is n divided by the mean time that a request is in flight.
 * With the defaults this time is 0.995 x 0.82 s + 0.005 x 10 s = 0.87 s. At any moment 6 % of the
 * armed timers belong to lost requests, and 94 % will be stopped. With service=2ms the shares are
 * reversed: 94 % of the armed timers belong to lost requests, and the other 6 % are armed and
 * stopped again and again. This effect does not depend on the exact parameters. It occurs in every
 * client that has long deadlines and loses a few requests.
 *
 * STEADY STATE. It holds from the first turn (loop iteration). The age of a request in flight is
 * uniform on its lifetime, and longer lifetimes are found more often. Lifetimes are whole turns,
 * because the loop sees an answer at the next turn. The fill draws each lifetime from a mixture
 * whose weights are at least these weights, and rejects by the ratio. It arms the timer at the time
 * when the program armed it, for the whole deadline (history.h).
 *
 * TURNS take batch / 2 x (mean time in flight) / n, because a request is two operations: an arm,
 * and a stop or a firing. In a turn the program first handles expired deadlines, then reads all
 * answers, then sends requests. If n is below a few dozen, a turn is longer than many answers take,
 * and has fewer operations. A million operations on a million timers are half a million requests
 * and take 0.44 s.
 *
 * PREDICTION. A new timer has the latest deadline, and any timer may be stopped, so structures that
 * stop in O(1) win. Wheels and common-timeout unlink from the middle of lists, which touches both
 * neighbours. Heaps insert in O(1) in this workload, since the latest deadline stays at the leaves,
 * but they remove from the middle. Structures whose stop only leaves a tombstone are best at
 * stop=disarm and save nothing at stop=remove. With service=2ms the differences are small, because
 * the few active timers stay in the cache, and are inserted and removed at a heap's leaves.
 */
#include "calendar.h"
#include "history.h"

enum { DISARM, REMOVE };

static const char *const stop_words[] = { "disarm", "remove", NULL };

struct rpc_options {
	struct workload_common common;
	uint64_t deadline; /* ns */
	uint64_t service;  /* ns, median */
	double sigma;
	double share;
	int stop;
};

static const struct option_spec rpc_specs[] = {
	WORKLOAD_COMMON_OPTIONS(struct rpc_options),
	{ "stop", OPTION_WORD, offsetof(struct rpc_options, stop), 0, 0, "disarm", stop_words,
	  "how the timer of an answered request is stopped" },
	{ "deadline", OPTION_DURATION, offsetof(struct rpc_options, deadline), 1e3, 1e15, "10s",
	  NULL, "how long a request may take" },
	{ "share", OPTION_REAL, offsetof(struct rpc_options, share), 0, 1, "99.5%", NULL,
	  "share of the requests that are answered before" },
	{ "service", OPTION_DURATION, offsetof(struct rpc_options, service), 1, 1e15, "500ms", NULL,
	  "median time that an answer takes" },
	{ "sigma", OPTION_REAL, offsetof(struct rpc_options, sigma), 0.01, 4, "1", NULL,
	  "sigma of the lognormal time that an answer takes" },
	{ .name = NULL },
};

static const char *const rpc_variants[] = { "", "stop=remove", "service=2ms", NULL };

struct rpc {
	struct generator *generator;
	const struct rpc_options *options;
	uint64_t turn;	/* ns */
	uint64_t limit; /* turns until the deadline has passed; an answer takes fewer */
	uint64_t *free; /* ids without a request in flight, in the order of freeing */
	uint64_t free_count;
	struct calendar answers;
};

/* Returns the number of turns after which the loop sees an answer that takes `ns`. */
static uint64_t turns_of(const struct rpc *rpc, double ns)
{
	return turns_until(whole_grains(ns, 1), rpc->turn);
}

/* Draws the number of turns that an answer takes, given that it arrives before the deadline. */
static uint64_t answer_turns(const struct rpc *rpc)
{
	const struct rpc_options *options = rpc->options;
	uint64_t turns;

	if (rpc->limit == 1)
		return 1;
	do {
		turns = turns_of(rpc, draw_lognormal(rpc->generator, (double)options->service,
						     options->sigma));
	} while (turns >= rpc->limit);
	return turns;
}

/*
 * Draws the whole lifetime, in turns, of a request that is found in flight. Returns `limit` if the
 * request is lost. The weights are the lifetimes. The lifetimes of answered requests are drawn from
 * a mixture with the weight (service + turn), which is never less than the service rounded up to
 * turns, and rejected by the ratio.
 */
static uint64_t found_turns(const struct rpc *rpc)
{
	const struct rpc_options *options = rpc->options;
	struct generator *generator = rpc->generator;
	double median = (double)options->service, sigma = options->sigma, width = (double)rpc->turn;
	double in_time = lognormal_below(median, sigma, (double)rpc->limit * width - width);
	double answered = options->share / fmax(in_time, 1e-300);
	double biased = answered * lognormal_mean(median, sigma), plain = answered * width;
	double lost = (1 - options->share) * (double)rpc->limit * width;

	if (rpc->limit == 1)
		return 1;
	for (;;) {
		double part = draw_between(generator, 0, biased + plain + lost);
		double service;
		uint64_t turns;

		if (part < lost)
			return rpc->limit;
		service = part < lost + biased ? draw_lognormal_biased(generator, median, sigma)
					       : draw_lognormal(generator, median, sigma);
		turns = turns_of(rpc, service);
		if (turns < rpc->limit &&
		    generator_uniform(generator) < (double)turns * width / (service + width))
			return turns;
	}
}

/* Arms the timers of n requests that are in flight in turn 0. */
static void fill(struct rpc *rpc, struct history *history, uint64_t n)
{
	for (uint64_t id = 0; id < n; id++) {
		uint64_t turns = found_turns(rpc);
		uint64_t age = generator_below(rpc->generator, turns);

		history_arm(history, age, id, rpc->options->deadline);
		if (turns < rpc->limit)
			calendar_add(&rpc->answers, id, turns - age);
	}
	history_play(history, rpc->generator);
}

static void stop(struct rpc *rpc, uint64_t id)
{
	if (rpc->options->stop == REMOVE)
		generator_remove(rpc->generator, id);
	else
		generator_disarm(rpc->generator, id);
}

/* Sends a request in place of each request that has ended in this turn. */
static void send_requests(struct rpc *rpc, uint64_t number)
{
	for (uint64_t i = 0; i < rpc->free_count; i++) {
		bool newest_first = rpc->options->stop == REMOVE;
		uint64_t id = rpc->free[newest_first ? rpc->free_count - 1 - i : i];

		generator_arm(rpc->generator, id, rpc->options->deadline);
		if (rpc->limit > 1 && generator_uniform(rpc->generator) < rpc->options->share)
			calendar_add(&rpc->answers, id, number + answer_turns(rpc));
	}
	rpc->free_count = 0;
}

static void run(struct rpc *rpc, uint64_t operations)
{
	struct generator *generator = rpc->generator;

	for (uint64_t number = 1; !generator_done(generator, operations); number++) {
		uint64_t id;
		const uint64_t *fired;
		size_t count =
			generator_advance(generator, generator_now(generator) + rpc->turn, &fired);

		for (size_t i = 0; i < count; i++)
			rpc->free[rpc->free_count++] = fired[i];
		while (calendar_take(&rpc->answers, number, &id)) {
			stop(rpc, id);
			rpc->free[rpc->free_count++] = id;
		}
		send_requests(rpc, number);
	}
}

static void rpc_generate(struct generator *generator, const void *given, uint64_t n,
			 uint64_t operations)
{
	const struct rpc_options *options = given;
	double in_flight =
		options->share * lognormal_mean((double)options->service, options->sigma) +
		(1 - options->share) * (double)options->deadline;
	double batch = (double)workload_batch(&options->common, n);
	struct rpc rpc = { .generator = generator, .options = options };
	struct history history;

	rpc.turn = turn_length(batch / 2 * in_flight / (double)n, options->common.grain);
	rpc.limit = turns_until(whole_grains((double)options->deadline, options->common.grain),
				rpc.turn);
	rpc.free = workload_memory(generator, n, sizeof(*rpc.free));
	if (!rpc.free)
		return;
	if (!calendar_begin(&rpc.answers, generator, n))
		goto no_calendar;
	if (!history_begin(&history, generator, n, rpc.turn))
		goto no_history;
	generator_begin(generator, n, options->common.grain);
	generator_mark(generator, "fill", false);
	fill(&rpc, &history, n);
	generator_mark(generator, "steady", true);
	run(&rpc, operations);
no_history:
	calendar_end(&rpc.answers);
no_calendar:
	free(rpc.free);
}

static const char *rpc_refuse(const void *given)
{
	const struct rpc_options *options = given;

	if (options->service > options->deadline)
		return "service must not be longer than deadline: hardly any answer would be in "
		       "time";
	return NULL;
}

const struct workload workload_rpc = {
	.name = "rpc",
	.summary = "deadlines of requests: armed for seconds, nearly all stopped long before",
	.source = "request deadlines; nearly all timers are stopped: Gleixner's timer wheel, LKML "
		  "2015 and 2016. Deadline, share and times of answers are assumed",
	.prediction = "structures that stop in O(1) win, tombstones only at stop=disarm; heaps are "
		      "near, since new deadlines are at the leaves; with service=2ms few timers "
		      "are active",
	.options = rpc_specs,
	.options_size = sizeof(struct rpc_options),
	.variants = rpc_variants,
	.refuse = rpc_refuse,
	.generate = rpc_generate,
};
