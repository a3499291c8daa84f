/*
 * check_many.c - expire with max 1, re-armed timers, very many equal deadlines, and two sets
 */
#include <stdlib.h>
#include <sys/resource.h>

#include "random.h"
#include "sequence.h"
#include "suite.h"

static void open_zero(struct session *session, const struct subject *subject, size_t timers)
{
	if (session_open(session, subject, timers, 0, false))
		check_failed("create fails");
}

/*
 * Calls expire with max 1 or 0, and arms timers between the calls. Their deadlines are before,
 * among and after those of the timers that are due and still armed.
 */
void check_one_at_a_time(const struct subject *subject, const struct settings *settings)
{
	uint64_t random = settings->seed, now = 0;
	struct session session;

	open_zero(&session, subject, 80);
	for (unsigned round = 0; round < 40; round++) {
		for (size_t id = 0; id < 80; id++)
			session_arm(&session, id, now + random_below(&random, 100) * 1000, 0);
		now += 60000;
		for (unsigned i = 0; i < 30; i++) {
			session_expire(&session, now, 1);
			if (i % 3 == 0 && session.fired_count)
				session_arm(&session, session.fired[0],
					    now - 30000 + random_below(&random, 60) * 1000, 0);
			if (i % 7 == 0)
				session_expire(&session, now, 0);
		}
		session_check(&session);
		session_drain(&session, now, 1);
	}
	session_close(&session);
}

/* Does what a callback does to its own timer: arms it, and then may remove, disarm or re-arm it. */
static void use_again(struct session *session, size_t id, uint64_t now, uint64_t choice)
{
	session_arm(session, id, now + choice * 500, choice % 2 ? choice * 500 : 0);
	if (choice % 5 == 1)
		session_remove(session, id);
	if (choice % 5 == 2)
		session_disarm(session, id);
	if (choice % 5 == 3)
		session_arm(session, id, now + 1 + choice, 0);
}

void check_used_again(const struct subject *subject, const struct settings *settings)
{
	uint64_t random = settings->seed, now = 0;
	struct session session;
	size_t fired[64];

	open_zero(&session, subject, 64);
	for (size_t id = 0; id < 64; id++)
		session_arm(&session, id, 1 + id * 200, 0);
	for (unsigned round = 0; round < 300; round++) {
		size_t count = session_expire(&session, now += 1500, 1 + round % 9);

		for (size_t i = 0; i < count; i++)
			fired[i] = session.fired[i];
		for (size_t i = 0; i < count; i++)
			use_again(&session, fired[i], now, random_below(&random, 20));
		if (round % 16 == 0)
			session_check(&session);
	}
	session_close(&session);
}

/*
 * All timers of a herd have the same deadline, as when a server reloads. The herd is not larger,
 * because some structures need time quadratic in its size. With the default stack, a structure
 * could recurse over a whole herd of this size without a crash. So the stack is limited to 13 bytes
 * per timer.
 */
#define HERD	   20000
#define HERD_STACK (256 << 10)

#define HERD_DEADLINE (3 * TIMER_SECOND)

struct herd {
	const struct timer_structure *structure;
	struct timer_set *set;
	struct timer *timers;
	bool *gone;
	size_t count;
};

/* Stops every third timer, in the reverse of the order of insertion. */
static void thin_out(struct herd *herd)
{
	for (size_t i = herd->count; i-- > 0;) {
		if (i % 3)
			continue;
		if (i % 2)
			herd->structure->disarm(herd->set, &herd->timers[i]);
		else
			herd->structure->remove(herd->set, &herd->timers[i]);
		herd->gone[i] = true;
	}
}

static size_t take_herd(struct herd *herd, uint64_t now)
{
	struct timer *out[64];
	size_t sum = 0, count;

	do {
		count = herd->structure->expire(herd->set, now, out, 64);
		for (size_t i = 0; i < count; i++) {
			size_t which = (size_t)(out[i] - herd->timers);

			if (which >= herd->count || herd->gone[which])
				check_failed("a timer fires twice, or after it was stopped");
			herd->gone[which] = true;
		}
		sum += count;
	} while (count == 64);
	return sum;
}

void check_equal_deadlines(const struct subject *subject, const struct settings *settings)
{
	const struct timer_structure *structure = subject->structure;
	struct herd herd = { .structure = structure, .count = bearable(subject, HERD) };
	const struct rlimit stack = { HERD_STACK, RLIM_INFINITY };
	uint64_t last = HERD_DEADLINE;
	size_t left = herd.count - (herd.count + 2) / 3;

	(void)settings;
	if (setrlimit(RLIMIT_STACK, &stack))
		check_failed("the limit of the stack cannot be set");
	herd.timers = calloc(herd.count, sizeof(*herd.timers));
	herd.gone = calloc(herd.count, sizeof(*herd.gone));
	if (!herd.timers || !herd.gone || timer_choice_create(&subject->choice, &herd.set, 0) ||
	    structure->reserve(herd.set, herd.count))
		check_failed("no memory for %zu timers", herd.count);
	for (size_t i = 0; i < herd.count; i++)
		structure->insert(herd.set, &herd.timers[i], HERD_DEADLINE,
				  i % 2 ? HERD_DEADLINE : 0);
	thin_out(&herd);
	if (structure->check(herd.set))
		check_failed("check finds that %s", structure->check(herd.set));
	if (structure->size(herd.set) != left)
		check_failed("the size is %zu instead of %zu", structure->size(herd.set), left);
	if (take_herd(&herd, HERD_DEADLINE - 1))
		check_failed("some of %zu equal timers fire early", herd.count);
	/* The time by which late timers must have fired: 2 ticks and the whole interval later. */
	if (subject->accuracy.when != TIMER_EXACT)
		last += HERD_DEADLINE + 2 * subject->accuracy.tick;
	if (take_herd(&herd, last) != left || structure->size(herd.set))
		check_failed("not all of %zu equal timers fire", left);
	structure->destroy(herd.set);
	free(herd.timers);
	free(herd.gone);
}

/* Runs two sets in turns, each with its own clock and timers. */
void check_two_sets(const struct subject *subject, const struct settings *settings)
{
	for (size_t profile = 0; profile < SEQUENCE_PROFILES; profile++) {
		struct sequence sequences[2];
		struct session sessions[2];

		for (size_t i = 0; i < 2; i++) {
			sequence_make(&sequences[i], (profile + i) % SEQUENCE_PROFILES,
				      settings->seed + i, 300);
			if (session_open(&sessions[i], subject, sequences[i].timers,
					 sequences[i].start, false))
				check_failed("create fails");
		}
		for (size_t step = 0; step < 300; step++)
			for (size_t i = 0; i < 2; i++)
				sequence_step(&sessions[i], &sequences[i].operations[step]);
		for (size_t i = 0; i < 2; i++)
			session_check(&sessions[i]);
		session_close(&sessions[0]);
		session_drain(&sessions[1], TIMER_NEVER, 64);
		session_check(&sessions[1]);
		session_close(&sessions[1]);
		sequence_free(&sequences[0]);
		sequence_free(&sequences[1]);
	}
}
