/*
 * replay_structure.h - drives a timer structure
 *
 * An arm in the trace becomes an insert or a reinsert, depending on the timer's state in the
 * structure. A late structure may still hold a timer that has already fired in the trace. If the
 * trace arms or stops such a timer, the replay counts it as overtaken.
 */
#ifndef REPLAY_STRUCTURE_H
#define REPLAY_STRUCTURE_H

#include <stdlib.h>
#include <string.h>

#include "bench/replay/replay_check.h"
#include "bench/replay/replay_loop.h"

/*
 * Reserves room for one more timer that is not idle. Doubles the room if it is full, as an event
 * loop would.
 */
REPLAY_INLINE void structure_reserve(struct replay *replay, const struct timer_structure *structure)
{
	if (replay->not_idle < replay->reserved)
		return;
	replay->reserved = replay->reserved ? 2 * replay->reserved : 64;
	if (structure->reserve(replay->set, replay->reserved))
		replay_out_of_memory(replay);
}

REPLAY_INLINE void structure_arm(struct replay *replay, const struct timer_structure *structure,
				 enum replay_mode mode, uint32_t id, uint64_t deadline,
				 uint64_t interval, uint64_t now)
{
	struct replay_object *object = replay_object(replay, id);
	uint64_t begun = replay_begin(mode);

	if (object->armed == REPLAY_ARMED) {
		if (object->timer.deadline <= now)
			replay->tally.overtaken++;
		structure->reinsert(replay->set, &object->timer, deadline, interval);
	} else {
		if (object->armed == REPLAY_IDLE) {
			structure_reserve(replay, structure);
			replay->not_idle++;
		}
		object->armed = REPLAY_ARMED;
		structure->insert(replay->set, &object->timer, deadline, interval);
	}
	replay_end(replay, mode, begun);
}

REPLAY_INLINE void structure_disarm(struct replay *replay, const struct timer_structure *structure,
				    enum replay_mode mode, uint32_t id, uint64_t now)
{
	struct replay_object *object = replay_object(replay, id);
	uint64_t begun = replay_begin(mode);

	if (object->armed != REPLAY_ARMED) {
		replay->tally.wrong_state++;
		return;
	}
	if (object->timer.deadline <= now)
		replay->tally.overtaken++;
	object->armed = REPLAY_DISARMED;
	structure->disarm(replay->set, &object->timer);
	replay_end(replay, mode, begun);
}

REPLAY_INLINE void structure_remove(struct replay *replay, const struct timer_structure *structure,
				    enum replay_mode mode, uint32_t id, uint64_t now)
{
	struct replay_object *object = replay_object(replay, id);
	uint64_t begun = replay_begin(mode);

	if (object->armed == REPLAY_IDLE) {
		replay->tally.wrong_state++;
		return;
	}
	if (object->armed == REPLAY_ARMED && object->timer.deadline <= now)
		replay->tally.overtaken++;
	structure->remove(replay->set, &object->timer);
	replay_end(replay, mode, begun);
	replay->not_idle--;
	/*
	 * The owner would free the object, and the next object at this address would start with a
	 * new timer.
	 */
	memset(object, 0, sizeof(*object));
}

REPLAY_INLINE void structure_fired(struct replay *replay, enum replay_mode mode,
				   struct timer **batch, size_t count, uint64_t now)
{
	uint64_t checksum = 0;

	for (size_t i = 0; i < count; i++) {
		struct replay_object *object = (struct replay_object *)batch[i];

		object->armed = REPLAY_IDLE;
		checksum += trace_firing(replay_id(replay, batch[i]), batch[i]->deadline, now);
	}
	replay->tally.checksum += checksum;
	replay->tally.fired += count;
	replay->not_idle -= count;
	if (mode == REPLAY_CHECKED)
		replay_check_batch(replay, batch, count, now);
}

/*
 * Does what a loop does if `next` is early: wakes up, expires what is due (usually nothing), and
 * calls next again. Only the checked mode, which times nothing, counts these wake-ups.
 */
REPLAY_INLINE void structure_sleep(struct replay *replay, const struct timer_structure *structure,
				   uint64_t next, uint64_t now, uint64_t earliest)
{
	struct timer *batch[REPLAY_EXPIRE_BATCH];

	while (next < earliest && next <= now) {
		size_t count = structure->expire(replay->set, next, batch, REPLAY_EXPIRE_BATCH);
		uint64_t again = structure->next(replay->set);

		structure_fired(replay, REPLAY_CHECKED, batch, count, next);
		replay->findings.wake_ups++;
		replay->findings.spurious += !count;
		if (!count && again <= next) {
			replay->findings.broken = "next stands still after an empty expire";
			return;
		}
		next = again;
	}
}

/*
 * Calls next, as a loop does to learn how long it may sleep. The result must not be later than the
 * earliest deadline plus the lateness that the subject's accuracy allows.
 */
REPLAY_INLINE void structure_poll(struct replay *replay, const struct timer_structure *structure,
				  enum replay_mode mode, uint64_t now, uint64_t earliest)
{
	uint64_t next = structure->next(replay->set);

	replay->tally.polls++;
	if (next < earliest && next <= now)
		replay->tally.early_polls++;
	if (next > earliest && next > replay_bound(replay, earliest))
		replay->tally.late_polls++;
	if (mode != REPLAY_CHECKED)
		return;
	replay_check_sample(replay, structure->size(replay->set));
	structure_sleep(replay, structure, next, now, earliest);
}

REPLAY_INLINE void structure_advance(struct replay *replay, const struct timer_structure *structure,
				     enum replay_mode mode, uint64_t now,
				     const struct trace_advance *advance)
{
	struct timer *batch[REPLAY_EXPIRE_BATCH];
	size_t count;

	structure_poll(replay, structure, mode, now, advance->earliest);
	do {
		uint64_t begun = replay_begin(mode);

		count = structure->expire(replay->set, now, batch, REPLAY_EXPIRE_BATCH);
		replay_end(replay, mode, begun);
		structure_fired(replay, mode, batch, count, now);
	} while (count == REPLAY_EXPIRE_BATCH);
	if (mode == REPLAY_CHECKED)
		replay_check_advance(replay, now);
}

#define REPLAY_STRUCTURE_CODE(name, structure)                                                     \
	extern const struct replay_code name;                                                      \
	static const struct replay_driver name##_driver = {                                        \
		.arm = structure_arm,                                                              \
		.disarm = structure_disarm,                                                        \
		.remove = structure_remove,                                                        \
		.advance = structure_advance,                                                      \
	};                                                                                         \
	REPLAY_CODE(, name, &name##_driver, structure)

#endif
