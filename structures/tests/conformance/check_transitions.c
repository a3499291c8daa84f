/*
 * check_transitions.c - every transition in the picture of timer.h, and every one that is not in it
 */
#include <setjmp.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>

#include "child.h"
#include "suite.h"

/*
 * Timers 0..3 go through all transitions. The fate of their memory differs (object.h). The other
 * timers are only neighbours in the structure.
 */
#define ACTORS 4

/* Far enough apart that times differ even with ticks of an hour. */
#define STEP (UINT64_C(86400) * TIMER_SECOND)

static void open_among(struct session *session, const struct subject *subject, size_t others)
{
	if (session_open(session, subject, ACTORS + others, STEP, false))
		check_failed("create fails");
	for (size_t id = ACTORS; id < ACTORS + others; id++)
		session_arm(session, id, (id % 7 + 2) * 3 * STEP, 0);
}

/* Takes one timer through all transitions, with deadlines before, among and after the others'. */
static void go_round(struct session *session, size_t id, uint64_t deadline)
{
	uint64_t now = session->oracle.latest;

	session_arm(session, id, deadline, deadline - now); /* idle -> armed */
	session_arm(session, id, deadline + STEP, 0);	    /* armed -> armed, later */
	session_arm(session, id, deadline - STEP / 2, 0);   /* armed -> armed, earlier */
	session_arm(session, id, deadline - STEP / 2, 0);   /* armed -> armed, the same deadline */
	session_disarm(session, id);			    /* armed -> disarmed */
	session_check(session);
	session_arm(session, id, deadline, deadline - now); /* disarmed -> armed */
	session_check(session);
	session_remove(session, id); /* armed -> idle */
	session_check(session);
	session_arm(session, id, deadline, 0);
	session_disarm(session, id);
	session_remove(session, id); /* disarmed -> idle */
	session_check(session);
	session_arm(session, id, deadline, 0);
	session_visit(session);
}

void check_transitions(const struct subject *subject, const struct settings *settings)
{
	static const size_t others[] = { 0, 1, 2, 3, 5, 17, 100 };

	(void)settings;
	for (size_t i = 0; i < sizeof(others) / sizeof(*others); i++) {
		for (uint64_t days = 2; days < 32; days += 3) {
			struct session session;

			open_among(&session, subject, others[i]);
			for (size_t id = 0; id < ACTORS; id++)
				go_round(&session, id, days * STEP);
			session_disarm(&session, 1);
			session_drain(&session, days * STEP, 64); /* armed -> idle */
			session_check(&session);
			session_drain(&session, 60 * STEP, 64);
			session_arm(&session, 1, 70 * STEP, STEP);
			session_drain(&session, 80 * STEP, 64);
			session_check(&session);
			session_close(&session);
		}
	}
}

enum misuse_state { IDLE, ARMED, DISARMED, REMOVED, FIRED, DISARMED_REMOVED };

struct misuse {
	const char *operation;
	enum misuse_state state;
	const struct subject *subject;
	size_t others;
};

/* Every operation that the picture does not allow in a state. */
static const struct misuse misuses[] = {
	{ "insert", ARMED, NULL, 0 },	   { "reinsert", IDLE, NULL, 0 },
	{ "reinsert", DISARMED, NULL, 0 }, { "reinsert", REMOVED, NULL, 0 },
	{ "reinsert", FIRED, NULL, 0 },	   { "disarm", IDLE, NULL, 0 },
	{ "disarm", DISARMED, NULL, 0 },   { "disarm", REMOVED, NULL, 0 },
	{ "disarm", FIRED, NULL, 0 },	   { "remove", IDLE, NULL, 0 },
	{ "remove", REMOVED, NULL, 0 },	   { "remove", DISARMED_REMOVED, NULL, 0 },
	{ "remove", FIRED, NULL, 0 },
};

/* Each misuse runs with 0, 1, ... ACTORS - 1 other timers armed. */
#define MISUSES (sizeof(misuses) / sizeof(*misuses) * ACTORS)

