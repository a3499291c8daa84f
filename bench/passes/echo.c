/*
 * echo - the share of a server's CPU time that its timers take, as connections grow
 *
 * The pass runs a real server that echoes messages over the loopback interface, with n TCP
 * connections. Each connection has an idle timeout that every message re-arms: its event is
 * persistent and has a timeout, so the loop re-arms the timeout whenever a message arrives. The
 * trace gives the order in which connections send. Each arm in the trace is a message, and the
 * first arm follows the last again. The client is a separate process and keeps WINDOW messages in
 * flight. So the server is never idle, and its CPU time per message is meaningful.
 *
 * The same server runs on the same connections with and without the timeouts, alternately. The
 * timers' share is the difference of the two CPU times, divided by the time with timeouts. All
 * other work (system calls, the kernel's network code) is the same in both cases.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>

#include "bench/cell.h"
#include "bench/clock.h"
#include "bench/replay/event_replay.h"

#define EVENT_ROOM 128
#define MESSAGE	   64 /* bytes */
#define WINDOW	   16 /* messages in flight */
#define TURNS	   7  /* turns with timeouts, and the same number without */

/*
 * So long that no timeout expires during the measurement. In real servers few idle timeouts expire.
 */
static const struct timeval idle_timeout = { .tv_sec = 60 };

struct connection {
	unsigned char event[EVENT_ROOM];
	struct server *server;
	int socket;
};

struct server {
	const struct cell *cell;
	struct event_setting setting;
	struct event_base *base;
	const struct timeval *timeout; /* the idle timeout, for event_add */
	struct connection *connections;
	uint64_t count;
	uint64_t left; /* messages left in this turn */
	uint64_t idle; /* connections that timed out; should stay 0 */
	int failed;    /* errno */
};

static struct event *event_of(struct connection *connection)
{
	return (struct event *)(void *)connection->event;
}

static void stop(struct server *server, int error)
{
	server->failed = error;
	server->setting.api->loopbreak(server->base);
}

static void readable(int fd, short what, void *arg)
{
	struct connection *connection = arg;
	struct server *server = connection->server;
	char message[MESSAGE];
	ssize_t size;

	if (what & EVENT_API_TIMEOUT) {
		server->idle++;
		return;
	}
	size = recv(fd, message, sizeof(message), 0);
	if (size <= 0) {
		stop(server, size ? errno : EPIPE);
		return;
	}
	if (send(fd, message, (size_t)size, MSG_NOSIGNAL) != size)
		stop(server, EPIPE);
	else if (!--server->left)
		stop(server, 0);
}

/* --------------------------------------------------------------------------------- client */

static int exchange(int socket, char *message, bool receive)
{
	ssize_t done = receive ? recv(socket, message, MESSAGE, MSG_WAITALL)
			       : send(socket, message, MESSAGE, MSG_NOSIGNAL);

	return done == MESSAGE ? 0 : -1;
}

/*
 * Returns the id of the trace's next arm. The connection with this number, modulo the number of
 * connections, sends next.
 */
static uint64_t next_speaker(const struct trace *trace, uint64_t *position)
{
	for (;;) {
		const struct trace_operation *operation = &trace->operations[*position];

		*position = (*position + 1) % trace->header->operations;
		if (operation->kind <= TRACE_ARM_INTERVAL)
			return operation->id;
	}
}

/* Runs in the child process: connects, and sends messages until the server closes a connection. */
_Noreturn static void client(const struct cell *cell, const struct sockaddr_in *address,
			     uint64_t count)
{
	int *sockets = calloc(count, sizeof(*sockets)), under_way[WINDOW];
	char message[MESSAGE] = "timerbed";
	uint64_t position = 0;

	if (!sockets)
		_exit(1);
	for (uint64_t i = 0; i < count; i++) {
		int one = 1;

		sockets[i] = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
		if (sockets[i] < 0 ||
		    connect(sockets[i], (const struct sockaddr *)address, sizeof(*address)))
			_exit(1);
		setsockopt(sockets[i], IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));
	}
	for (uint64_t sent = 0;; sent++) {
		int *place = &under_way[sent % WINDOW];

		if (sent >= WINDOW && exchange(*place, message, true))
			_exit(0);
		*place = sockets[next_speaker(&cell->trace, &position) % count];
		if (exchange(*place, message, false))
			_exit(0);
	}
}

/* --------------------------------------------------------------------------------- server */

static int listen_on_loopback(struct sockaddr_in *address)
{
	socklen_t size = sizeof(*address);
	int listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	*address = (struct sockaddr_in){ .sin_family = AF_INET };
	address->sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	if (listener < 0 || bind(listener, (struct sockaddr *)address, size) ||
	    listen(listener, 4096) || getsockname(listener, (struct sockaddr *)address, &size))
		return -errno;
	return listener;
}

static int accept_all(struct server *server, int listener)
{
	const struct event_api *api = server->setting.api;

	for (uint64_t i = 0; i < server->count; i++) {
		struct connection *connection = &server->connections[i];
		int one = 1;

		connection->socket = accept4(listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
		if (connection->socket < 0)
			return -errno;
		setsockopt(connection->socket, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));
		connection->server = server;
		if (api->assign(event_of(connection), server->base, connection->socket,
				EVENT_API_READ | EVENT_API_PERSIST, readable, connection) ||
		    api->add(event_of(connection), NULL))
			return -EIO;
	}
	return 0;
}

