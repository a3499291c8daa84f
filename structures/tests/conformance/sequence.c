/*
 * sequence.c - runs a sequence
 */
#include <stdlib.h>

#include "sequence.h"

static size_t timer_of(const struct session *session, const struct operation *operation)
{
	if (operation->fired && session->fired_count)
		return session->fired[operation->timer % session->fired_count];
	return operation->timer % session->oracle.count;
}

/*
 * Does nothing if next is further ahead than the sequence allows. Otherwise the sequence's other
 * times would be in the past.
 */
static void at_next(struct session *session, const struct operation *operation)
{
	uint64_t next = session_next(session), latest = session->oracle.latest;

	if (next == TIMER_NEVER || (next > latest && next - latest > operation->time))
		return;
	if (operation->kind == OPERATION_AT_NEXT)
		session_drain(session, next > latest ? next : latest, operation->max);
	else if (next > latest)
		session_expire(session, next - 1, operation->max);
}

void sequence_step(struct session *session, const struct operation *operation)
{
	size_t id = timer_of(session, operation);

	switch (operation->kind) {
	case OPERATION_ARM:
		session_arm(session, id, operation->time, operation->interval);
		break;
	case OPERATION_DISARM:
		if (session_state(session, id) == ORACLE_ARMED)
			session_disarm(session, id);
		break;
	case OPERATION_REMOVE:
		if (session_state(session, id) != ORACLE_IDLE)
			session_remove(session, id);
		break;
	case OPERATION_EXPIRE:
		session_expire(session, operation->time, operation->max);
		break;
	case OPERATION_DRAIN:
		session_drain(session, operation->time, operation->max);
		break;
	case OPERATION_AT_NEXT:
	case OPERATION_BEFORE_NEXT:
		at_next(session, operation);
		break;
	case OPERATION_RESERVE:
		if (session_reserve(session, operation->time))
			session_fault(session, "reserve fails");
		break;
	case OPERATION_VISIT:
		session_visit(session);
		break;
	case OPERATION_CHECK:
	case OPERATION_KINDS:
		session_check(session);
		break;
	}
}

void sequence_run(const struct sequence *sequence, const struct subject *subject, bool trace,
		  size_t *progress)
{
	struct session session;

	if (session_open(&session, subject, sequence->timers, sequence->start, trace))
		session_fault(&session, "create fails");
	for (size_t i = 0; i < sequence->count; i++) {
		if (progress)
			*progress = i + 1;
		sequence_step(&session, &sequence->operations[i]);
	}
	session_visit(&session);
	session_check(&session);
	session_drain(&session, TIMER_NEVER, 64);
	session_check(&session);
	session_close(&session);
}

void sequence_free(struct sequence *sequence)
{
	free(sequence->operations);
}
