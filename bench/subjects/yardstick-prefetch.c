/*
 * yardstick-prefetch - reads, checks and writes the timer; prefetches the next timers to fire
 *
 * A scheme that leaves a re-armed timer in its position must read the timer's key before it writes
 * the deadline. So for n beyond the caches this floor is more realistic than yardstick-touch.
 * Prefetching eight timers ahead keeps a core's line fill buffers (10 to 16 on current x86) busy,
 * so prefetching more would not help.
 */
#include "bench/replay/yardstick.h"

#define AHEAD 8

static void prefetch_arm(struct replay *replay, uint32_t id, uint64_t deadline)
{
	struct timer *timer = &replay_object(replay, id)->timer;

	if (timer->deadline < deadline)
		timer->deadline = deadline;
	else
		timer->key = deadline;
}

static void prefetch_stop(struct replay *replay, uint32_t id)
{
	struct timer *timer = &replay_object(replay, id)->timer;

	if (timer->deadline)
		timer->deadline = 0;
}

static void prefetch_fire(struct replay *replay, const uint32_t *ids, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		struct timer *timer = &replay_object(replay, ids[i])->timer;

		if (i + AHEAD < count)
			__builtin_prefetch(replay_object(replay, ids[i + AHEAD]), 1);
		if (timer->deadline)
			timer->deadline = 0;
	}
}

static const struct yardstick prefetch = { prefetch_arm, prefetch_stop, prefetch_fire };
static const struct yardstick *const prefetch_pointer = &prefetch;

static int prefetch_open(struct replay *replay)
{
	replay->private = (void *)&prefetch_pointer;
	return 0;
}

static void prefetch_close(struct replay *replay)
{
	(void)replay;
}

YARDSTICK(yardstick_prefetch, prefetch, "yardstick", "yardstick-prefetch",
	  "reads, checks and writes the timer; prefetches the timers that fire",
	  "Reads the timer before it writes it, as a structure that re-arms in place must, and "
	  "prefetches timers eight firings ahead, as a structure that files timers in arrays can.",
	  prefetch_open, prefetch_close);