static int choose_timeout(struct server *server)
{
	const struct event_api *api = server->setting.api;

	server->timeout = server->setting.common ? api->common_timeout(server->base, &idle_timeout)
						 : &idle_timeout;
	return server->timeout ? 0 : -ENOMEM;
}

/* Serves `messages` messages, and returns the CPU time per message in ns. */
static double serve(struct server *server, uint64_t messages)
{
	uint64_t begun = clock_ns(CLOCK_THREAD_CPUTIME_ID);

	server->left = messages;
	server->setting.api->loop(server->base, 0);
	return (double)(clock_ns(CLOCK_THREAD_CPUTIME_ID) - begun) / (double)messages;
}

static void set_timeouts(struct server *server, bool wanted)
{
	const struct event_api *api = server->setting.api;

	for (uint64_t i = 0; i < server->count; i++) {
		struct event *event = event_of(&server->connections[i]);

		/* Only a new assignment removes the timeout of a persistent event. */
		if (!wanted) {
			api->del(event);
			api->assign(event, server->base, server->connections[i].socket,
				    EVENT_API_READ | EVENT_API_PERSIST, readable,
				    &server->connections[i]);
		}
		api->add(event, wanted ? server->timeout : NULL);
	}
}

static int by_size(const void *a, const void *b)
{
	double left = *(const double *)a, right = *(const double *)b;

	return (left > right) - (left < right);
}

static void serve_in_turns(struct server *server, json_t *record)
{
	double with[TURNS], without[TURNS];
	uint64_t operations = server->cell->trace.header->operations;
	uint64_t messages = operations > 20000 ? operations : 20000;

	serve(server, messages / 4); /* warm-up */
	for (int i = 0; i < TURNS && !server->failed; i++) {
		set_timeouts(server, false);
		without[i] = serve(server, messages);
		set_timeouts(server, true);
		with[i] = serve(server, messages);
	}
	if (server->failed)
		return;
	qsort(with, TURNS, sizeof(*with), by_size);
	qsort(without, TURNS, sizeof(*without), by_size);
	json_object_set_new(record, "messages", json_integer((json_int_t)messages));
	json_object_set_new(record, "cpu_ns_per_message", json_real(with[TURNS / 2]));
	json_object_set_new(record, "cpu_ns_without_timers", json_real(without[TURNS / 2]));
	json_object_set_new(record, "timer_share",
			    json_real(1 - without[TURNS / 2] / with[TURNS / 2]));
	json_object_set_new(record, "idle_expired", json_integer((json_int_t)server->idle));
}

static void close_all(struct server *server, int listener)
{
	for (uint64_t i = 0; i < server->count; i++) {
		if (!server->connections[i].server)
			continue;
		server->setting.api->del(event_of(&server->connections[i]));
		close(server->connections[i].socket);
	}
	close(listener);
}

static int run(struct server *server, json_t *record)
{
	struct sockaddr_in address;
	int listener = listen_on_loopback(&address), result, status;
	pid_t child;

	if (listener < 0)
		return listener;
	child = fork();
	if (child < 0)
		return -errno;
	if (!child)
		client(server->cell, &address, server->count);
	result = accept_all(server, listener);
	if (!result)
		result = choose_timeout(server);
	if (!result)
		serve_in_turns(server, record);
	close_all(server, listener);
	kill(child, SIGTERM);
	waitpid(child, &status, 0);
	return result ? result : -server->failed;
}

/*
 * Raises the limit of open files, because each connection needs a descriptor in this process and
 * one in the client. Returns 0, or -EMFILE if the limit stays too low.
 */
static int raise_limit(uint64_t connections)
{
	struct rlimit limit;

	getrlimit(RLIMIT_NOFILE, &limit);
	limit.rlim_cur = limit.rlim_max;
	setrlimit(RLIMIT_NOFILE, &limit);
	return limit.rlim_cur < connections + 64 ? -EMFILE : 0;
}

static int measure_echo(const struct cell *cell, json_t *record, char *error)
{
	struct server server = { .cell = cell, .count = cell->trace.header->n };
	int result;

	if (!cell->subject.family->loop) {
		snprintf(error, CELL_ERROR_SIZE, "%s is not an event loop: it cannot serve",
			 cell->subject.name);
		return -ENOTSUP;
	}
	cell->subject.family->loop(&cell->subject, &server.setting);
	result = raise_limit(server.count);
	server.connections = calloc(server.count, sizeof(*server.connections));
	if (!server.connections)
		result = -ENOMEM;
	if (!result)
		result = server.setting.make(&cell->subject, &server.base);
	if (!result) {
		result = run(&server, record);
		server.setting.api->base_free(server.base);
	}
	free(server.connections);
	json_object_set_new(record, "status", json_string(result ? strerror(-result) : "ok"));
	if (result)
		snprintf(error, CELL_ERROR_SIZE, "%s: %s", cell->subject.name, strerror(-result));
	return result;
}

const struct pass pass_echo = {
	.name = "echo",
	.summary = "an echo server over loopback: the share of its CPU time that its timers take",
	.measure = measure_echo,
	.slowdown = 1000,
};
