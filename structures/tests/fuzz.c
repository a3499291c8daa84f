/*
 * fuzz.c - makes a structure, its options and a sequence of operations from arbitrary bytes
 *
 * The bytes choose one of the structures' settings_to_test, and then the operations on 64 timers.
 * An array of deadlines gives the expected results. Every sequence is legal by timer.h, so every
 * difference and every failed assertion is a fault.
 *
 * Built with -fsanitize=fuzzer, this is a target of libFuzzer. With FUZZ_STANDALONE defined it has
 * a main function, which replays the files named as arguments or, without arguments, sequences from
 * fixed seeds.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "structures/common/find.h"
#include "structures/common/options.h"
#include "structures/timer.h"

#define TIMERS 64
#define BATCH  8

enum state { IDLE, ARMED, DISARMED };

struct object {
	struct timer timer; /* first, so that a pointer to the timer is a pointer to the object */
	enum state state;
	bool late;	   /* the deadline had passed when the timer was armed */
	bool seen;	   /* by for_each */
	uint64_t deadline; /* the armed deadline */
	uint64_t latest;   /* the timer must fire by then; TIMER_NEVER: it need not fire */
};

struct fuzz {
	const uint8_t *bytes; /* the rest of the input */
	size_t left;
	char text[256];
	const struct timer_structure *structure;
	struct timer_accuracy accuracy;
	struct timer_set *set;
	uint64_t now;		       /* the caller's time, which may be after `latest` */
	uint64_t latest;	       /* the latest now that the set has seen */
	const struct object *previous; /* the timer that fired last at the current now */
	size_t armed, operations;
	struct object objects[TIMERS];
};

static void expect(const struct fuzz *fuzz, bool holds, const char *what)
{
	if (holds)
		return;
	fprintf(stderr, "fuzz: %s after %zu operations, now %" PRIu64 ": %s\n", fuzz->text,
		fuzz->operations, fuzz->now, what);
	abort();
}

/* Returns the next byte of the input, or 0 after the last byte. */
static unsigned take_byte(struct fuzz *fuzz)
{
	if (!fuzz->left)
		return 0;
	fuzz->left--;
	return *fuzz->bytes++;
}

static uint64_t plus(uint64_t a, uint64_t b)
{
	return a > UINT64_MAX - b ? UINT64_MAX : a + b;
}

/*
 * Returns a span of any order of magnitude up to 9 minutes, and rarely a far longer one. So time
 * does not reach its end too soon.
 */
static uint64_t take_span(struct fuzz *fuzz)
{
	uint64_t value = take_byte(fuzz);
	unsigned shift = take_byte(fuzz);

	return value << (shift < 248 ? shift % 32 : 32 + (shift - 248) * 4);
}

/*
 * Counts the settings of all structures and of all wrappers over them, from 0, to find one of them.
 */
struct setting {
	size_t number, wanted;
	char *text;
	size_t size;
};

static void number_settings(const char *name, void *data)
{
	static const char *const defaults[] = { "", NULL };
	const char *const *settings = timer_structure_within(name)->settings_to_test;
	struct setting *setting = data;

	for (settings = settings ? settings : defaults; *settings; settings++)
		if (setting->number++ == setting->wanted)
			snprintf(setting->text, setting->size, "%s:%s", name, *settings);
}

/*
 * Stores the text of the setting with this number, if there is one. Returns the number of settings.
 */
static size_t find_setting(size_t number, char *text, size_t size)
{
	struct setting setting = { 0, number, text, size };

	for (size_t i = 0; timer_structures[i]; i++)
		timer_structure_names(timer_structures[i], number_settings, &setting);
	return setting.number;
}

