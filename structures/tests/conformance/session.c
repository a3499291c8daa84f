/*
 * session.c - applies every operation to the structure and to the oracle, and judges every answer
 */
#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "allocations.h"
#include "object.h"
#include "session.h"

/* Makes a call to the structure. Adds what it allocates to the session's counts. */
#define WATCHED(call)                                                                              \
	do {                                                                                       \
		session->live -= allocations.live;                                                 \
		session->bytes -= allocations.bytes;                                               \
		allocations.watching = true;                                                       \
		call;                                                                              \
		allocations.watching = false;                                                      \
		session->live += allocations.live;                                                 \
		session->bytes += allocations.bytes;                                               \
	} while (0)

static const struct timer_structure *structure_of(const struct session *session)
{
	return session->subject->structure;
}

void session_fault(const struct session *session, const char *format, ...)
{
	va_list arguments;

	allocations.watching = false;
	fprintf(stderr, "%s: operation %zu, latest now %" PRIu64 ": ", session->subject->name,
		session->operations, session->oracle.latest);
	va_start(arguments, format);
	vfprintf(stderr, format, arguments);
	va_end(arguments);
	fputc('\n', stderr);
	abort();
}

static void expect_right(const struct session *session, const char *wrong)
{
	if (wrong)
		session_fault(session, "%s", wrong);
}

