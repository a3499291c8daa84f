/* yardstick-touch - one store to the timer's cache line per operation, in the order of the trace */
#include "bench/replay/yardstick.h"

static void touch_arm(struct replay *replay, uint32_t id, uint64_t deadline)
{
	replay_object(replay, id)->timer.deadline = deadline;
}

static void touch_stop(struct replay *replay, uint32_t id)
{
	replay_object(replay, id)->armed = 0;
}

static void touch_fire(struct replay *replay, const uint32_t *ids, size_t count)
{
	for (size_t i = 0; i < count; i++)
		replay_object(replay, ids[i])->armed = 0;
}

static const struct yardstick touch = { touch_arm, touch_stop, touch_fire };
static const struct yardstick *const touch_pointer = &touch;

static int touch_open(struct replay *replay)
{
	replay->private = (void *)&touch_pointer;
	return 0;
}

static void touch_close(struct replay *replay)
{
	(void)replay;
}

YARDSTICK(yardstick_touch, touch, "yardstick", "yardstick-touch",
	  "one store to the timer an operation, and nothing else",
	  "The deadline must be stored in the timer, and firing touches the object that contains "
	  "the timer. The stores are independent of each other, so the processor overlaps their "
	  "misses; a structure that follows links from timer to timer has no such overlap.",
	  touch_open, touch_close);