/* Makes a set at any time that the clock can show. */
static void create(struct fuzz *fuzz)
{
	char error[OPTIONS_ERROR_SIZE] = "";
	size_t settings = find_setting(SIZE_MAX, fuzz->text, sizeof(fuzz->text)), number;

	number = take_byte(fuzz);
	number = (number << 8 | take_byte(fuzz)) % settings;
	find_setting(number, fuzz->text, sizeof(fuzz->text));
	fuzz->now = fuzz->latest = take_span(fuzz);
	if (timer_set_accuracy(fuzz->text, &fuzz->accuracy, error, sizeof(error)) ||
	    timer_set_create(fuzz->text, fuzz->now, &fuzz->structure, &fuzz->set, error,
			     sizeof(error)))
		expect(fuzz, false, error);
	expect(fuzz, !fuzz->structure->reserve(fuzz->set, TIMERS), "reserve fails");
}

/* Returns the first multiple of the tick at or after a time, or TIMER_NEVER if there is none. */
static uint64_t ceiling(uint64_t time, uint64_t tick)
{
	return tick > 1 && time % tick ? plus(time - time % tick, tick) : time;
}

static uint64_t latest(const struct fuzz *fuzz, uint64_t deadline, uint64_t interval)
{
	const struct timer_accuracy *accuracy = &fuzz->accuracy;
	double late;

	if (deadline == TIMER_NEVER || accuracy->when == TIMER_EXACT)
		return deadline;
	if (accuracy->when == TIMER_TO_A_TICK)
		return ceiling(deadline, accuracy->tick);
	late = accuracy->fraction * (double)interval + 1;
	return late >= 0x1p63 ? TIMER_NEVER : plus(deadline, plus(accuracy->tick, (uint64_t)late));
}

static void take_deadline(struct fuzz *fuzz, uint64_t *deadline, uint64_t *interval)
{
	unsigned kind = take_byte(fuzz) % 16;
	uint64_t span = take_span(fuzz);

	*interval = span;
	*deadline = plus(fuzz->now, span);
	if (kind == 0) {
		*deadline = TIMER_NEVER - take_byte(fuzz) % 4;
		*interval = *deadline - fuzz->now;
	} else if (kind == 1) { /* in the past */
		*deadline = fuzz->now - (span < fuzz->now ? span : fuzz->now);
	} else if (kind < 6) { /* one of a few intervals */
		*interval = (span % 4 + 1) * 1000000;
		*deadline = plus(fuzz->now, *interval);
	} else if (kind < 8) { /* without an interval, so that it cannot be grouped */
		*interval = 0;
	}
}

static void arm(struct fuzz *fuzz, struct object *object)
{
	uint64_t deadline, interval, distance;

	take_deadline(fuzz, &deadline, &interval);
	distance = deadline > fuzz->now ? deadline - fuzz->now : 0;
	object->late = deadline <= fuzz->now;
	object->deadline = deadline;
	object->latest = latest(fuzz, deadline, interval > distance ? interval : distance);
	if (object->state == ARMED) {
		fuzz->structure->reinsert(fuzz->set, &object->timer, deadline, interval);
	} else {
		fuzz->structure->insert(fuzz->set, &object->timer, deadline, interval);
		object->state = ARMED;
		fuzz->armed++;
	}
	expect(fuzz, object->timer.deadline == deadline, "arming stores another deadline");
}

static void disarm(struct fuzz *fuzz, struct object *object)
{
	if (object->state != ARMED)
		return;
	fuzz->structure->disarm(fuzz->set, &object->timer);
	object->state = DISARMED;
	fuzz->armed--;
}

/*
 * Clears the memory of the removed timer, which belongs to the caller. A structure that still reads
 * it finds zeros.
 */
static void remove_timer(struct fuzz *fuzz, struct object *object)
{
	if (object->state == IDLE)
		return;
	fuzz->armed -= object->state == ARMED;
	fuzz->structure->remove(fuzz->set, &object->timer);
	object->state = IDLE;
	memset(&object->timer, 0, sizeof(object->timer));
}

static uint64_t first_latest(const struct fuzz *fuzz)
{
	uint64_t first = TIMER_NEVER;

	for (size_t i = 0; i < TIMERS; i++)
		if (fuzz->objects[i].state == ARMED && fuzz->objects[i].latest < first)
			first = fuzz->objects[i].latest;
	return first;
}

