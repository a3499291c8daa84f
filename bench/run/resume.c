/*
 * resume.c - judges the blocks of an earlier run
 */
#include "bench/run/resume.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench/message.h"
#include "bench/run/cache.h"
#include "bench/run/describe.h"
#include "bench/run/identity.h"

#define REASON_SIZE 96
#define REASONS	    16

/* The reasons why blocks run again, and the number of blocks for each reason. */
struct reasons {
	struct {
		char text[REASON_SIZE];
		size_t blocks;
	} reason[REASONS];
	size_t count, blocks;
};

/* The lines of one block, in an array that is sorted by block. */
struct range {
	struct line **line;
	size_t count;
};

/* A planned block, its records, and the reason why they are unusable. */
struct judged {
	const struct block *block;
	const struct range *found;
	char *reason; /* of REASON_SIZE; empty if the block is only incomplete */
};

static int by_block(const void *a, const void *b)
{
	const struct line *left = *(struct line *const *)a, *right = *(struct line *const *)b;
	int order = strcmp(left->block, right->block);

	if (!order)
		order = strcmp(left->subject, right->subject);
	return order ? order : (left > right) - (left < right);
}

static int range_by_key(const void *a, const void *b)
{
	const struct range *left = a, *right = b;

	return strcmp(left->line[0]->block, right->line[0]->block);
}

/*
 * Divides the sorted lines into ranges, and returns their number. Sets aside lines without a block.
 */
static size_t cut_into_ranges(struct line **line, size_t count, struct range *ranges)
{
	size_t made = 0;

	for (size_t i = 0; i < count; i++) {
		if (!*line[i]->block)
			line[i]->aside = true;
		else if (made && !strcmp(ranges[made - 1].line[0]->block, line[i]->block))
			ranges[made - 1].count++;
		else
			ranges[made++] = (struct range){ &line[i], 1 };
	}
	return made;
}

static size_t count_subjects(const struct range *range)
{
	size_t subjects = 0;

	for (size_t i = 0; i < range->count; i++)
		subjects += !i || strcmp(range->line[i]->subject, range->line[i - 1]->subject);
	return subjects;
}

/*
 * Returns whether the block has records of at least as many subjects as it was to have. Each line
 * stores that number. Returns false if the last line lacks it.
 */
static bool was_finished(const struct range *range)
{
	size_t cells = range->line[range->count - 1]->cells;

	return cells && count_subjects(range) >= cells;
}

/*
 * Writes the hash of the block's trace. Returns false if the cache lacks the trace, or if the
 * workload's name is not valid.
 */
static bool trace_hash_of(const struct run *run, const struct block *block, char *hash)
{
	char error[NAMES_ERROR_SIZE];
	struct workload_choice workload;
	struct trace_request request = {
		.workload = &workload,
		.n = block->n,
		.seed = block->seed,
		.operations = group_operations(block->group, block->n),
	};
	bool known;

	if (workload_choose(block->workload, &workload, error))
		return false;
	known = cache_trace_hash(run->cache, &request, hash);
	workload_release(&workload);
	return known;
}

static bool differs(const struct judged *of, const char *wanted, const struct line *line)
{
	bool lacking;
	const char *key = identity_difference(wanted, line->identity, &lacking);

	if (key)
		snprintf(of->reason, REASON_SIZE, lacking ? "no %s (an older format)" : "other %s",
			 key);
	return key != NULL;
}

static bool is_usable(const struct judged *of, const struct line *line)
{
	bool failed = line->outcome == OUTCOME_FAILED;

	if (!failed && (line->outcome != OUTCOME_TOO_SLOW ||
			line->cell_budget >= of->block->group->cell_budget))
		return true;
	snprintf(of->reason, REASON_SIZE,
		 failed ? "failed cells" : "too slow under a smaller cell budget");
	return false;
}

/*
 * Returns whether the subject has exactly one record, and the record is usable. If not, of->reason
 * may tell why.
 */
static bool has_subject(const struct judged *of, const char *subject, const char *wanted)
{
	size_t records = 0;

	for (size_t i = 0; i < of->found->count; i++) {
		const struct line *line = of->found->line[i];

		if (strcmp(line->subject, subject))
			continue;
		if (differs(of, wanted, line) || !is_usable(of, line))
			return false;
		records++;
	}
	if (records > 1)
		snprintf(of->reason, REASON_SIZE, "repeated lines");
	else if (!records && was_finished(of->found))
		snprintf(of->reason, REASON_SIZE, "other subjects");
	return records == 1;
}

/*
 * Returns whether all records of the block have the same trace hash. This check is needed if the
 * cache lacks the trace.
 */
static bool has_one_trace(const struct judged *of)
{
	for (size_t i = 1; i < of->found->count; i++)
		if (!identity_same_trace(of->found->line[0]->identity,
					 of->found->line[i]->identity)) {
			snprintf(of->reason, REASON_SIZE, "several traces");
			return false;
		}
	return true;
}

