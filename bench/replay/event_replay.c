/* event_replay.c - replays a trace from inside an event loop */
#include "bench/replay/event_replay.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "bench/replay/replay_check.h"
#include "bench/replay/replay_loop.h"
#include "bench/virtual/virtual_time.h"

/*
 * Simulated time is the trace's time plus one second: libevent takes a cached time of 0 seconds for
 * an empty cache.
 */
#define START UINT64_C(1000000000)

/*
 * An object consists only of an event: 128 bytes in libevent 2.1 and in this project's loop, 120 in
 * libevent 2.2. The replay keeps its own data per event in a separate, dense array. So arming
 * touches the two cache lines of the event and little more. An application's own data is not
 * measured.
 */
#define EVENT_SIZE 128

/*
 * Values in deadlines[]. An event is IDLE before it is armed and after it has fired or been
 * removed. It is STOPPED after it has been disarmed but not removed. All other values are deadlines
 * of armed events. LATEST replaces later deadlines such as TIMER_NEVER, which no loop reaches.
 */
#define IDLE	UINT64_MAX
#define STOPPED (UINT64_MAX - 1)
#define LATEST	(UINT64_MAX - 2)

struct event_replay {
	struct replay *replay;
	struct event_setting setting;
	struct event_base *base;
	unsigned char (*objects)[EVENT_SIZE]; /* by id */
	uint64_t *deadlines;		      /* by id */
	unsigned char driver[EVENT_SIZE];

	/* The current position in the stream, and the end of the part that is being replayed. */
	uint64_t position, last;
	uint64_t target; /* time of the next advance, if `pending` */
	bool pending;
	bool kick; /* call the driver's event without advancing time */
	enum replay_mode mode;
	uint64_t begun; /* when the advance began, in REPLAY_TIMED */
	const struct trace_advance *advance;
	uint64_t last_deadline; /* the last deadline that fired in this advance */
	uint64_t armed;		/* number of armed events, in REPLAY_CHECKED */
	struct event_common common;
};

/*
 * The open replay. There is only one, because the simulation is global to the process. It is in a
 * global variable, because a callback's only argument identifies the timer.
 */
static struct event_replay *open_replay;

static struct event *event_of(struct event_replay *events, uint32_t id)
{
	return (struct event *)(void *)events->objects[id];
}

static struct event *driver_of(struct event_replay *events)
{
	return (struct event *)(void *)events->driver;
}

/*
 * The hook for waits. If an advance is pending, sets the time to that of the advance. Returns
 * whether the loop is to call the driver's event now.
 */
static bool take_turn(void *data, uint64_t timeout)
{
	struct event_replay *events = data;
	uint64_t before = virtual_time_now();

	(void)timeout;
	if (events->kick) {
		events->kick = false;
		return true;
	}
	if (!events->pending)
		return false;
	events->pending = false;
	virtual_time_set(START + events->target);
	if (events->setting.moved)
		events->setting.moved(events->base, START + events->target - before);
	events->replay->tally.polls++;
	return true;
}

static void check_firing(struct event_replay *events, uint64_t deadline)
{
	struct replay_findings *findings = &events->replay->findings;
	uint64_t now = events->target;

	if (deadline > now) {
		findings->early++;
		return;
	}
	findings->lateness_sum += (double)(now - deadline);
	if (now - deadline > findings->lateness_max)
		findings->lateness_max = now - deadline;
	if (deadline <= findings->previous_now)
		findings->late++;
	/* Events with common timeouts fire after ordinary events, by design. */
	if (deadline < events->last_deadline && !events->setting.common &&
	    events->replay->accuracy.order == TIMER_BY_DEADLINE)
		findings->out_of_order++;
	events->last_deadline = deadline;
}

/*
 * The callback of every timer. `arg` points to the event's entry in deadlines[]; its index is the
 * id.
 */
static void fired(int fd, short what, void *arg)
{
	struct event_replay *events = open_replay;
	struct replay_tally *tally = &events->replay->tally;
	uint64_t *place = arg, deadline = *place;

	(void)fd, (void)what;
	*place = IDLE;
	tally->fired++;
	tally->checksum +=
		trace_firing((uint32_t)(place - events->deadlines), deadline, events->target);
	if (events->mode != REPLAY_CHECKED)
		return;
	events->armed--;
	check_firing(events, deadline);
}

REPLAY_INLINE void event_arm(struct replay *replay, const struct timer_structure *structure,
			     enum replay_mode mode, uint32_t id, uint64_t deadline,
			     uint64_t interval, uint64_t now)
{
	struct event_replay *events = replay->private;
	uint64_t relative = deadline > now ? deadline - now : 0;
	const struct timeval timeout = {
		.tv_sec = (time_t)(relative / TIMER_SECOND),
		.tv_usec = (suseconds_t)(relative % TIMER_SECOND / 1000),
	};
	const struct timeval *given = &timeout;
	uint64_t begun = replay_begin(mode);

	(void)structure;
	if (mode == REPLAY_CHECKED)
		events->armed += events->deadlines[id] >= STOPPED;
	/* IDLE and STOPPED are later than any time. */
	replay->tally.overtaken += events->deadlines[id] <= now;
	events->deadlines[id] = deadline < LATEST ? deadline : LATEST;
	if (events->setting.common && interval && interval == relative)
		given = event_common_timeout(&events->common, interval, &timeout);
	if (events->setting.api->add(event_of(events, id), given))
		replay_out_of_memory(replay);
	replay_end(replay, mode, begun);
}

