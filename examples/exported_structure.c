/*
 * exported_structure.c - a timer structure that a program takes home, without any library
 *
 * `timerbed export` writes a structure as one header and one source file, which need only the C
 * library, and a test. The exported structure has the contract of timer.h. Its table of operations
 * is called directly, since there is only one structure.
 *
 *	build/timerbed export quad-heap -o taken
 *	cc -I taken taken/quad-heap-test.c taken/quad-heap.c -o quad-heap-test
 *	./quad-heap-test
 *	cc -I taken examples/exported_structure.c taken/quad-heap.c -o exported_structure
 *	./exported_structure
 */
#include <stdio.h>

#include "quad-heap.h"

struct retry {
	struct timer timer; /* first, so that a timer is its retry */
	int attempt;
};

#define ATTEMPTS 4

/* Attempt k is made 2^k seconds after the one before. */
static uint64_t pause_before(int attempt)
{
	return TIMER_SECOND << attempt;
}

int main(void)
{
	struct retry retry = { .attempt = 0 };
	struct timer_set *set;
	uint64_t now = 0;

	if (timer_quad_heap.create(&set, NULL, now) || timer_quad_heap.reserve(set, 1))
		return 1;
	timer_quad_heap.insert(set, &retry.timer, now + pause_before(0), pause_before(0));
	while ((now = timer_quad_heap.next(set)) != TIMER_NEVER) {
		struct timer *due;

		while (timer_quad_heap.expire(set, now, &due, 1)) {
			struct retry *fired = (struct retry *)due;
			uint64_t pause = pause_before(++fired->attempt);

			printf("%2llu s: attempt %d\n", (unsigned long long)(now / TIMER_SECOND),
			       fired->attempt);
			if (fired->attempt < ATTEMPTS)
				timer_quad_heap.insert(set, due, now + pause, pause);
		}
	}
	timer_quad_heap.destroy(set);
	return 0;
}
