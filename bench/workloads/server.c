/*
 * server - connections with five timers each: idle, close, request, deadline and pace
 *
 * PROGRAM. Each connection of a server (or of a proxy with a server behind it) has five timers.
 * They are taken from the benchmark of Snellman's Ratas, which simulates pairs of client and
 * server:
 *
 *	idle		60 s	re-armed at every message; would close the connection
 *	close		180 s	ends the connection in any case; always fires
 *	request		1 s	sends the next request, and is armed again
 *	deadline	10 s	guards a request; always stopped by the answer
 *	pace		10 ms	sends the rest of a message a little later; always fires
 *
 * A new connection arms idle, close and request. When request fires, it is armed again, and a
 * request is sent unless the last request is still unanswered. Sending a request arms deadline. An
 * answer is a message: it disarms deadline, re-arms idle and arms pace. When close fires, the other
 * timers of the connection are removed, since their memory is freed, and a new connection replaces
 * the old one. So one trace has arms, re-arms, both kinds of stops and firings, with intervals over
 * four decades.
 *
 * PARAMETERS. The kinds of timers, and 60 s, 180 s, 1 s and 10 ms, are those of Ratas, with one
 * millisecond for each of its ticks. The other parameters are assumed: the deadline; the time that
 * answers take, which is lognormal with median 20 ms and sigma 1, and at most the second between
 * requests; and that pace fires once per message.
 *
 * n is the number of armed timers. Each connection has three timers that are always armed; deadline
 * and pace are armed for 3 % and 1 % of the time. So there are n / 3.04 connections (at least one),
 * with five ids each. For n below 5 there is one connection with three to five armed timers.
 *
 * STEADY STATE. It holds from the first turn (loop iteration). The age of a connection is uniform
 * up to 180 s. The age in whole turns determines when the last request was sent. The time of the
 * answer is drawn; it determines whether the answer has arrived, and when the last message arrived.
 * The fill arms all timers at the time when the program armed them, for their whole intervals
 * (history.h). For lazy structures the fill also plays one earlier arm of idle (see idle.c).
 *
 * TURNS. A connection makes seven operations per second, most of them within a short time: request
 * (2), deadline (2), idle (1), pace (2). A turn takes batch / 7 / connections seconds. A turn first
 * handles firings, then answers. A million operations on a million timers take 0.43 s, in which
 * about 800 connections end.
 *
 * PREDICTION. There are five distinct intervals and no continuous ones: common-timeout should win
 * or be close at every n. Four sevenths of the operations concern timers that fire, so lazy re-arms
 * and stops save only on idle and deadline, and a cheap wheel is second. The re-arms of idle cost
 * heaps with cached keys as much as in the workload idle, but they are only one operation in seven.
 */
#include "calendar.h"
#include "history.h"

enum timer_kind { IDLE, CLOSE, REQUEST, DEADLINE, PACE, KINDS };

struct server_options {
	struct workload_common common;
	uint64_t intervals[KINDS]; /* ns */
	uint64_t service;	   /* ns, median */
};

#define ROW(kind) offsetof(struct server_options, intervals) + kind * sizeof(uint64_t)

static const struct option_spec server_specs[] = {
	WORKLOAD_COMMON_OPTIONS(struct server_options),
	{ "idle", OPTION_DURATION, ROW(IDLE), 1e6, 1e15, "60s", NULL, "idle timeout" },
	{ "close", OPTION_DURATION, ROW(CLOSE), 1e6, 1e15, "180s", NULL, "life of a connection" },
	{ "request", OPTION_DURATION, ROW(REQUEST), 1e6, 1e15, "1s", NULL,
	  "time between requests" },
	{ "deadline", OPTION_DURATION, ROW(DEADLINE), 1e6, 1e15, "10s", NULL,
	  "how long a request may take" },
	{ "pace", OPTION_DURATION, ROW(PACE), 1e3, 1e15, "10ms", NULL,
	  "wait before the rest of a message" },
	{ "service", OPTION_DURATION, offsetof(struct server_options, service), 1e3, 1e15, "20ms",
	  NULL, "median time that an answer takes" },
	{ .name = NULL },
};

static const char *const server_variants[] = { "", NULL };

#define SIGMA	  1.0 /* sigma of the answers' times */
#define EXCHANGE  7.0 /* operations from one request to the next */
#define PAST_ARMS 6   /* maximum number of arms of a connection in the fill */

