/*
 * simulated_time.c - a day of a client's life, in simulated time
 *
 * The client pings its server every 30 seconds, and a reply takes 80 ms. The backend `virtual`
 * waits in no time, so the day takes milliseconds, and every run of the program is the same. The
 * clock advances only in waits, and in event_base_virtual_advance, by which a callback says how
 * long it takes.
 *
 *	cc -I loop/include examples/simulated_time.c build/libtimerbed-event.a \
 *		-luring -lm -lpthread -o simulated_time
 *	./simulated_time
 */
#include <stdio.h>

#include <event2/event.h>

#define MILLISECOND 1000000

struct client {
	struct event_base *base;
	struct event *reply;
	int pings, replies;
};

static void take_reply(evutil_socket_t fd, short what, void *arg)
{
	struct client *client = arg;

	(void)fd, (void)what;
	client->replies++;
	event_base_virtual_advance(client->base, 2 * MILLISECOND); /* the reply takes work */
}

static void ping(evutil_socket_t fd, short what, void *arg)
{
	const struct timeval round_trip = { 0, 80000 };
	struct client *client = arg;

	(void)fd, (void)what;
	client->pings++;
	event_add(client->reply, &round_trip);
}

int main(void)
{
	const struct timeval interval = { 30, 0 }, day = { 86415, 0 };
	struct event_config *config = event_config_new();
	struct client client = { 0 };
	struct event *pinger;
	uint64_t begin, end;

	if (!config || event_config_require_method(config, "virtual") ||
	    !(client.base = event_base_new_with_config(config)))
		return 1;
	event_config_free(config);
	client.reply = event_new(client.base, -1, 0, take_reply, &client);
	pinger = event_new(client.base, -1, EV_PERSIST, ping, &client);
	event_add(pinger, &interval);
	event_base_loopexit(client.base, &day);
	event_base_virtual_now(client.base, &begin);
	event_base_dispatch(client.base);
	event_base_virtual_now(client.base, &end);
	printf("%.3f s have passed, with %d pings and %d replies\n", (double)(end - begin) / 1e9,
	       client.pings, client.replies);
	event_free(pinger);
	event_free(client.reply);
	event_base_free(client.base);
	return 0;
}
