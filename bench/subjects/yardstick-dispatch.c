/* yardstick-dispatch - the cost of calls: the replay loop and calls of empty functions */
#include "bench/replay/yardstick.h"

static void dispatch_arm(struct replay *replay, uint32_t id, uint64_t deadline)
{
	(void)replay, (void)id, (void)deadline;
}

static void dispatch_stop(struct replay *replay, uint32_t id)
{
	(void)replay, (void)id;
}

static void dispatch_fire(struct replay *replay, const uint32_t *ids, size_t count)
{
	(void)replay, (void)ids, (void)count;
}

static const struct yardstick dispatch = { dispatch_arm, dispatch_stop, dispatch_fire };
static const struct yardstick *const dispatch_pointer = &dispatch;

static int dispatch_open(struct replay *replay)
{
	replay->private = (void *)&dispatch_pointer;
	return 0;
}

static void dispatch_close(struct replay *replay)
{
	(void)replay;
}

YARDSTICK(
	yardstick_dispatch, dispatch, "harness", "yardstick-dispatch",
	"reads the trace and calls functions that do nothing",
	"The cost of the replay itself: reading each entry of the trace, choosing what to do, and "
	"a call. All other costs in a figure come on top of it.",
	dispatch_open, dispatch_close);
