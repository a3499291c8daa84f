/*
 * lateness - how late timers fire in real time, and how many wake-ups and how much CPU time they
 * cost
 *
 * The trace is replayed in real time. The loop sleeps in the kernel. The driver of the replay has a
 * timer of its own, whose callback carries out the operations at the trace's times. A timer is due
 * at the time of the call that armed it plus the timeout of that call. The pass reads this time and
 * the time of firing from the precise clock, by system call. So the result is independent of the
 * time that the loop caches and of the clock that it reads. The pass also records the early
 * firings, the wake-ups per firing, and the CPU time.
 *
 * Lateness includes the kernel's own lateness (timer slack, scheduling, the hypervisor). The
 * kernel's lateness is not small, and it is the same for all subjects of a block (one measurement
 * of all subjects on one trace). So compare subjects; the lateness of a single subject says little.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

#include "bench/cell.h"
#include "bench/clock.h"
#include "bench/replay/event_replay.h"

#define EVENT_ROOM 128

struct late_object {
	unsigned char event[EVENT_ROOM];
	struct lateness *owner;
	uint64_t due; /* the deadline of the latest arm, ns by the precise clock */
};

struct lateness {
	const struct trace *trace;
	struct event_setting setting;
	struct event_base *base;
	struct late_object *objects;
	unsigned char driver[EVENT_ROOM];
	struct event_common common; /* if the setting has common timeouts */
	uint64_t begun;		    /* the precise clock at the trace's time 0 */
	uint64_t advanced;	    /* the trace's time at the latest advance */
	uint64_t position;	    /* index in the stream */
	bool measured;		    /* whether the current phase is measured */
	int64_t *late;		    /* the lateness of each measured firing, ns; negative: early */
	uint64_t count, room;
	uint64_t early;
};

static struct event *event_in(unsigned char *room)
{
	return (struct event *)(void *)room;
}

/* Rounds up to a microsecond, so that timers do not fire early. */
static struct timeval timeval_of(uint64_t ns)
{
	uint64_t microseconds = (ns + 999) / 1000;

	return (struct timeval){
		.tv_sec = (time_t)(microseconds / 1000000),
		.tv_usec = (suseconds_t)(microseconds % 1000000),
	};
}

static void fired(int fd, short what, void *arg)
{
	struct late_object *object = arg;
	struct lateness *lateness = object->owner;
	int64_t late = (int64_t)(clock_ns(CLOCK_MONOTONIC) - object->due);

	(void)fd, (void)what;
	object->due = 0;
	if (!lateness->measured || lateness->count == lateness->room)
		return;
	lateness->early += late < 0;
	lateness->late[lateness->count++] = late;
}

/*
 * Returns the relative timeout, in ns, with which a program would arm the timer. Returns 0 if a
 * program would arm it for a deadline, or if the deadline has passed.
 */
static uint64_t duration_of(const struct lateness *lateness,
			    const struct trace_operation *operation)
{
	uint64_t duration =
		operation->time > lateness->advanced ? operation->time - lateness->advanced : 0;

	if (operation->kind == TRACE_ARM)
		return duration;
	if (operation->kind == TRACE_ARM_ABSOLUTE)
		return 0;
	return operation[1].time == duration ? duration : 0;
}

static void arm(struct lateness *lateness, const struct trace_operation *operation)
{
	struct late_object *object = &lateness->objects[operation->id];
	uint64_t now = clock_ns(CLOCK_MONOTONIC);
	uint64_t due = lateness->begun + operation->time;
	uint64_t duration = lateness->setting.common ? duration_of(lateness, operation) : 0;
	struct timeval timeout = timeval_of(duration ? duration : due > now ? due - now : 0);
	const struct timeval *given = &timeout;

	object->due =
		now + (uint64_t)timeout.tv_sec * 1000000000 + (uint64_t)timeout.tv_usec * 1000;
	if (duration)
		given = event_common_timeout(&lateness->common, duration, &timeout);
	lateness->setting.api->add(event_in(object->event), given);
}

/*
 * Carries out the operations up to the next advance, and arms the driver's timer for the time of
 * that advance.
 */
static void drive(int fd, short what, void *arg)
{
	struct lateness *lateness = arg;
	const struct trace_operation *operation;
	const struct event_api *api = lateness->setting.api;

	(void)fd, (void)what;
	while (lateness->position < lateness->trace->header->operations) {
		operation = &lateness->trace->operations[lateness->position++];
		if (operation->kind == TRACE_ADVANCE) {
			uint64_t now = clock_ns(CLOCK_MONOTONIC);
			uint64_t next = lateness->begun + operation->time;
			struct timeval timeout = timeval_of(next > now ? next - now : 0);

			lateness->advanced = operation->time;
			api->add(event_in(lateness->driver), &timeout);
			return;
		}
		if (operation->kind == TRACE_MARK)
			lateness->measured = lateness->trace->phases[operation->id].measured;
		else if (operation->kind == TRACE_DISARM || operation->kind == TRACE_REMOVE)
			api->del(event_in(lateness->objects[operation->id].event));
		else if (operation->kind != TRACE_INTERVAL)
			arm(lateness, operation);
	}
	api->loopbreak(lateness->base);
}

static int assign_all(struct lateness *lateness)
{
	const struct event_api *api = lateness->setting.api;
	uint64_t ids = lateness->trace->header->ids;

	for (uint64_t id = 0; id < ids; id++) {
		struct late_object *object = &lateness->objects[id];

		object->owner = lateness;
		if (api->assign(event_in(object->event), lateness->base, -1, 0, fired, object))
			return -EINVAL;
	}
	return api->assign(event_in(lateness->driver), lateness->base, -1, 0, drive, lateness)
		       ? -EINVAL
		       : 0;
}

