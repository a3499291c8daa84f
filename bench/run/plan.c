/*
 * plan.c - laying out blocks
 */
#include "bench/run/plan.h"

#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <xxhash.h>

static int by_round_and_size(const void *a, const void *b)
{
	const struct block *left = a, *right = b;

	if (left->replicate != right->replicate)
		return left->replicate < right->replicate ? -1 : 1;
	if (left->weight != right->weight)
		return left->weight < right->weight ? -1 : 1;
	/* Same weight: as written, since all groups lie in one array. */
	if (left->group != right->group)
		return left->group < right->group ? -1 : 1;
	return strcmp(left->workload, right->workload);
}

/* Replays touch every timer once to fill and then take the operations, at n's price per miss. */
static double weight_of(const struct group *group, uint64_t n)
{
	double replays = group->pass->slowdown * group->repeats;
	double entries = (double)(n + group_operations(group, n));

	return (double)group->subjects.count * replays * entries * log2((double)n + 2);
}

static size_t dispatches(const struct group *group)
{
	size_t count = 0;

	for (size_t i = 0; i < DISPATCHES; i++)
		count += group->dispatch[i];
	return count;
}

static void add_group(struct plan *plan, const struct group *group, uint64_t seed)
{
	for (size_t w = 0; w < group->workloads.count; w++)
		for (size_t n = 0; n < group->counts; n++)
			for (unsigned replicate = 0; replicate < group->replicates; replicate++)
				for (int d = 0; d < DISPATCHES; d++) {
					if (!group->dispatch[d])
						continue;
					plan->blocks[plan->count++] = (struct block){
						.group = group,
						.workload = group->workloads.name[w],
						.choice = w,
						.n = group->n[n],
						.seed = seed + replicate,
						.replicate = replicate,
						.dispatch = (enum dispatch)d,
						.weight = weight_of(group, group->n[n]),
					};
				}
}

int plan_make(struct plan *plan, const struct experiment *experiment)
{
	size_t total = 0;

	*plan = (struct plan){ 0 };
	for (size_t i = 0; i < experiment->group_count; i++) {
		const struct group *group = &experiment->groups[i];

		total += group->workloads.count * group->counts * group->replicates *
			 dispatches(group);
	}
	plan->blocks = calloc(total ? total : 1, sizeof(*plan->blocks));
	if (!plan->blocks)
		return -ENOMEM;
	for (size_t i = 0; i < experiment->group_count; i++)
		add_group(plan, &experiment->groups[i], experiment->seed);
	qsort(plan->blocks, plan->count, sizeof(*plan->blocks), by_round_and_size);
	return 0;
}

void plan_free(struct plan *plan)
{
	free(plan->blocks);
	*plan = (struct plan){ 0 };
}

void plan_key(const struct block *block, char *key, size_t size)
{
	const struct group *group = block->group;

	snprintf(key, size, "%s/%s/%s/%s/n%" PRIu64 "/s%" PRIu64 "/x%u/c%u%s", group->label,
		 group->pass->name, dispatch_words[block->dispatch], block->workload, block->n,
		 block->seed, group->stride, group->cold,
		 group->pages == PAGES_HUGE ? "/huge" : "");
}

void plan_shuffle(const struct block *block, size_t *order, size_t count)
{
	char key[512];
	uint64_t state;

	plan_key(block, key, sizeof(key));
	state = XXH3_64bits(key, strlen(key));
	for (size_t i = 0; i < count; i++) {
		size_t other;

		/* SplitMix64 would do no better for a few dozen draws than hashing the index. */
		other = XXH3_64bits_withSeed(&i, sizeof(i), state) % (i + 1);
		order[i] = order[other];
		order[other] = i;
	}
}