/* Returns whether b may fire after a in calls at the same now. */
static bool ordered(const struct fuzz *fuzz, const struct object *a, const struct object *b)
{
	uint64_t tick = fuzz->accuracy.tick;

	if (fuzz->accuracy.order == TIMER_BY_DEADLINE)
		return a->deadline <= b->deadline;
	if (fuzz->accuracy.order == TIMER_UNORDERED || fuzz->accuracy.when == TIMER_LATE_FRACTION)
		return true;
	/* if a timer was late when it was armed, the structure may choose its tick */
	return a->late || b->late || ceiling(a->deadline, tick) <= ceiling(b->deadline, tick);
}

static void take_fired(struct fuzz *fuzz, struct timer **out, size_t count, uint64_t now)
{
	for (size_t i = 0; i < count; i++) {
		struct object *object = (struct object *)(void *)out[i];

		expect(fuzz, object >= fuzz->objects && object < fuzz->objects + TIMERS,
		       "expire returns a pointer that is not a timer");
		expect(fuzz, object->state == ARMED, "a timer fires that is not armed");
		expect(fuzz, object->deadline <= now, "a timer fires early");
		expect(fuzz, object->deadline != TIMER_NEVER, "a timer for TIMER_NEVER fires");
		expect(fuzz, !fuzz->previous || ordered(fuzz, fuzz->previous, object),
		       "firing out of order");
		object->state = IDLE;
		fuzz->previous = object;
	}
	fuzz->armed -= count;
}

/* Calls expire once. More timers may be due than fit into the batch. */
static size_t expire_some(struct fuzz *fuzz, uint64_t now, size_t max)
{
	struct timer *out[BATCH + 1];
	uint64_t next = fuzz->structure->next(fuzz->set);
	size_t count;

	out[max] = NULL;
	count = fuzz->structure->expire(fuzz->set, now, out, max);
	expect(fuzz, count <= max && !out[max], "expire returns more than max");
	expect(fuzz, !count || next <= now, "next was later than what fires");
	take_fired(fuzz, out, count, now);
	return count;
}

static void expire(struct fuzz *fuzz, uint64_t now)
{
	size_t max = take_byte(fuzz) % BATCH + 1;
	bool stop_early = take_byte(fuzz) % 8 == 0, backward = now < fuzz->now;
	size_t count;

	fuzz->now = backward ? fuzz->now : now;
	fuzz->latest = now > fuzz->latest ? now : fuzz->latest;
	fuzz->previous = NULL;
	count = expire_some(fuzz, now, max);
	while (!stop_early && count == max)
		count = expire_some(fuzz, now, max);
	if (count < max && !backward && now != TIMER_NEVER)
		expect(fuzz, first_latest(fuzz) > now, "a timer that is due does not fire");
}

static void next(struct fuzz *fuzz)
{
	uint64_t first = first_latest(fuzz);

	/* time does not go back, so an overdue timer fires at `latest` or later */
	if (first < fuzz->latest)
		first = fuzz->latest;
	expect(fuzz, fuzz->structure->next(fuzz->set) <= first, "next is too late");
}

static void visit(struct timer *timer, void *data)
{
	struct object *object = (struct object *)(void *)timer;
	const struct fuzz *fuzz = data;

	expect(fuzz, object->state == ARMED, "for_each visits a timer that is not armed");
	expect(fuzz, !object->seen, "for_each visits a timer twice");
	object->seen = true;
}

static void walk(struct fuzz *fuzz)
{
	size_t seen = 0;

	fuzz->structure->for_each(fuzz->set, visit, fuzz);
	for (size_t i = 0; i < TIMERS; i++) {
		seen += fuzz->objects[i].seen;
		fuzz->objects[i].seen = false;
	}
	expect(fuzz, seen == fuzz->armed, "for_each misses a timer");
}