static bool is_complete(const struct run *run, const struct judged *of)
{
	const struct names *subjects = &of->block->group->subjects;
	char hash[TRACE_HASH_TEXT], error[NAMES_ERROR_SIZE];
	bool known = trace_hash_of(run, of->block, hash), complete = has_one_trace(of);

	for (size_t i = 0; i < subjects->count && complete; i++) {
		struct subject subject;
		json_t *record;
		char *wanted;

		if (subject_find(subjects->name[i], &subject, error))
			return false; /* running the block reports it */
		record = describe_cell(run, of->block, &subject, i, known ? hash : NULL);
		wanted = identity_of(record);
		complete = wanted && has_subject(of, subject.name, wanted);
		free(wanted);
		json_decref(record);
	}
	return complete;
}

static void count_reason(struct reasons *reasons, const char *text)
{
	size_t i = 0;

	if (!*text)
		return;
	reasons->blocks++;
	while (i < reasons->count && strcmp(reasons->reason[i].text, text))
		i++;
	if (i == REASONS)
		return;
	snprintf(reasons->reason[i].text, REASON_SIZE, "%s", text);
	reasons->count += i == reasons->count;
	reasons->reason[i].blocks++;
}

static void say_reasons(const struct reasons *reasons)
{
	char list[REASONS * (REASON_SIZE + 24)] = "";
	size_t length = 0;

	for (size_t i = 0; i < reasons->count; i++)
		length += (size_t)snprintf(list + length, sizeof(list) - length, "%s%s: %zu",
					   i ? ", " : "", reasons->reason[i].text,
					   reasons->reason[i].blocks);
	if (reasons->count)
		message_note(
			"blocks to run again: %zu; their records are now in partial.jsonl (%s)",
			reasons->blocks, list);
}

static void set_aside(const struct range *range)
{
	for (size_t i = 0; i < range->count; i++)
		range->line[i]->aside = true;
}

static void judge_planned(const struct run *run, const struct block *blocks, size_t count,
			  const struct range *ranges, size_t range_count, bool *planned)
{
	struct reasons reasons = { 0 };

	for (size_t i = 0; i < count; i++) {
		char key[PLAN_KEY], reason[REASON_SIZE] = "";
		struct line named = { .block = key }, *name = &named;
		struct range wanted = { &name, 1 };
		const struct range *found;

		plan_key(&blocks[i], key, sizeof(key));
		found = bsearch(&wanted, ranges, range_count, sizeof(*ranges), range_by_key);
		if (!found)
			continue;
		planned[found - ranges] = true;
		if (found->line[0]->aside ||
		    is_complete(run, &(struct judged){ &blocks[i], found, reason }))
			continue;
		set_aside(found);
		count_reason(&reasons, reason);
	}
	say_reasons(&reasons);
}

/*
 * Stores the keys of the planned blocks that stay. Sets aside unplanned blocks that are incomplete.
 * Returns 0 or -ENOMEM.
 */
static int note_finished(struct records *records, const struct range *ranges, size_t count,
			 const bool *planned)
{
	for (size_t i = 0; i < count; i++) {
		char *key;

		if (!planned[i]) {
			if (!was_finished(&ranges[i]))
				set_aside(&ranges[i]);
			continue;
		}
		if (ranges[i].line[0]->aside)
			continue;
		key = strdup(ranges[i].line[0]->block);
		if (!key)
			return -ENOMEM;
		records->finished[records->finished_count++] = key;
	}
	return 0;
}

static int sort_out(const struct run *run, const struct block *blocks, size_t count)
{
	struct records *records = run->records;
	size_t lines = records->before.count, made;
	struct line **line = calloc(lines + 1, sizeof(struct line *));
	struct range *ranges = calloc(lines + 1, sizeof(*ranges));
	bool *planned = calloc(lines + 1, sizeof(*planned));
	int result = -ENOMEM;

	records->finished = calloc(lines + 1, sizeof(*records->finished));
	if (line && ranges && planned && records->finished) {
		for (size_t i = 0; i < lines; i++)
			line[i] = &records->before.line[i];
		qsort(line, lines, sizeof(struct line *), by_block);
		made = cut_into_ranges(line, lines, ranges);
		judge_planned(run, blocks, count, ranges, made, planned);
		result = note_finished(records, ranges, made, planned);
	}
	free(line);
	free(ranges);
	free(planned);
	return result;
}

int resume_begin(const struct run *run, const struct block *blocks, size_t count)
{
	char error[RECORDS_ERROR_SIZE];
	int result = run->records->before.count ? sort_out(run, blocks, count) : 0;

	if (result)
		return message_failed("%s: %s", run->records->folder, strerror(-result)), result;
	result = records_begin(run->records, error);
	if (result)
		message_failed("%s", error);
	return result;
}
