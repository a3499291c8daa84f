/*
 * bed.c - operations on a set and its oracle together
 */
#include "bed.h"

#include <stdlib.h>

void bed_open(struct bed *bed, const struct specimen *specimen, size_t count, uint64_t now)
{
	struct timer_accuracy accuracy = specimen_accuracy(specimen);

	*bed = (struct bed){ .specimen = specimen, .count = count };
	bed->objects = calloc(count, sizeof(*bed->objects));
	bed->out = calloc(count, sizeof(*bed->out));
	if (!bed->objects || !bed->out || specimen_create(specimen, now, &bed->set) ||
	    oracle_open(&bed->oracle, specimen->structure, &accuracy, count, now) ||
	    specimen->structure->reserve(bed->set, count))
		abort();
	for (size_t i = 0; i < count; i++) {
		bed->objects[i].number = i;
		bed->oracle.timers[i].object = &bed->objects[i];
	}
}

const char *bed_close(struct bed *bed)
{
	bed_inspect(bed);
	bed->specimen->structure->destroy(bed->set);
	oracle_close(&bed->oracle);
	free(bed->objects);
	free(bed->out);
	return bed->wrong;
}

void bed_expect(struct bed *bed, bool holds, const char *what)
{
	if (!holds && !bed->wrong)
		bed->wrong = what;
}

void bed_insert(struct bed *bed, size_t number, uint64_t deadline, uint64_t interval)
{
	if (bed->wrong)
		return;
	bed->specimen->structure->insert(bed->set, &bed->objects[number].timer, deadline, interval);
	oracle_arm(&bed->oracle, number, deadline, interval);
}

void bed_reinsert(struct bed *bed, size_t number, uint64_t deadline, uint64_t interval)
{
	if (bed->wrong)
		return;
	bed->specimen->structure->reinsert(bed->set, &bed->objects[number].timer, deadline,
					   interval);
	oracle_arm(&bed->oracle, number, deadline, interval);
}

void bed_disarm(struct bed *bed, size_t number)
{
	if (bed->wrong)
		return;
	bed->specimen->structure->disarm(bed->set, &bed->objects[number].timer);
	oracle_stop(&bed->oracle, number, ORACLE_DISARMED);
}

void bed_remove(struct bed *bed, size_t number)
{
	if (bed->wrong)
		return;
	bed->specimen->structure->remove(bed->set, &bed->objects[number].timer);
	oracle_stop(&bed->oracle, number, ORACLE_IDLE);
}

size_t bed_expire(struct bed *bed, uint64_t now, size_t max)
{
	size_t count;

	if (bed->wrong)
		return 0;
	count = bed->specimen->structure->expire(bed->set, now, bed->out, max);
	bed->wrong = oracle_expired(&bed->oracle, now, bed->out, count, max);
	return bed->wrong ? 0 : count;
}

size_t bed_drain(struct bed *bed, uint64_t now)
{
	size_t total = 0, count;

	while ((count = bed_expire(bed, now, 64)))
		total += count;
	return total;
}

void bed_inspect(struct bed *bed)
{
	if (!bed->wrong)
		bed->wrong = oracle_inspect(&bed->oracle, bed->set);
}
