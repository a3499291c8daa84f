/* tally-test - what a run prints about the outcomes of its cells, and its exit status */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <cmocka.h>

#include "bench/message.h"
#include "bench/run/tally.h"

static char said[1024];

/* Calls tally_conclude and stores its stderr in `said`. */
static int conclude(const struct tally *tally)
{
	int kept = dup(STDERR_FILENO), status;
	FILE *file = tmpfile();
	ssize_t length;

	assert_non_null(file);
	dup2(fileno(file), STDERR_FILENO);
	status = tally_conclude(tally);
	dup2(kept, STDERR_FILENO);
	close(kept);
	length = pread(fileno(file), said, sizeof(said) - 1, 0);
	said[length > 0 ? length : 0] = '\0';
	fclose(file);
	return status;
}

static void outcomes(void **state)
{
	static const struct {
		const char *cells[5]; /* outcomes; the status is the outcome with its index */
		int status;
		const char *said;
	} rows[] = {
		{ { NULL }, 0, "" },
		{ { "ok", "too slow" }, 0, "" },
		{ { "ok", "left out" }, 0, "" },
		{ { "ok", "wrong", "ok" }, EXIT_FAILED, "timerbed: 1 of 3 cells fired wrongly\n" },
		{ { "ok", "failed", "failed", "left out" },
		  0,
		  "timerbed: 2 of 4 cells failed, the first one: failed 1; --resume tries again\n" },
		{ { "failed", "wrong", "failed" },
		  EXIT_FAILED,
		  "timerbed: 2 of 3 cells failed, the first one: failed 0; --resume tries again\n"
		  "timerbed: 1 of 3 cells fired wrongly\n" },
		{ { "failed", "failed" },
		  EXIT_FAILED,
		  "timerbed: all cells failed (2): failed 0\n" },
		{ { "left out", "failed", "failed" },
		  EXIT_FAILED,
		  "timerbed: all cells failed (2): failed 1\n" },
		{ { "left out", "left out", "left out" },
		  EXIT_FAILED,
		  "timerbed: no cell could be measured (3): left out 0\n" },
		{ { "none", "ok", "wrong" },
		  EXIT_FAILED,
		  "timerbed: 1 of 2 cells fired wrongly\n" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct tally tally = { 0 };

		for (int j = 0; j < 5 && rows[i].cells[j]; j++) {
			json_t *record =
				json_pack("{s:s, s:o}", "outcome", rows[i].cells[j], "status",
					  json_sprintf("%s %d", rows[i].cells[j], j));

			tally_add(&tally, record);
			json_decref(record);
		}
		assert_int_equal(conclude(&tally), rows[i].status);
		assert_string_equal(said, rows[i].said);
	}
}

/* If the record has no status, no reason is printed. */
static void without_a_status(void **state)
{
	json_t *record = json_pack("{s:s}", "outcome", "failed");
	struct tally tally = { 0 };

	(void)state;
	tally_add(&tally, record);
	json_decref(record);
	assert_int_equal(conclude(&tally), EXIT_FAILED);
	assert_string_equal(said, "timerbed: all cells failed (1): ?\n");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(outcomes),
		cmocka_unit_test(without_a_status),
	};
	int failed = cmocka_run_group_tests(tests, NULL, NULL);

	printf("%d passed, %d failed\n", (int)(sizeof(tests) / sizeof(*tests)) - failed, failed);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