struct server {
	struct generator *generator;
	const struct server_options *options;
	uint64_t intervals[KINDS]; /* ns, whole grains */
	uint64_t turns[KINDS];	   /* number of turns from arm to firing */
	uint64_t connections;
	uint64_t turn;		 /* ns */
	uint8_t *asked;		 /* by connection: whether deadline is armed or disarmed */
	struct calendar answers; /* by connection */
};

static uint64_t timer_of(uint64_t connection, enum timer_kind kind)
{
	return connection * KINDS + kind;
}

static void arm(struct server *server, uint64_t connection, enum timer_kind kind)
{
	generator_arm(server->generator, timer_of(connection, kind), server->intervals[kind]);
}

static bool armed(const struct server *server, uint64_t connection, enum timer_kind kind)
{
	return generator_armed(server->generator, timer_of(connection, kind));
}

/*
 * Draws the number of turns that an answer takes: fewer than the turns between requests, if
 * possible.
 */
static uint64_t answer_turns(const struct server *server)
{
	uint64_t most = server->turns[REQUEST] > 1 ? server->turns[REQUEST] - 1 : 1, turns;
	double median = (double)server->options->service, ns;

	do {
		ns = draw_lognormal(server->generator, median, SIGMA);
	} while (ns > (double)server->intervals[REQUEST]);
	turns = turns_until(whole_grains(ns, 1), server->turn);
	return turns < most ? turns : most;
}

static void open_connection(struct server *server, uint64_t connection)
{
	arm(server, connection, IDLE);
	arm(server, connection, CLOSE);
	arm(server, connection, REQUEST);
}

static void close_connection(struct server *server, uint64_t connection)
{
	static const enum timer_kind others[] = { IDLE, CLOSE, REQUEST, PACE };

	for (size_t i = 0; i < sizeof(others) / sizeof(*others); i++) {
		if (armed(server, connection, others[i]))
			generator_remove(server->generator, timer_of(connection, others[i]));
	}
	if (server->asked[connection])
		generator_remove(server->generator, timer_of(connection, DEADLINE));
	server->asked[connection] = 0;
	if (calendar_has(&server->answers, connection))
		calendar_cancel(&server->answers, connection);
}

static void send_request(struct server *server, uint64_t connection, uint64_t number)
{
	arm(server, connection, REQUEST);
	if (calendar_has(&server->answers, connection))
		return;
	arm(server, connection, DEADLINE);
	server->asked[connection] = 1;
	calendar_add(&server->answers, connection, number + answer_turns(server));
}

static void receive_answer(struct server *server, uint64_t connection)
{
	generator_disarm(server->generator, timer_of(connection, DEADLINE));
	arm(server, connection, IDLE);
	arm(server, connection, PACE);
}

/*
 * Handles a firing. A timer may fire in the same turn as the timer that closes its connection. If a
 * new connection has already replaced the old one and armed the timer again, the firing is ignored.
 */
static void fire(struct server *server, uint64_t id, uint64_t number)
{
	uint64_t connection = id / KINDS;
	enum timer_kind kind = (enum timer_kind)(id % KINDS);

	if (kind == PACE || generator_armed(server->generator, id))
		return;
	if (kind == REQUEST) {
		send_request(server, connection, number);
		return;
	}
	close_connection(server, connection);
	open_connection(server, connection);
}

/* Records the arms of the last message, `message` turns ago, and the earlier arm of idle. */
static void past_message(struct server *server, struct history *history, uint64_t connection,
			 uint64_t age, uint64_t message)
{
	uint64_t earlier = generator_below(server->generator, server->turns[IDLE]);
	uint64_t step = server->turns[IDLE] / server->connections;

	/* The age is a multiple of `step`, so that the fill has few turns; see idle.c. */
	earlier = step > 1 ? earlier / step * step : earlier;
	if (earlier > age)
		earlier = age;
	if (earlier > message)
		history_arm(history, earlier, timer_of(connection, IDLE), server->intervals[IDLE]);
	history_arm(history, message, timer_of(connection, IDLE), server->intervals[IDLE]);
	if (message < age && message < server->turns[PACE])
		history_arm(history, message, timer_of(connection, PACE), server->intervals[PACE]);
}

