/*
 * check_crowd.c - tens of thousands of timers at a time, for faults that occur only with so many
 *
 * The random sequences have few timers, so that a reader can follow a failure. The crowd is large
 * enough that buckets overflow, tables grow, and disarmed timers must be cleared away. The check
 * follows each timer: it fires once, in order, not early, not late, and with the deadline that it
 * was armed with.
 */
#include <stdlib.h>

#include "object.h"
#include "random.h"
#include "suite.h"

/*
 * The number of timers with the default options, and with other options. With some options, such as
 * two slots for a wheel, the time grows with the square of this number.
 */
#define CROWD	       30000
#define CROWD_SETTINGS 8000
#define SPAN	       (4 * TIMER_SECOND) /* deadlines are at most this far ahead */
#define TURNS	       64		  /* advances until all first deadlines have come */

enum member_state { OUT, IN, STOPPED };

struct member {
	struct object *object;
	uint64_t deadline;
	enum member_state state;
};

struct crowd {
	const struct subject *subject;
	const struct timer_structure *structure;
	struct timer_set *set;
	struct member *members;
	size_t count, armed;
	uint64_t now, random;
};

static void crowd_open(struct crowd *crowd)
{
	crowd->members = calloc(crowd->count, sizeof(*crowd->members));
	if (!crowd->members || timer_choice_create(&crowd->subject->choice, &crowd->set, 0))
		check_failed("no memory for %zu timers", crowd->count);
	for (size_t i = 0; i < crowd->count; i++)
		if (crowd->structure->reserve(crowd->set, i + 1))
			check_failed("reserve(%zu) fails", i + 1);
}

static void arm(struct crowd *crowd, struct member *member, uint64_t interval)
{
	size_t id = (size_t)(member - crowd->members);

	member->deadline = crowd->now + interval;
	if (member->state == OUT) {
		member->object = object_take(member->object, id);
		if (!member->object)
			check_failed("the memory of t%zu was written to after it was given back",
				     id);
	}
	if (member->state == IN) {
		crowd->structure->reinsert(crowd->set, &member->object->timer, member->deadline,
					   interval);
		return;
	}
	crowd->structure->insert(crowd->set, &member->object->timer, member->deadline, interval);
	member->state = IN;
	crowd->armed++;
}

/*
 * Re-arms some timers later or earlier, disarms some and removes some. Arms some of the disarmed
 * and removed timers again.
 */
static void stir(struct crowd *crowd, size_t operations)
{
	while (operations--) {
		struct member *member = &crowd->members[random_below(&crowd->random, crowd->count)];
		uint64_t choice = random_below(&crowd->random, 10);

		if (choice < 5 || member->state == OUT) {
			arm(crowd, member, 1 + random_below(&crowd->random, SPAN));
		} else if (choice < 7 && member->state == IN) {
			crowd->structure->disarm(crowd->set, &member->object->timer);
			member->state = STOPPED;
			crowd->armed--;
		} else {
			crowd->structure->remove(crowd->set, &member->object->timer);
			crowd->armed -= member->state == IN;
			member->state = OUT;
			member->object = object_give_back(member->object);
		}
	}
}

static void take_fired(struct crowd *crowd, const struct timer *timer)
{
	const struct object *object = (const struct object *)(const void *)timer;
	struct member *member = &crowd->members[object->id];

	if (object->id >= crowd->count || member->object != object || member->state != IN)
		check_failed("a timer fires that is not armed");
	if (timer->deadline != member->deadline || member->deadline > crowd->now)
		check_failed("t%zu fires early, or with another deadline than it had", object->id);
	member->state = OUT;
	member->object = object_give_back(member->object);
	crowd->armed--;
}

static void expire(struct crowd *crowd)
{
	bool ordered = crowd->subject->choice.accuracy.order == TIMER_BY_DEADLINE;
	struct timer *out[64];
	uint64_t before = 0;
	size_t count;

	do {
		count = crowd->structure->expire(crowd->set, crowd->now, out, 64);
		for (size_t i = 0; ordered && i < count; i++) {
			if (before > out[i]->deadline)
				check_failed("timers fire out of order");
			before = out[i]->deadline;
		}
		for (size_t i = 0; i < count; i++)
			take_fired(crowd, out[i]);
	} while (count == 64);
}

/* Checks that no timer is overdue, and that check and size agree with the armed timers. */
static void judge(const struct crowd *crowd)
{
	const struct timer_accuracy *accuracy = &crowd->subject->choice.accuracy;
	uint64_t late = 2 * accuracy->tick + (uint64_t)(accuracy->fraction * (double)SPAN);
	const char *broken = crowd->structure->check(crowd->set);

	if (broken)
		check_failed("check finds that %s", broken);
	if (crowd->structure->size(crowd->set) != crowd->armed)
		check_failed("the size is %zu instead of %zu", crowd->structure->size(crowd->set),
			     crowd->armed);
	for (size_t i = 0; i < crowd->count; i++)
		if (crowd->members[i].state == IN &&
		    crowd->members[i].deadline + late <= crowd->now &&
		    (late || accuracy->when == TIMER_EXACT))
			check_failed("t%zu is due and has not fired", i);
}

static void crowd_close(struct crowd *crowd)
{
	for (size_t i = 0; i < crowd->count; i++) {
		struct member *member = &crowd->members[i];

		if (member->state != STOPPED)
			continue;
		crowd->structure->remove(crowd->set, &member->object->timer);
		member->object = object_give_back(member->object);
	}
	crowd->structure->destroy(crowd->set);
	for (size_t i = 0; i < crowd->count; i++)
		if (crowd->members[i].object && !object_end(crowd->members[i].object))
			check_failed("the memory of t%zu was written to after it was given back",
				     i);
	free(crowd->members);
}

void check_crowd(const struct subject *subject, const struct settings *settings)
{
	struct crowd crowd = {
		.subject = subject,
		.structure = subject->choice.structure,
		.count = bearable(subject, subject->defaults ? CROWD : CROWD_SETTINGS),
		.random = settings->seed,
	};

	crowd_open(&crowd);
	for (size_t i = 0; i < crowd.count; i++)
		arm(&crowd, &crowd.members[i], 1 + random_below(&crowd.random, SPAN));
	for (unsigned turn = 0; turn < TURNS; turn++) {
		stir(&crowd, turn < TURNS / 2 ? crowd.count / 8 : 0);
		crowd.now += SPAN / TURNS;
		expire(&crowd);
		if (turn % 8 == 0)
			judge(&crowd);
	}
	/* Lets timers fire that may be late, and timers that were re-armed last. */
	crowd.now += 4 * SPAN + 4 * subject->choice.accuracy.tick;
	expire(&crowd);
	judge(&crowd);
	if (crowd.armed)
		check_failed("%zu timers never fire", crowd.armed);
	crowd_close(&crowd);
}