REPLAY_INLINE void event_stop(struct replay *replay, enum replay_mode mode, uint32_t id,
			      uint64_t now, uint64_t state)
{
	struct event_replay *events = replay->private;
	uint64_t begun = replay_begin(mode);

	if (mode == REPLAY_CHECKED)
		events->armed -= events->deadlines[id] < STOPPED;
	replay->tally.overtaken += events->deadlines[id] <= now;
	events->deadlines[id] = state;
	events->setting.api->del(event_of(events, id));
	replay_end(replay, mode, begun);
}

REPLAY_INLINE void event_disarm(struct replay *replay, const struct timer_structure *structure,
				enum replay_mode mode, uint32_t id, uint64_t now)
{
	struct event_replay *events = replay->private;

	(void)structure;
	replay->tally.wrong_state += events->deadlines[id] >= STOPPED;
	event_stop(replay, mode, id, now, STOPPED);
}

/*
 * event_del always returns the event's memory to the owner. There is no cheaper way to stop an
 * event, so event_disarm calls event_del too.
 */
REPLAY_INLINE void event_remove(struct replay *replay, const struct timer_structure *structure,
				enum replay_mode mode, uint32_t id, uint64_t now)
{
	struct event_replay *events = replay->private;

	(void)structure;
	replay->tally.wrong_state += events->deadlines[id] == IDLE;
	event_stop(replay, mode, id, now, IDLE);
}

/* Sets the time of the next advance. Time advances when the loop waits. */
REPLAY_INLINE void event_advance(struct replay *replay, const struct timer_structure *structure,
				 enum replay_mode mode, uint64_t now,
				 const struct trace_advance *advance)
{
	struct event_replay *events = replay->private;

	(void)structure, (void)mode, (void)advance;
	if (mode == REPLAY_CHECKED) {
		events->replay->findings.previous_now = replay->now;
		events->last_deadline = 0;
		replay_check_sample(replay, events->armed);
	}
	events->target = now;
	events->pending = true;
}

static const struct replay_driver event_driver = {
	.arm = event_arm,
	.disarm = event_disarm,
	.remove = event_remove,
	.advance = event_advance,
};

/* The maximum number of entries that are searched for the next advance before they are replayed. */
#define AHEAD 256

/*
 * Returns the end of the entries to replay next: those up to and including the next advance, but at
 * most about AHEAD entries.
 */
static uint64_t up_to_advance(const struct event_replay *events)
{
	const struct trace_operation *operations = events->replay->trace->operations;
	uint64_t end = events->position;
	uint64_t limit = events->last - end < AHEAD ? events->last : end + AHEAD;

	while (end < limit && operations[end].kind != TRACE_ADVANCE)
		end++;
	/* An arm and its interval are two entries and must not be separated. */
	if (end < events->last &&
	    (operations[end].kind == TRACE_ADVANCE || operations[end].kind == TRACE_INTERVAL))
		end++;
	return end;
}

/*
 * The callback of the driver's event. Replays the operations up to the next advance or to the end
 * of the part.
 */
REPLAY_INLINE void event_turn(struct event_replay *events, enum replay_mode mode)
{
	struct replay *replay = events->replay;

	if (events->begun) {
		replay_end(replay, mode, events->begun);
		events->begun = 0;
	}
	while (events->position < events->last && !events->pending) {
		uint64_t end = up_to_advance(events);

		replay_stream(replay, &event_driver, NULL, mode, events->position, end);
		events->position = end;
	}
	if (events->pending)
		events->begun = replay_begin(mode);
	else
		events->setting.api->loopbreak(events->base);
}

static void turn_plain(struct event_replay *events)
{
	event_turn(events, REPLAY_PLAIN);
}

static void turn_cold(struct event_replay *events)
{
	event_turn(events, REPLAY_COLD);
}

static void turn_timed(struct event_replay *events)
{
	event_turn(events, REPLAY_TIMED);
}

static void turn_checked(struct event_replay *events)
{
	event_turn(events, REPLAY_CHECKED);
}

static void (*const turns[REPLAY_MODES])(struct event_replay *events) = {
	[REPLAY_PLAIN] = turn_plain,
	[REPLAY_COLD] = turn_cold,
	[REPLAY_TIMED] = turn_timed,
	[REPLAY_CHECKED] = turn_checked,
};

static void turn(int fd, short what, void *arg)
{
	struct event_replay *events = arg;

	(void)fd, (void)what;
	turns[events->mode](events);
}

