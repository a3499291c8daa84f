/*
 * unsanitized-trace-stream-test.c - the memory of a stream does not grow with its length
 *
 * The sanitizer replaces malloc, and so the function that counts what malloc has given out.
 */
#include "workload-test.h"

#include <errno.h>
#include <malloc.h>

#include "bench/trace/trace_stream.h"
#include "structures/timer.h"

#define N     1000
#define PARTS 300

/* The first measured parts, after which the arrays of the writer have their full size. */
#define SETTLED 100

struct watched {
	uint64_t measured; /* parts of the measured phase so far */
	size_t settled, most;
};

static int watch(void *data, const struct trace_part *part, uint64_t *until)
{
	struct watched *watched = data;
	struct mallinfo2 memory = mallinfo2();
	size_t bytes = memory.uordblks + memory.hblkhd;

	*until = part->now + TIMER_SECOND;
	if (part->whole.header->phases < 2)
		return 0;
	watched->measured++;
	if (watched->measured < SETTLED)
		watched->settled = bytes > watched->settled ? bytes : watched->settled;
	watched->most = bytes > watched->most ? bytes : watched->most;
	return part->turn_ended && watched->measured >= PARTS ? -ECANCELED : 0;
}

static void test_memory(void **state)
{
	static const char *const names[] = { "server", "rpc", "retry" };

	(void)state;
	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++) {
		const struct workload *workload = find(names[i]);
		void *parsed = calloc(1, workload->options_size);
		struct watched watched = { 0 };
		char error[TRACE_ERROR_SIZE];

		assert_non_null(parsed);
		options_parse(workload->options, "", parsed, error, sizeof(error));
		if (trace_stream(workload, parsed, names[i], N, 1, 1000, watch, &watched, error))
			fail_msg("%s", error);
		free(parsed);
		printf("%s: %zu bytes after %d parts, at most %zu in %d\n", names[i],
		       watched.settled, SETTLED, watched.most, PARTS);
		assert_true(watched.settled > 0);
		assert_true(watched.most < watched.settled + 65536);
		/* The part's buffer has 1 MiB. */
		assert_true(watched.most < (3u << 20) + N * 200);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(test_memory) };

	RUN_TESTS(tests);
}