static int by_lateness(const void *a, const void *b)
{
	int64_t left = *(const int64_t *)a, right = *(const int64_t *)b;

	return (left > right) - (left < right);
}

static void record_distribution(struct lateness *lateness, json_t *record)
{
	static const struct {
		const char *key;
		double share;
	} quantiles[] = {
		{ "lateness_p50_ns", 0.5 },
		{ "lateness_p99_ns", 0.99 },
		{ "lateness_max_ns", 1 },
	};

	qsort(lateness->late, lateness->count, sizeof(*lateness->late), by_lateness);
	for (size_t i = 0; i < sizeof(quantiles) / sizeof(*quantiles) && lateness->count; i++) {
		double place = quantiles[i].share * (double)(lateness->count - 1);

		json_object_set_new(record, quantiles[i].key,
				    json_integer(lateness->late[(uint64_t)place]));
	}
}

static void record_run(struct lateness *lateness, json_t *record, uint64_t sleeps, uint64_t cpu_ns)
{
	double fired_count = lateness->count ? (double)lateness->count : 1;
	uint64_t expected = 0;

	for (uint64_t i = 0; i < lateness->trace->header->phases; i++)
		if (lateness->trace->phases[i].measured)
			expected += lateness->trace->phases[i].fired;
	record_distribution(lateness, record);
	json_object_set_new(record, "fired", json_integer((json_int_t)lateness->count));
	json_object_set_new(record, "expected", json_integer((json_int_t)expected));
	json_object_set_new(record, "early", json_integer((json_int_t)lateness->early));
	json_object_set_new(record, "sleeps", json_integer((json_int_t)sleeps));
	json_object_set_new(record, "wake_ups_per_firing", json_real((double)sleeps / fired_count));
	json_object_set_new(record, "cpu_ns_per_firing", json_real((double)cpu_ns / fired_count));
	json_object_set_new(
		record, "wall_ns",
		json_integer((json_int_t)(clock_ns(CLOCK_MONOTONIC) - lateness->begun)));
	/*
	 * `fired` need not equal `expected`: in real time, a timer that the trace re-arms just
	 * before its deadline may have fired already.
	 */
	json_object_set_new(record, "status",
			    json_string(lateness->count ? "ok" : "nothing fired"));
}

/*
 * Returns how often this thread has gone to sleep, by the kernel's count of voluntary context
 * switches. The count exists for every subject, and excludes waits that returned at once.
 */
static uint64_t count_sleeps(void)
{
	struct rusage usage;

	getrusage(RUSAGE_THREAD, &usage);
	return (uint64_t)usage.ru_nvcsw;
}

static int run(struct lateness *lateness, const struct cell *cell, json_t *record)
{
	const struct event_api *api = lateness->setting.api;
	int result = lateness->setting.make(&cell->subject, &lateness->base);
	uint64_t sleeps, cpu_ns;

	if (result)
		return result;
	if (lateness->setting.common)
		result = event_common_open(&lateness->common, api, lateness->base);
	if (!result)
		result = assign_all(lateness);
	if (!result) {
		const struct timeval at_once = { 0 };

		sleeps = count_sleeps();
		cpu_ns = clock_ns(CLOCK_THREAD_CPUTIME_ID);
		lateness->begun = clock_ns(CLOCK_MONOTONIC);
		api->add(event_in(lateness->driver), &at_once);
		api->loop(lateness->base, 0);
		cpu_ns = clock_ns(CLOCK_THREAD_CPUTIME_ID) - cpu_ns;
		record_run(lateness, record, count_sleeps() - sleeps, cpu_ns);
		if (lateness->setting.waits)
			json_object_set_new(
				record, "waits",
				json_integer((json_int_t)lateness->setting.waits(lateness->base)));
	}
	event_common_close(&lateness->common);
	api->base_free(lateness->base);
	return result;
}

static int measure_lateness(const struct cell *cell, json_t *record, char *error)
{
	size_t ids = cell->trace.header->ids;
	struct lateness lateness = { .trace = &cell->trace, .room = cell->trace.header->fired };
	int result = -ENOMEM;

	if (!cell->subject.family->loop) {
		snprintf(error, CELL_ERROR_SIZE, "%s is not an event loop: it does not wait",
			 cell->subject.name);
		return -ENOTSUP;
	}
	cell->subject.family->loop(&cell->subject, &lateness.setting);
	if (lateness.setting.simulated_only) {
		snprintf(error, CELL_ERROR_SIZE, "%s works only in simulated time",
			 cell->subject.name);
		return -ENOTSUP;
	}
	lateness.objects = aligned_alloc(64, (ids * sizeof(*lateness.objects) + 63) & ~(size_t)63);
	lateness.late = malloc((lateness.room + 1) * sizeof(*lateness.late));
	if (lateness.objects && lateness.late) {
		memset(lateness.objects, 0, ids * sizeof(*lateness.objects));
		result = run(&lateness, cell, record);
	}
	if (result)
		snprintf(error, CELL_ERROR_SIZE, "%s: the loop cannot be made: %s",
			 cell->subject.name, strerror(-result));
	free(lateness.objects);
	free(lateness.late);
	return result;
}

const struct pass pass_lateness = {
	.name = "lateness",
	.summary = "event loops in real time: how late, how many wake-ups, how much CPU time",
	.measure = measure_lateness,
	.slowdown = 100,
};