static void trace(const struct session *session, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

static void trace(const struct session *session, const char *format, ...)
{
	va_list arguments;

	if (!session->trace)
		return;
	va_start(arguments, format);
	vfprintf(stderr, format, arguments);
	va_end(arguments);
}

/* After each operation, calls next and size, as a loop does after each iteration. */
static void judge(struct session *session)
{
	uint64_t next;
	size_t size;

	WATCHED(next = structure_of(session)->next(session->set));
	expect_right(session, oracle_judge_next(&session->oracle, next));
	WATCHED(size = structure_of(session)->size(session->set));
	expect_right(session, oracle_judge_size(&session->oracle, size));
	session->operations++;
}

static int make_room(struct session *session, size_t timers)
{
	session->objects = calloc(timers ? timers : 1, sizeof(*session->objects));
	session->fired_room = timers > SESSION_MOST ? timers : SESSION_MOST;
	session->fired = calloc(session->fired_room, sizeof(*session->fired));
	return session->objects && session->fired ? 0 : -ENOMEM;
}

int session_open(struct session *session, const struct subject *subject, size_t timers,
		 uint64_t now, bool tracing)
{
	struct timer_set *const untouched = (struct timer_set *)(void *)session;
	int result;

	*session = (struct session){
		.subject = subject,
		.trace = tracing,
		.set = untouched,
	};
	if (make_room(session, timers) ||
	    oracle_open(&session->oracle, &subject->accuracy, timers, now))
		session_fault(session, "no memory for the test itself");
	WATCHED(result = timer_choice_create(&subject->choice, &session->set, now));
	trace(session, "create(now %" PRIu64 ") = %d;\n", now, result);
	if (!result) {
		judge(session);
		return 0;
	}
	if (result != -ENOMEM || session->set != untouched)
		session_fault(session, "create fails with %d, but stores a set", result);
	if (session->live)
		session_fault(session, "a failed create leaks");
	oracle_close(&session->oracle);
	free(session->objects);
	free(session->fired);
	return result;
}

void session_close(struct session *session)
{
	size_t count = session->oracle.count;

	trace(session, "destroy();\n");
	for (size_t id = 0; id < count; id++)
		if (session_state(session, id) != ORACLE_IDLE)
			object_forbid(session->objects[id]);
	WATCHED(structure_of(session)->destroy(session->set));
	if (session->live)
		session_fault(session, "destroy leaks %" PRIu64 " blocks", session->live);
	for (size_t id = 0; id < count; id++)
		if (session->objects[id] && !object_end(session->objects[id]))
			session_fault(session,
				      "the memory of t%zu was written to after it was "
				      "handed back, or by destroy",
				      id);
	oracle_close(&session->oracle);
	free(session->objects);
	free(session->fired);
}

struct timer *session_timer(const struct session *session, size_t id)
{
	return &session->objects[id]->timer;
}

/* A failed reserve must not change these. */
struct snapshot {
	size_t size, footprint;
	uint64_t next, live, bytes;
};

static struct snapshot take_snapshot(struct session *session)
{
	const struct timer_structure *structure = structure_of(session);

	return (struct snapshot){
		.size = structure->size(session->set),
		.footprint = structure->footprint(session->set),
		.next = structure->next(session->set),
		.live = session->live,
		.bytes = session->bytes,
	};
}

int session_reserve(struct session *session, size_t n)
{
	struct snapshot before = take_snapshot(session), after;
	int result;

	if (n < session->oracle.not_idle)
		n = session->oracle.not_idle;
	WATCHED(result = structure_of(session)->reserve(session->set, n));
	trace(session, "reserve(%zu) = %d;\n", n, result);
	if (!result) {
		session->reserved = n;
		judge(session);
		return 0;
	}
	if (result != -ENOMEM || n <= session->reserved)
		session_fault(session, "reserve(%zu) fails with %d, with %zu reserved", n, result,
			      session->reserved);
	after = take_snapshot(session);
	if (memcmp(&before, &after, sizeof(after)))
		session_fault(session,
			      "a failed reserve changes size %zu to %zu, footprint %zu to %zu, "
			      "next %" PRIu64 " to %" PRIu64 ", blocks %" PRIu64 " to %" PRIu64,
			      before.size, after.size, before.footprint, after.footprint,
			      before.next, after.next, before.live, after.live);
	judge(session);
	session_visit(session);
	session_check(session);
	return result;
}

/*
 * Returns the time by which the timer's key requires expire to return the timer, or TIMER_NEVER if
 * that is after the end of time.
 */
static uint64_t filed_for(const struct session *session, const struct timer *timer)
{
	uint64_t tick = session->subject->accuracy.tick, filed;

	return __builtin_mul_overflow(timer->key, tick ? tick : 1, &filed) ? TIMER_NEVER : filed;
}

/*
 * A wrapper sees only the timer. From the timer it must know whether the timer is idle, and whether
 * the timer never fires.
 */
static void expect_filed(const struct session *session, size_t id, bool was_idle)
{
	static const union timer_link zero;
	const struct timer *timer = session_timer(session, id);

	if (!memcmp(&timer->link, &zero, sizeof(zero)))
		session_fault(session, "t%zu is armed with the link of an idle timer", id);
	if (was_idle && timer->key == UINT64_MAX && timer->deadline != TIMER_NEVER)
		session_fault(session, "t%zu has the key of a timer that never fires", id);
}

/*
 * Returns whether timers may have TIMER_MARK: if a structure groups timers, or cannot be wrapped.
 */
static bool may_mark(const struct timer_choice *choice)
{
	for (size_t i = 0; i < choice->wrappers; i++)
		if (choice->wrapper[i]->groups)
			return true;
	return choice->within->groups || choice->within->postpones;
}

/*
 * A wrapper must be able to tell the timers that it keeps itself from those in the wrapped
 * structure.
 */
static void expect_unmarked(const struct session *session, size_t id)
{
	if (session_timer(session, id)->link.word[3] & TIMER_MARK &&
	    !may_mark(&session->subject->choice))
		session_fault(session, "t%zu has the mark that is for wrappers", id);
}

/* Checks that no timer is left whose key is for a time that has come. */
static void expect_none_overdue(const struct session *session, uint64_t now)
{
	for (size_t id = 0; id < session->oracle.count; id++)
		if (session_state(session, id) == ORACLE_ARMED &&
		    filed_for(session, session_timer(session, id)) != TIMER_NEVER &&
		    filed_for(session, session_timer(session, id)) <= now)
			session_fault(session,
				      "t%zu is neither returned nor filed again at %" PRIu64
				      ", though its key says %" PRIu64,
				      id, now, filed_for(session, session_timer(session, id)));
}

/* Prepares the memory of an idle timer, and reserves a place in the set. */
static void prepare(struct session *session, size_t id)
{
	struct object *object = object_take(session->objects[id], id);

	if (!object)
		session_fault(session, "the memory of t%zu was written to after it was given back",
			      id);
	session->objects[id] = object;
	if (session->oracle.not_idle < session->reserved)
		return;
	if (session_reserve(session, session->oracle.not_idle + 1))
		session_fault(session, "reserve(%zu) fails", session->oracle.not_idle + 1);
}

void session_arm(struct session *session, size_t id, uint64_t deadline, uint64_t interval)
{
	const struct timer_structure *structure = structure_of(session);
	bool armed = session_state(session, id) == ORACLE_ARMED;
	bool idle = session_state(session, id) == ORACLE_IDLE;
	struct timer *timer;

	if (idle)
		prepare(session, id);
	timer = session_timer(session, id);
	trace(session, "%s(t%zu, %" PRIu64 ", %" PRIu64 ");\n", armed ? "reinsert" : "insert", id,
	      deadline, interval);
	if (armed)
		WATCHED(structure->reinsert(session->set, timer, deadline, interval));
	else
		WATCHED(structure->insert(session->set, timer, deadline, interval));
	oracle_arm(&session->oracle, id, deadline, interval);
	if (timer->deadline != deadline)
		session_fault(session, "arming t%zu for %" PRIu64 " stores the deadline %" PRIu64,
			      id, deadline, timer->deadline);
	expect_filed(session, id, idle);
	expect_unmarked(session, id);
	judge(session);
}

/* An idle timer may be inserted into any set, which recognizes it by its link of zeros. */
static void expect_idle(const struct session *session, size_t id)
{
	static const union timer_link zero;

	if (memcmp(&session_timer(session, id)->link, &zero, sizeof(zero)))
		session_fault(session, "t%zu is given back with a link that is not zero", id);
}

void session_disarm(struct session *session, size_t id)
{
	trace(session, "disarm(t%zu);\n", id);
	WATCHED(structure_of(session)->disarm(session->set, session_timer(session, id)));
	oracle_disarm(&session->oracle, id);
	expect_unmarked(session, id);
	judge(session);
}

void session_remove(struct session *session, size_t id)
{
	trace(session, "remove(t%zu);\n", id);
	WATCHED(structure_of(session)->remove(session->set, session_timer(session, id)));
	oracle_remove(&session->oracle, id);
	expect_idle(session, id);
	session->objects[id] = object_give_back(session->objects[id]);
	judge(session);
}

/*
 * Returns the number of the timer that the structure named, or the count of timers if the session
 * does not have the timer.
 */
static size_t id_of(const struct session *session, const struct timer *timer)
{
	const struct object *object = (const struct object *)(const void *)timer;
	size_t count = session->oracle.count;

	if (!object || object->id >= count || session->objects[object->id] != object)
		return count;
	return object->id;
}

static void trace_fired(const struct session *session, const size_t *ids, size_t count)
{
	for (size_t i = 0; i < count; i++)
		trace(session, "%s t%zu", i ? "," : "", ids[i]);
	trace(session, " */\n");
}

/* Records the timers that have fired, and gives their memory back (object.h). */
static void take_fired(struct session *session, const size_t *ids, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		struct object *object = session->objects[ids[i]];

		if (object->timer.deadline != session->oracle.timers[ids[i]].deadline)
			session_fault(session, "t%zu fires with another deadline than it had",
				      ids[i]);
		expect_idle(session, ids[i]);
		session->objects[ids[i]] = object_give_back(object);
		if (session->fired_count < session->fired_room)
			session->fired[session->fired_count++] = ids[i];
	}
}

