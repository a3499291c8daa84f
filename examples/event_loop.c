/*
 * event_loop.c - an event loop with timers, over the timer structure that the program chooses
 *
 * A client waits for a reply for an hour at most. The reply comes after 10 ms, and the timeout is
 * deleted. Then a timer ticks three times. Only event_config_set_timer_structure, and the two
 * functions that ask for names, are not in libevent's interface.
 *
 *	cc -I loop/include examples/event_loop.c build/libtimerbed-event.a -luring -lm -lpthread \
 *		-o event_loop
 *	./event_loop quad-heap
 *	./event_loop common-timeout
 *
 * With an installed library the flags are those that `pkg-config --cflags --libs timerbed-event`
 * prints.
 */
#include <stdio.h>
#include <stdlib.h>

#include <event2/event.h>

struct client {
	struct event_base *base;
	struct event *timeout, *ticker;
	int ticks;
};

static void give_up(evutil_socket_t fd, short what, void *arg)
{
	(void)fd, (void)what, (void)arg;
	puts("no reply within an hour");
	exit(1);
}

static void take_reply(evutil_socket_t fd, short what, void *arg)
{
	const struct timeval millisecond = { 0, 1000 };
	struct client *client = arg;

	(void)fd, (void)what;
	event_del(client->timeout);
	puts("a reply: the timeout is deleted");
	event_add(client->ticker, &millisecond);
}

/* EV_PERSIST arms the event again before each call. */
static void tick(evutil_socket_t fd, short what, void *arg)
{
	struct client *client = arg;

	(void)fd, (void)what;
	printf("tick %d\n", ++client->ticks);
	if (client->ticks == 3)
		event_base_loopbreak(client->base);
}

static struct event_base *make_base(const char *structure)
{
	struct event_config *config = event_config_new();
	struct event_base *base = NULL;

	if (config && !event_config_set_timer_structure(config, structure))
		base = event_base_new_with_config(config);
	event_config_free(config);
	return base;
}

int main(int argc, char **argv)
{
	const struct timeval hour = { 3600, 0 }, soon = { 0, 10000 };
	struct client client = { .base = make_base(argc > 1 ? argv[1] : "quad-heap") };

	if (!client.base)
		return 1; /* the library has said why, on standard error */
	printf("timers are in %s\n", event_base_get_timer_structure(client.base));
	client.timeout = event_new(client.base, -1, 0, give_up, &client);
	client.ticker = event_new(client.base, -1, EV_PERSIST, tick, &client);
	event_add(client.timeout, &hour);
	event_base_once(client.base, -1, EV_TIMEOUT, take_reply, &client, &soon);
	event_base_dispatch(client.base);
	event_free(client.timeout);
	event_free(client.ticker);
	event_base_free(client.base);
	return 0;
}