static void past_connection(struct server *server, struct history *history, uint64_t connection)
{
	uint64_t age = generator_below(server->generator, server->turns[CLOSE]);
	uint64_t requests = age / server->turns[REQUEST], since = age % server->turns[REQUEST];
	uint64_t answer = answer_turns(server), message = age;

	history_arm(history, age, timer_of(connection, CLOSE), server->intervals[CLOSE]);
	history_arm(history, since, timer_of(connection, REQUEST), server->intervals[REQUEST]);
	if (requests && since < answer) {
		history_arm(history, since, timer_of(connection, DEADLINE),
			    server->intervals[DEADLINE]);
		server->asked[connection] = 1;
		calendar_add(&server->answers, connection, answer - since);
		if (requests > 1)
			message = since + server->turns[REQUEST] - answer_turns(server);
	} else if (requests) {
		message = since - answer;
	}
	past_message(server, history, connection, age, message);
}

static void run(struct server *server, uint64_t operations)
{
	struct generator *generator = server->generator;

	for (uint64_t number = 1; !generator_done(generator, operations); number++) {
		uint64_t connection;
		const uint64_t *fired;
		size_t count = generator_advance(generator, generator_now(generator) + server->turn,
						 &fired);

		for (size_t i = 0; i < count; i++)
			fire(server, fired[i], number);
		while (calendar_take(&server->answers, number, &connection))
			receive_answer(server, connection);
	}
}

/* Computes the number of connections, the turn and the intervals. */
static void dimension(struct server *server, uint64_t n)
{
	const struct server_options *options = server->options;
	double request = (double)options->intervals[REQUEST];
	double answer = lognormal_mean((double)options->service, SIGMA);
	double waiting = fmin(1, answer / request);
	double pacing = fmin(1, (double)options->intervals[PACE] / request);
	double batch = (double)workload_batch(&options->common, n);

	server->connections = (uint64_t)round((double)n / (3 + waiting + pacing));
	if (server->connections == 0)
		server->connections = 1;
	server->turn = turn_length(batch / EXCHANGE * request / (double)server->connections,
				   options->common.grain);
	for (int kind = 0; kind < KINDS; kind++) {
		server->intervals[kind] =
			whole_grains((double)options->intervals[kind], options->common.grain);
		server->turns[kind] = turns_until(server->intervals[kind], server->turn);
	}
}

static void server_generate(struct generator *generator, const void *given, uint64_t n,
			    uint64_t operations)
{
	struct server server = { .generator = generator, .options = given };
	struct history history;

	dimension(&server, n);
	server.asked = workload_memory(generator, server.connections, sizeof(*server.asked));
	if (!server.asked)
		return;
	if (!calendar_begin(&server.answers, generator, server.connections))
		goto no_calendar;
	if (!history_begin(&history, generator, PAST_ARMS * server.connections, server.turn))
		goto no_history;
	generator_begin(generator, KINDS * server.connections, server.options->common.grain);
	generator_mark(generator, "fill", false);
	for (uint64_t connection = 0; connection < server.connections; connection++)
		past_connection(&server, &history, connection);
	history_play(&history, generator);
	generator_mark(generator, "steady", true);
	run(&server, operations);
no_history:
	calendar_end(&server.answers);
no_calendar:
	free(server.asked);
}

static const char *server_refuse(const void *given)
{
	const struct server_options *options = given;
	const uint64_t *intervals = options->intervals;

	if (options->common.grain > intervals[REQUEST] / 10)
		return "grain must be at most a tenth of request";
	if (options->service > intervals[REQUEST])
		return "service must not be longer than request";
	if (intervals[IDLE] < 4 * intervals[REQUEST] ||
	    intervals[DEADLINE] < 4 * intervals[REQUEST])
		return "idle and deadline must be at least four times request, so as not to fire";
	if (intervals[CLOSE] < 4 * intervals[REQUEST])
		return "close must be at least four times request: connections make some requests";
	if (intervals[PACE] > intervals[REQUEST])
		return "pace must not be longer than request";
	return NULL;
}

const struct workload workload_server = {
	.name = "server",
	.summary = "connections with five timers each: idle, close, request, deadline and pace",
	.source = "Ratas' benchmark (Snellman 2016). Deadline and times of answers are assumed",
	.prediction = "five distinct intervals: common-timeout wins or is close, wheels come next; "
		      "lazy re-arms gain only on idle and deadline",
	.options = server_specs,
	.options_size = sizeof(struct server_options),
	.variants = server_variants,
	.refuse = server_refuse,
	.generate = server_generate,
};
