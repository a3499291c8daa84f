/*
 * sleeps-too-long - next answers in whole milliseconds, rounded up: the loop sleeps past a
 * deadline
 */
#include "model.h"

static uint64_t sleeps_too_long(struct timer_set *set)
{
	uint64_t next = timer_binary_heap.next(set);

	return next > UINT64_MAX - 999999 ? next : (next + 999999) / 1000000 * 1000000;
}
#define model_next sleeps_too_long

BROKEN(broken_sleeps_too_long, "sleeps-too-long", "next answers in whole milliseconds, rounded up");