/* Replays a part of the stream by running the loop until the driver's event ends it. */
static void run(struct replay *replay, uint64_t first, uint64_t last, enum replay_mode mode)
{
	struct event_replay *events = replay->private;

	events->position = first;
	events->last = last;
	events->mode = mode;
	events->kick = true;
	if (mode == REPLAY_TIMED && replay->timed >= replay->timeable)
		replay->timed = 0;
	events->setting.api->loop(events->base, 0);
}

static void run_plain(struct replay *replay, uint64_t first, uint64_t last)
{
	run(replay, first, last, REPLAY_PLAIN);
}

static void run_cold(struct replay *replay, uint64_t first, uint64_t last)
{
	run(replay, first, last, REPLAY_COLD);
}

static void run_timed(struct replay *replay, uint64_t first, uint64_t last)
{
	run(replay, first, last, REPLAY_TIMED);
}

static void run_checked(struct replay *replay, uint64_t first, uint64_t last)
{
	run(replay, first, last, REPLAY_CHECKED);
}

const struct replay_code event_replay_code = {
	{ run_plain, run_cold, run_timed, run_checked },
};

/* -------------------------------------------------------------------------------- opening */

static int assign_all(struct event_replay *events)
{
	const struct event_api *api = events->setting.api;
	uint64_t ids = events->replay->trace->header->ids;

	for (uint64_t id = 0; id < ids; id++) {
		struct event *event = event_of(events, (uint32_t)id);

		if (api->assign(event, events->base, -1, 0, fired, &events->deadlines[id]) ||
		    api->priority_set(event, 0))
			return -EINVAL;
	}
	return 0;
}

static int add_driver(struct event_replay *events, int descriptor)
{
	const struct event_api *api = events->setting.api;
	struct event *driver = driver_of(events);

	if (api->assign(driver, events->base, descriptor, EVENT_API_READ | EVENT_API_PERSIST, turn,
			events) ||
	    api->priority_set(driver, 1) || api->add(driver, NULL))
		return -EINVAL;
	return 0;
}

/*
 * Creates the base with two priorities, and assigns an event to each id. Called in the simulation.
 */
static int open_base(struct event_replay *events, int descriptor)
{
	const struct event_api *api = events->setting.api;
	int result = events->setting.make(events->replay->subject, &events->base);

	if (result)
		return result;
	result = api->priority_init(events->base, 2) ? -EINVAL : assign_all(events);
	if (!result)
		result = event_common_open(&events->common, api, events->base);
	if (!result)
		result = add_driver(events, descriptor);
	if (result)
		api->base_free(events->base);
	return result;
}

static int allocate(struct event_replay *events)
{
	size_t ids = events->replay->trace->header->ids;
	size_t bytes = (ids ? ids : 1) * sizeof(*events->objects);

	events->objects = aligned_alloc(EVENT_SIZE, bytes);
	events->deadlines = malloc((ids + 1) * sizeof(*events->deadlines));
	if (!events->objects || !events->deadlines)
		return -ENOMEM;
	memset(events->objects, 0, bytes); /* no page faults during the measurement */
	for (size_t id = 0; id < ids; id++)
		events->deadlines[id] = IDLE;
	return 0;
}

static void release(struct event_replay *events)
{
	event_common_close(&events->common);
	free(events->objects);
	free(events->deadlines);
	free(events);
}

/* Allocates the arrays, begins the simulation, and makes the loop in the simulation. */
static int begin(struct event_replay *events)
{
	const struct virtual_time_hooks hooks = { .wait = take_turn, .data = events };
	int descriptor, result = allocate(events);

	if (result)
		return result;
	result = virtual_time_begin(START, &hooks, &descriptor);
	if (result)
		return result;
	result = open_base(events, descriptor);
	if (result)
		virtual_time_end();
	return result;
}

int event_replay_open(struct replay *replay)
{
	struct event_replay *events;
	int result;

	if (replay->trace->header->grain % 1000)
		return -ERANGE;
	events = calloc(1, sizeof(*events));
	if (!events)
		return -ENOMEM;
	replay->private = open_replay = events;
	events->replay = replay;
	replay->subject->family->loop(replay->subject, &events->setting);
	if (events->setting.real_time_only)
		result = -ENOTSUP;
	else if (events->setting.api->event_size() > EVENT_SIZE)
		result = -EOVERFLOW;
	else
		result = begin(events);
	if (result)
		release(events);
	return result;
}

void event_replay_close(struct replay *replay)
{
	struct event_replay *events = replay->private;

	events->setting.api->base_free(events->base);
	virtual_time_end();
	release(events);
}

size_t event_replay_footprint(const struct replay *replay)
{
	const struct event_replay *events = replay->private;

	return events->setting.footprint ? events->setting.footprint(events->base) : 0;
}

const char *event_replay_check(const struct replay *replay)
{
	const struct event_replay *events = replay->private;

	return events->setting.check ? events->setting.check(events->base) : NULL;
}

uint64_t event_replay_pending(const struct replay *replay)
{
	const struct event_replay *events = replay->private;
	uint64_t count = 0;

	for (uint64_t id = 0; id < replay->trace->header->ids; id++)
		count += events->deadlines[id] <= replay->now;
	return count;
}