/* Calls expire once. Adds the timers to those that have fired already. */
static size_t expire(struct session *session, uint64_t now, size_t max)
{
	static struct timer guard;
	struct timer *out[SESSION_MOST + 1];
	size_t ids[SESSION_MOST], count;
	uint64_t next;

	for (size_t i = 0; i <= max; i++)
		out[i] = &guard;
	WATCHED(next = structure_of(session)->next(session->set));
	WATCHED(count = structure_of(session)->expire(session->set, now, out, max));
	trace(session, "expire(now %" PRIu64 ", max %zu) = %zu; /*", now, max, count);
	if (count > max || out[max] != &guard)
		session_fault(session, "expire returns %zu timers with max %zu", count, max);
	for (size_t i = 0; i < count; i++)
		ids[i] = id_of(session, out[i]);
	trace_fired(session, ids, count);
	session->wakeups += max && next <= now;
	session->spurious += max && next <= now && !count;
	expect_right(session, oracle_judge_expire(&session->oracle, now, max, next, ids, count));
	take_fired(session, ids, count);
	if (count < max && now == session->oracle.latest)
		expect_none_overdue(session, now);
	judge(session);
	return count;
}

size_t session_expire(struct session *session, uint64_t now, size_t max)
{
	session->fired_count = 0;
	return expire(session, now, max);
}

size_t session_drain(struct session *session, uint64_t now, size_t max)
{
	size_t count, sum = 0;

	session->fired_count = 0;
	do
		sum += count = expire(session, now, max);
	while (count == max);
	return sum;
}

void session_pass(struct session *session, uint64_t now)
{
	trace(session, "/* time passes until %" PRIu64 " */\n", now);
	oracle_pass(&session->oracle, now);
}

uint64_t session_next(struct session *session)
{
	uint64_t next;

	WATCHED(next = structure_of(session)->next(session->set));
	expect_right(session, oracle_judge_next(&session->oracle, next));
	return next;
}

static void visit(struct timer *timer, void *data)
{
	struct session *session = data;
	const char *wrong = oracle_judge_visit(&session->oracle, id_of(session, timer));

	expect_right(session, wrong);
}

void session_visit(struct session *session)
{
	WATCHED(structure_of(session)->for_each(session->set, visit, session));
	expect_right(session, oracle_judge_visits(&session->oracle));
}

void session_check(struct session *session)
{
	const char *broken;

	WATCHED(broken = structure_of(session)->check(session->set));
	if (broken)
		session_fault(session, "check finds that %s", broken);
	for (size_t id = 0; id < session->oracle.count; id++)
		if (session_state(session, id) == ORACLE_ARMED &&
		    session_timer(session, id)->deadline != session->oracle.timers[id].deadline)
			session_fault(session, "the deadline of t%zu is not the one that was armed",
				      id);
	WATCHED(broken = structure_of(session)->footprint(session->set) ? NULL : "0 bytes");
	if (broken)
		session_fault(session, "the footprint is 0");
}
