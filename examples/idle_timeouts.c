/*
 * idle_timeouts.c - idle timeouts of a server's connections, through the contract of timer.h alone
 *
 * The server closes a connection when no message has come for 30 seconds. Each message re-arms the
 * connection's timer. The clock of this example is a variable, so that the example ends at once. A
 * server reads CLOCK_MONOTONIC, and sleeps until the time that `next` returns.
 *
 *	cc -I . examples/idle_timeouts.c build/libtimerbed.a -lm -o idle_timeouts
 *	./idle_timeouts quad-heap
 *	./idle_timeouts hierarchical-wheel:tick=1ms
 *
 * With an installed library the header is <timerbed/timer.h>, and the flags are those that
 * `pkg-config --cflags --libs timerbed` prints.
 */
#include <stdio.h>
#include <stdlib.h>

#include "structures/timer.h"

#define IDLE_TIMEOUT (30 * TIMER_SECOND)
#define BATCH	     2

struct connection {
	const char *name;
	struct timer idle; /* embedded: the structure allocates nothing for it */
};

static const struct timer_structure *structure;
static struct timer_set *set;

static struct connection *connection_of(struct timer *timer)
{
	return (struct connection *)((char *)timer - offsetof(struct connection, idle));
}

static void say(uint64_t now, const char *name, const char *what)
{
	printf("%3llu s: %s %s\n", (unsigned long long)(now / TIMER_SECOND), name, what);
}

/* Hands over all timers that are due. They are idle then, and the set has no reference to them. */
static void close_idle_connections(uint64_t now)
{
	struct timer *due[BATCH];
	size_t count;

	do {
		count = structure->expire(set, now, due, BATCH);
		for (size_t i = 0; i < count; i++)
			say(now, connection_of(due[i])->name, "is closed");
	} while (count == BATCH); /* more may be due */
}

/* The server sleeps until the first timeout or until `end`, whichever comes first. */
static void wait_until(uint64_t end)
{
	uint64_t next;

	while ((next = structure->next(set)) <= end && next != TIMER_NEVER)
		close_idle_connections(next);
}

int main(int argc, char **argv)
{
	static struct connection connections[] = { { "anna", { 0 } },
						   { "bert", { 0 } },
						   { "carl", { 0 } } };
	static const struct {
		uint64_t second;
		int connection;
	} messages[] = { { 10, 1 }, { 25, 0 }, { 39, 1 }, { 50, 0 } };
	const char *name = argc > 1 ? argv[1] : "quad-heap";
	char error[256];

	if (timer_set_create(name, 0, &structure, &set, error, sizeof(error))) {
		fprintf(stderr, "%s\n", error);
		return 1;
	}
	/* All failure is here: after it, no operation fails while at most 3 timers are not idle. */
	if (structure->reserve(set, 3)) {
		fprintf(stderr, "out of memory\n");
		return 1;
	}
	for (size_t i = 0; i < 3; i++)
		structure->insert(set, &connections[i].idle, IDLE_TIMEOUT, IDLE_TIMEOUT);
	for (size_t i = 0; i < sizeof(messages) / sizeof(*messages); i++) {
		struct connection *connection = &connections[messages[i].connection];
		uint64_t now = messages[i].second * TIMER_SECOND;

		wait_until(now);
		say(now, connection->name, "sends a message");
		structure->reinsert(set, &connection->idle, now + IDLE_TIMEOUT, IDLE_TIMEOUT);
	}
	wait_until(70 * TIMER_SECOND);
	say(75 * TIMER_SECOND, "anna", "says goodbye");
	structure->remove(set, &connections[0].idle);
	printf("%zu timers are armed\n", structure->size(set));
	structure->destroy(set);
	return 0;
}
