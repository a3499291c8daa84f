/*
 * event_common.c - common timeouts for the durations of a trace
 *
 * A program with common timeouts has a constant or a variable for each of its durations. A trace
 * has only the lengths of durations, so the replay must look up the queue of each duration. The
 * lookup must be cheap, because the program would not need it.
 */
#include <errno.h>
#include <stdlib.h>

#include "bench/replay/event_replay.h"

#define PLACES 1024 /* four times QUEUES, and 2^10 for the hash */
#define QUEUES 256  /* the maximum number of queues of a base */

int event_common_open(struct event_common *common, const struct event_api *api,
		      struct event_base *base)
{
	common->api = api;
	common->base = base;
	common->queues = 0;
	common->places = calloc(PLACES, sizeof(*common->places));
	return common->places ? 0 : -ENOMEM;
}

void event_common_close(struct event_common *common)
{
	free(common->places);
}

const struct timeval *event_common_timeout(struct event_common *common, uint64_t interval,
					   const struct timeval *timeout)
{
	/* Knuth's multiplicative hash, TAOCP 6.4: 2^64 divided by the golden ratio. */
	uint64_t start = interval * UINT64_C(0x9e3779b97f4a7c15) >> 54;

	for (uint64_t i = 0; i < PLACES; i++) {
		struct event_common_place *place = &common->places[(start + i) % PLACES];

		if (place->interval == interval)
			return place->timeout;
		if (place->interval)
			continue;
		/*
		 * All queues are in use. The event gets a timeout of its own, as in a program with
		 * more durations than queues.
		 */
		if (common->queues == QUEUES)
			return timeout;
		place->timeout = common->api->common_timeout(common->base, timeout);
		if (!place->timeout)
			return timeout;
		place->interval = interval;
		common->queues++;
		return place->timeout;
	}
	return timeout;
}
