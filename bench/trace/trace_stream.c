/*
 * trace_stream.c - generates a trace in parts, each of which is used before the next is generated
 */
#include "trace_stream.h"

#include <errno.h>
#include <string.h>

#include "generator_internal.h"

struct stream {
	struct trace_writer writer;
	struct generator generator;
	struct trace_header header;	 /* of the stream so far */
	struct trace_header part_header; /* of the part */
	struct trace_phase phases[TRACE_PHASES];
	uint64_t advances, fired; /* in the parts before */
	trace_part_take *take;
	void *data;
};

void trace_part_armed(const struct trace_part *part, bool *armed)
{
	const struct generator *generator = part->generator;

	for (uint64_t id = 0; id < generator->ids; id++)
		armed[generator->names[id]] = oracle_armed(&generator->oracle, id);
}

/*
 * Copies the phases that have entries in the part, and returns their number. The counts of a phase
 * are those of the whole stream so far.
 */
static uint64_t phases_of_part(struct stream *stream)
{
	const struct trace_writer *writer = &stream->writer;
	uint64_t current = 0, count;

	while (current + 1 < writer->phase_count &&
	       writer->phases[current + 1].first <= writer->written)
		current++;
	count = writer->phase_count - current;
	memcpy(stream->phases, writer->phases + current, count * sizeof(*stream->phases));
	for (uint64_t i = 0; i < count; i++) {
		uint64_t first = stream->phases[i].first;

		stream->phases[i].first = first > writer->written ? first - writer->written : 0;
	}
	return count;
}

static void count_part(struct stream *stream)
{
	const struct trace_writer *writer = &stream->writer;
	struct trace_header *header = &stream->header;

	stream->advances += writer->advance_count;
	stream->fired += writer->fired_count;
	header->grain = stream->generator.grain;
	header->ids = stream->generator.ids;
	header->phases = writer->phase_count;
	header->advances = stream->advances;
	header->fired = stream->fired;
	stream->part_header = *header;
	stream->part_header.operations = writer->buffered;
	stream->part_header.phases = phases_of_part(stream);
}

static int take_part(void *data, const struct trace_writer *writer, bool turn_ended)
{
	struct stream *stream = data;
	struct trace_part part = {
		.trace = {
			.header = &stream->part_header,
			.phases = stream->phases,
			.operations = writer->buffer,
			.advances = writer->advances,
			.fired = writer->fired,
		},
		.whole = { .header = &stream->header, .phases = writer->phases },
		.turn_ended = turn_ended,
		.now = writer->now,
		.armed = oracle_size(&stream->generator.oracle),
		.generator = &stream->generator,
	};

	count_part(stream);
	return stream->take(stream->data, &part, &stream->writer.until);
}

int trace_stream(const struct workload *workload, const void *options, const char *name, uint64_t n,
		 uint64_t seed, uint64_t operations, trace_part_take *take, void *data, char *error)
{
	struct stream stream = {
		.header = { .n = n, .seed = seed },
		.take = take,
		.data = data,
	};

	if (!trace_write_begin_parts(&stream.writer, name, take_part, &stream, error)) {
		generator_open(&stream.generator, &stream.writer, seed);
		workload->generate(&stream.generator, options, n, operations);
		trace_write_rest(&stream.writer);
		generator_close(&stream.generator);
	}
	trace_write_free(&stream.writer);
	return stream.writer.failed == -ECANCELED ? 0 : stream.writer.failed;
}