static void check(const struct fuzz *fuzz)
{
	const char *broken = fuzz->structure->check(fuzz->set);

	expect(fuzz, !broken, broken);
	expect(fuzz, fuzz->structure->size(fuzz->set) == fuzz->armed, "size is wrong");
	expect(fuzz, fuzz->structure->footprint(fuzz->set) > 0, "the footprint is 0");
}

static void step(struct fuzz *fuzz)
{
	unsigned kind = take_byte(fuzz) % 32;
	struct object *object = &fuzz->objects[take_byte(fuzz) % TIMERS];
	uint64_t span;

	if (kind < 16) {
		arm(fuzz, object);
	} else if (kind < 19) {
		disarm(fuzz, object);
	} else if (kind < 22) {
		remove_timer(fuzz, object);
	} else if (kind < 26) {
		span = take_span(fuzz);
		expire(fuzz, plus(fuzz->now, span));
	} else if (kind == 26) { /* exactly at next() */
		span = fuzz->structure->next(fuzz->set);
		expire(fuzz, span == TIMER_NEVER || span < fuzz->now ? fuzz->now : span);
	} else if (kind == 27) { /* an earlier now, if the caller's time is not after the set's */
		span = take_span(fuzz);
		if (fuzz->now == fuzz->latest)
			expire(fuzz, fuzz->now - (span < fuzz->now ? span : fuzz->now));
	} else if (kind == 28) {
		expect(fuzz,
		       !fuzz->structure->reserve(fuzz->set, TIMERS + take_byte(fuzz) % 8 * 128),
		       "reserve fails");
	} else if (kind == 29) {
		walk(fuzz);
	} else if (kind == 30) {
		check(fuzz);
	} else { /* time passes without a call to the set */
		fuzz->now = plus(fuzz->now, take_span(fuzz));
	}
	next(fuzz);
	expect(fuzz, fuzz->structure->size(fuzz->set) == fuzz->armed, "size is wrong");
	fuzz->operations++;
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
	struct fuzz *fuzz = calloc(1, sizeof(*fuzz));

	if (!fuzz)
		return 0;
	fuzz->bytes = bytes;
	fuzz->left = size;
	create(fuzz);
	while (fuzz->left)
		step(fuzz);
	walk(fuzz);
	check(fuzz);
	fuzz->structure->destroy(fuzz->set);
	free(fuzz);
	return 0;
}

#ifdef FUZZ_STANDALONE

#define INPUTS	   4000
#define MOST_BYTES 4096

/* splitmix64 (Steele, Lea and Flood 2014). */
static uint64_t random_number(uint64_t *state)
{
	uint64_t z = *state += UINT64_C(0x9e3779b97f4a7c15);

	z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
	z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
	return z ^ z >> 31;
}

/*
 * Runs an input of random length, in memory of exactly that size, so that the sanitizer sees an
 * overrun.
 */
static void replay_seed(uint64_t seed)
{
	size_t size = 64 + random_number(&seed) % (MOST_BYTES - 64);
	uint8_t *bytes = malloc(size);

	if (!bytes)
		abort();
	for (size_t i = 0; i < size; i++)
		bytes[i] = (uint8_t)random_number(&seed);
	LLVMFuzzerTestOneInput(bytes, size);
	free(bytes);
}

static int replay_file(const char *path)
{
	FILE *file = fopen(path, "rb");
	uint8_t *bytes = malloc(1 << 20);
	size_t size;

	if (!file || !bytes) {
		perror(path);
		return 1;
	}
	size = fread(bytes, 1, 1 << 20, file);
	fclose(file);
	LLVMFuzzerTestOneInput(bytes, size);
	free(bytes);
	return 0;
}

/* A difference aborts the program, and the runner sees that the last line is missing. */
int main(int argc, char **argv)
{
	int failed = 0;

	for (int i = 1; i < argc; i++)
		failed += replay_file(argv[i]);
	for (uint64_t seed = 0; argc == 1 && seed < INPUTS; seed++)
		replay_seed(seed);
	printf("%d passed, %d failed\n", (argc == 1 ? INPUTS : argc - 1) - failed, failed);
	return failed != 0;
}

#endif
