/*
 * yardstick.h - subjects that learn from the trace what fires, and do only unavoidable work
 *
 * A yardstick is not a timer structure. The trace tells it which timers fire, so it neither keeps
 * timers in order nor searches for them. Its cost is the cost of the replay plus some work that no
 * structure can avoid. Each yardstick defines this work differently. A block measures all subjects
 * of a group once on one trace; its fastest yardstick is the block's floor. The floor is not called
 * a bound, because a structure may do cleverly what a yardstick does naively.
 *
 * Like a structure, a yardstick is called through a table or compiled into the loop. So its time
 * includes the cost of the calls, as a structure's time does.
 */
#ifndef YARDSTICK_H
#define YARDSTICK_H

#include <errno.h>
#include <string.h>

#include "bench/replay/replay_loop.h"
#include "bench/replay/subject.h"

struct yardstick {
	void (*arm)(struct replay *replay, uint32_t id, uint64_t deadline);
	void (*stop)(struct replay *replay, uint32_t id);
	void (*fire)(struct replay *replay, const uint32_t *ids, size_t count);
};

/* Fires the timers that the trace fires at this advance, in batches as an event loop would. */
REPLAY_INLINE void yardstick_expire(struct replay *replay, const struct yardstick *yardstick,
				    enum replay_mode mode, const struct trace_advance *advance)
{
	uint64_t begin = replay->fired_end, end = advance->fired_end;
	size_t count;

	do {
		uint64_t begun = replay_begin(mode);

		count = end - begin < REPLAY_EXPIRE_BATCH ? end - begin : REPLAY_EXPIRE_BATCH;
		yardstick->fire(replay, replay->trace->fired + begin, count);
		replay_end(replay, mode, begun);
		begin += count;
	} while (count == REPLAY_EXPIRE_BATCH);
	replay->tally.fired += end - replay->fired_end;
	replay->fired_end = end;
}

/*
 * Defines the two drivers of a yardstick, their replay code, and the family `subject_ID`. `table`
 * is the yardstick's constant struct yardstick, and `role` is its kind, "yardstick" or "harness".
 * `open_it` and `close_it` allocate and free its private data.
 */
#define YARDSTICK(id, table, role, typed, summarised, explained, open_it, close_it)                \
	static const struct yardstick *id##_table(const struct replay *replay)                     \
	{                                                                                          \
		return *(const struct yardstick *const *)replay->private;                          \
	}                                                                                          \
	YARDSTICK_DRIVER(id##_direct, (&(table)))                                                  \
	YARDSTICK_DRIVER(id##_called, id##_table(replay))                                          \
	static void id##_list(void (*visit)(const char *name, const char *summary, void *data),    \
			      void *data)                                                          \
	{                                                                                          \
		visit(typed, summarised, data);                                                    \
	}                                                                                          \
	static int id##_resolve(struct subject *subject, char *error)                              \
	{                                                                                          \
		(void)error;                                                                       \
		if (strcmp(subject->target, typed))                                                \
			return -ENOENT;                                                            \
		subject->kind = role;                                                              \
		subject->told_firings = true;                                                      \
		subject->code[DISPATCH_VTABLE] = &id##_called_code;                                \
		subject->code[DISPATCH_INLINE] = &id##_direct_code;                                \
		return 0;                                                                          \
	}                                                                                          \
	const struct subject_family subject_##id = {                                               \
		.name = typed,                                                                     \
		.summary = summarised,                                                             \
		.explanation = explained,                                                          \
		.list = id##_list,                                                                 \
		.resolve = id##_resolve,                                                           \
		.open = open_it,                                                                   \
		.close = close_it,                                                                 \
	}

/*
 * Defines a driver that reaches the table by the expression `reach`, which is a constant or reads
 * the private pointer.
 */
#define YARDSTICK_DRIVER(way, reach)                                                               \
	REPLAY_INLINE void way##_arm(struct replay *replay,                                        \
				     const struct timer_structure *structure,                      \
				     enum replay_mode mode, uint32_t id, uint64_t deadline,        \
				     uint64_t interval, uint64_t now)                              \
	{                                                                                          \
		uint64_t begun = replay_begin(mode);                                               \
                                                                                                   \
		(void)structure, (void)interval, (void)now;                                        \
		(reach)->arm(replay, id, deadline);                                                \
		replay_end(replay, mode, begun);                                                   \
	}                                                                                          \
	REPLAY_INLINE void way##_stop(struct replay *replay,                                       \
				      const struct timer_structure *structure,                     \
				      enum replay_mode mode, uint32_t id, uint64_t now)            \
	{                                                                                          \
		uint64_t begun = replay_begin(mode);                                               \
                                                                                                   \
		(void)structure, (void)now;                                                        \
		(reach)->stop(replay, id);                                                         \
		replay_end(replay, mode, begun);                                                   \
	}                                                                                          \
	REPLAY_INLINE void way##_advance(                                                          \
		struct replay *replay, const struct timer_structure *structure,                    \
		enum replay_mode mode, uint64_t now, const struct trace_advance *advance)          \
	{                                                                                          \
		(void)structure, (void)now;                                                        \
		yardstick_expire(replay, reach, mode, advance);                                    \
	}                                                                                          \
	static const struct replay_driver way##_driver = {                                         \
		.arm = way##_arm,                                                                  \
		.disarm = way##_stop,                                                              \
		.remove = way##_stop,                                                              \
		.advance = way##_advance,                                                          \
	};                                                                                         \
	REPLAY_CODE(static, way##_code, &way##_driver, NULL);

#endif
