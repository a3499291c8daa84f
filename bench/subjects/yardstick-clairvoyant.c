/*
 * yardstick-clairvoyant - knows the order of all firings, and walks it
 *
 * Arming stores the deadline. Stopping sets a bit in a dense map and does not touch the timer,
 * because a structure that knows the firings need not remove it. Firing walks the known order and
 * prefetches the next timers.
 */
#include <stdlib.h>

#include "bench/replay/yardstick.h"

#define AHEAD 8

struct clairvoyant {
	const struct yardstick *table;
	uint64_t stopped[]; /* a bit for each id */
};

static struct clairvoyant *clairvoyant_of(const struct replay *replay)
{
	return replay->private;
}

static void clairvoyant_arm(struct replay *replay, uint32_t id, uint64_t deadline)
{
	replay_object(replay, id)->timer.deadline = deadline;
}

static void clairvoyant_stop(struct replay *replay, uint32_t id)
{
	clairvoyant_of(replay)->stopped[id / 64] |= UINT64_C(1) << (id % 64);
}

static void clairvoyant_fire(struct replay *replay, const uint32_t *ids, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		if (i + AHEAD < count)
			__builtin_prefetch(replay_object(replay, ids[i + AHEAD]), 1);
		replay_object(replay, ids[i])->armed = 0;
	}
}

static const struct yardstick clairvoyant = { clairvoyant_arm, clairvoyant_stop, clairvoyant_fire };

static int clairvoyant_open(struct replay *replay)
{
	size_t words = replay->trace->header->ids / 64 + 1;
	struct clairvoyant *private = calloc(1, sizeof(*private) + words * sizeof(uint64_t));

	if (!private)
		return -ENOMEM;
	private->table = &clairvoyant;
	replay->private = private;
	return 0;
}

static void clairvoyant_close(struct replay *replay)
{
	free(replay->private);
}

YARDSTICK(yardstick_clairvoyant, clairvoyant, "yardstick", "yardstick-clairvoyant",
	  "walks the known order of firing; stops set a bit",
	  "The cost with perfect foresight: arming stores the deadline, stopping sets one bit in a "
	  "map that stays in the cache, and firing walks an order that was worked out beforehand.",
	  clairvoyant_open, clairvoyant_close);