#define END "\f"

static void bring_to_state(struct timer_set *set, const struct misuse *misuse, struct timer *timer)
{
	const struct timer_structure *structure = misuse->subject->structure;
	struct timer *out[1];

	if (misuse->state == IDLE)
		return;
	structure->insert(set, timer, STEP, 0);
	if (misuse->state == DISARMED || misuse->state == DISARMED_REMOVED)
		structure->disarm(set, timer);
	if (misuse->state == REMOVED || misuse->state == DISARMED_REMOVED)
		structure->remove(set, timer);
	if (misuse->state == FIRED && structure->expire(set, 2 * STEP, out, 1) != 1)
		_Exit(2);
}

/* Commits the misuse, which must fail an assertion. */
static void commit(const struct misuse *misuse)
{
	const struct timer_structure *structure = misuse->subject->structure;
	struct timer timers[ACTORS] = { 0 };
	struct timer_set *set;

	if (timer_choice_create(&misuse->subject->choice, &set, 0) ||
	    structure->reserve(set, ACTORS))
		_Exit(2);
	bring_to_state(set, misuse, &timers[0]);
	for (size_t i = 1; i <= misuse->others; i++)
		structure->insert(set, &timers[i], 10 * STEP, 0);
	if (!strcmp(misuse->operation, "insert"))
		structure->insert(set, &timers[0], STEP, 0);
	else if (!strcmp(misuse->operation, "reinsert"))
		structure->reinsert(set, &timers[0], STEP, 0);
	else if (!strcmp(misuse->operation, "disarm"))
		structure->disarm(set, &timers[0]);
	else
		structure->remove(set, &timers[0]);
}

static struct misuse misuse_number(size_t number, const struct subject *subject)
{
	struct misuse misuse = misuses[number / ACTORS];

	misuse.subject = subject;
	misuse.others = number % ACTORS;
	return misuse;
}

static sigjmp_buf before_misuse;

static void survive(int signal)
{
	(void)signal;
	siglongjmp(before_misuse, 1);
}

/*
 * Commits all misuses in one child process, because one process per misuse would make the suite
 * much slower. The child jumps out of abort after each assertion, and abandons the set. It writes
 * to stderr what each misuse prints, followed by END.
 */
static void commit_all(void *data)
{
	static size_t number; /* static, so that it keeps its value over the jump */

	signal(SIGABRT, survive);
	for (number = 0; number < MISUSES; number++) {
		struct misuse misuse = misuse_number(number, data);

		if (!sigsetjmp(before_misuse, 1)) {
			commit(&misuse);
			fputs("the misuse returns", stderr);
		}
		fputs(END, stderr);
	}
}

static bool dies_as_it_should(const struct misuse *misuse, const char *said)
{
	char begins[32];

	snprintf(begins, sizeof(begins), "\"%s: ", misuse->operation);
	return strstr(said, "Assertion") && strstr(said, begins);
}

void check_forbidden(const struct subject *subject, const struct settings *settings)
{
	static const char *const states[] = { "idle",	 "armed", "disarmed",
					      "removed", "fired", "disarmed and removed" };
	static char said[MISUSES * 512];
	char *rest = said;
	int status;

	(void)settings;
#ifdef NDEBUG
	check_skipped("assertions are compiled out");
#endif
	status = child_run(commit_all, (void *)(uintptr_t)subject, said, sizeof(said), 60);
	for (size_t i = 0; i < MISUSES; i++) {
		struct misuse misuse = misuse_number(i, subject);
		const char *text = strsep(&rest, END);

		/* If END is missing, the child ended in another way. */
		if (!rest || !dies_as_it_should(&misuse, text))
			check_failed(
				"%s of a timer that is %s, with %zu others armed, does not end "
				"by an assertion that says '\"%s: ...': %s%s",
				misuse.operation, states[misuse.state], misuse.others,
				misuse.operation, text, rest ? "" : child_status(status));
	}
	if (!child_succeeded(status))
		check_failed("after all misuses the child %s", child_status(status));
}
