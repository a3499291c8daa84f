/*
 * check_random.c - long random sequences of every kind; shrinks the first one that fails
 */
#include <stdio.h>
#include <unistd.h>

#include "child.h"
#include "random.h"
#include "sequence.h"
#include "suite.h"

/* The operations of one sequence: enough to reach any state, and few enough to be shrunk. */
#define LENGTH 1000

/* The sequence that runs, in shared memory, which outlives the child process that runs it. */
struct current {
	size_t profile, count;
	uint64_t seed;
};

struct batch {
	const struct subject *subject;
	const struct settings *settings;
	struct current *current;
};

static void run_batch(void *data)
{
	const struct batch *batch = data;
	uint64_t random = batch->settings->seed;

	for (size_t profile = 0; profile < SEQUENCE_PROFILES; profile++) {
		for (size_t done = 0; done < batch->settings->steps; done += LENGTH) {
			size_t left = batch->settings->steps - done;
			struct sequence sequence;

			*batch->current =
				(struct current){ .profile = profile,
						  .seed = random_word(&random),
						  .count = left < LENGTH ? left : LENGTH };
			sequence_make(&sequence, profile, batch->current->seed,
				      batch->current->count);
			sequence_run(&sequence, batch->subject, false, NULL);
			sequence_free(&sequence);
		}
	}
}

void check_random(const struct subject *subject, const struct settings *settings)
{
	struct current *current = child_share(sizeof(*current));
	struct batch batch = { subject, settings, current };
	struct sequence sequence;
	char said[2048];
	int status = child_run(run_batch, &batch, said, sizeof(said), 500);

	if (child_succeeded(status))
		return;
	fprintf(stderr, "'%s' from seed %llu fails: the child %s\n%s\n",
		sequence_profile(current->profile), (unsigned long long)current->seed,
		child_status(status), said);
	if (!settings->whole)
		_exit(1);
	sequence_make(&sequence, current->profile, current->seed, current->count);
	sequence_explain(&sequence, subject);
	_exit(1);
}
