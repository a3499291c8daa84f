/*
 * members.c - what programs that were compiled for libevent 2.1 do with the members of struct event
 *
 * scripts/tests/libevent-layout-test compiles this file against the distribution's headers. It runs
 * the program with libevent itself, and with this library over every structure. So the expectations
 * are libevent's.
 *
 * The test does not read ev_events and ev_res while the event has a timeout, because they are then
 * elsewhere (event_struct.h), and event_get_events returns the bits. It reads all other members at
 * any time. It writes members only while the event is neither pending nor active. unbound is the
 * only program of Debian 12 that writes members: it writes ev_fd and ev_events under these
 * conditions.
 */
#include <event2/event.h>
#include <event2/event_struct.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define CHECK(condition)                                                                           \
	do {                                                                                       \
		if (!(condition)) {                                                                \
			fprintf(stderr, "line %d: not so: %s\n", __LINE__, #condition);            \
			exit(1);                                                                   \
		}                                                                                  \
	} while (0)

static struct event_base *base;
static const struct timeval an_hour = { 3600, 0 }, soon = { 0, 1000 };
static int ends[2]; /* of a pair of sockets: both are writable, the first is readable */
static int argument;

static struct event event;
static int calls;
static short last_what;
static evutil_socket_t last_fd;

static void called(evutil_socket_t fd, short what, void *arg)
{
	CHECK(arg == &argument);
	calls++;
	last_fd = fd;
	last_what = what;
	event_base_loopbreak(base);
}

static void run(void)
{
	calls = 0;
	event_base_loop(base, EVLOOP_ONCE);
	CHECK(calls == 1);
}

static void check_members(evutil_socket_t fd, short events, int flags)
{
	CHECK(event.ev_fd == fd);
	CHECK(event.ev_base == base);
	CHECK(event.ev_evcallback.evcb_flags == (EVLIST_INIT | flags));
	CHECK(event.ev_evcallback.evcb_pri == event_base_get_npriorities(base) / 2);
	CHECK(event.ev_evcallback.evcb_cb_union.evcb_callback == called);
	CHECK(event.ev_evcallback.evcb_arg == &argument);
	CHECK(event_get_events(&event) == events);
	if (!(flags & EVLIST_TIMEOUT))
		CHECK(event.ev_events == events);
}

static void assign(evutil_socket_t fd, short events)
{
	memset(&event, 0, sizeof(event));
	CHECK(!event_initialized(&event));
	CHECK(!event_assign(&event, base, fd, events, called, &argument));
	check_members(fd, events, 0);
	CHECK(event.ev_res == 0);
}

/* ------------------------------------------------------------------------------- reading */

static void read_members_of(short events, int added)
{
	evutil_socket_t fd = added ? ends[0] : -1;

	assign(fd, events);
	CHECK(!event_add(&event, &an_hour));
	check_members(fd, events, EVLIST_TIMEOUT | added);
	CHECK(!event_add(&event, &soon)); /* added again */
	check_members(fd, events, EVLIST_TIMEOUT | added);
	CHECK(!event_del(&event));
	check_members(fd, events, 0);
	if (added) {
		CHECK(!event_add(&event, NULL));
		check_members(fd, events, added);
		CHECK(!event_del(&event));
		check_members(fd, events, 0);
	}
}

static void read_members(void)
{
	const struct timeval *common = event_base_init_common_timeout(base, &soon);

	read_members_of(0, 0);
	read_members_of(EV_TIMEOUT, 0);
	read_members_of(EV_PERSIST, 0);
	read_members_of(EV_READ, EVLIST_INSERTED);
	read_members_of(EV_READ | EV_WRITE | EV_PERSIST, EVLIST_INSERTED);
	assign(-1, EV_TIMEOUT);
	CHECK(!event_add(&event, common));
	check_members(-1, EV_TIMEOUT, EVLIST_TIMEOUT);
	run();
	check_members(-1, EV_TIMEOUT, 0);
	CHECK(event.ev_res == EV_TIMEOUT);
}

static void read_result(void)
{
	assign(ends[0], EV_READ);
	event_add(&event, &an_hour);
	run();
	CHECK(last_what == EV_READ);
	CHECK(event.ev_res == EV_READ);
	check_members(ends[0], EV_READ, 0);

	assign(-1, 0);
	event_add(&event, &soon);
	run();
	CHECK(event.ev_res == EV_TIMEOUT);
	check_members(-1, 0, 0);

	event_active(&event, EV_WRITE, 1);
	CHECK(event.ev_evcallback.evcb_flags == (EVLIST_INIT | EVLIST_ACTIVE));
	CHECK(event.ev_res == EV_WRITE);
	run();
	CHECK(last_what == EV_WRITE);
}

/* ------------------------------------------------------------------------------- writing */

static void expect(evutil_socket_t fd, short what)
{
	run();
	CHECK(last_fd == fd);
	CHECK(last_what == what);
}

/* Changes the descriptor or the direction, after each way in which an event becomes idle. */
static void write_descriptor_and_events(short other)
{
	static const struct timeval *const timeouts[] = { NULL, &an_hour };
	int i;

	for (i = 0; i < 2; i++) {
		assign(-1, other); /* the event was never added */
		event.ev_fd = ends[0];
		event.ev_events |= EV_READ;
		CHECK(!event_add(&event, timeouts[i]));
		expect(ends[0], EV_READ);
		event_del(&event); /* it was called; a persistent event is deleted */
		event.ev_events &= ~EV_READ;
		event.ev_events |= EV_WRITE;
		CHECK(!event_add(&event, timeouts[1 - i]));
		CHECK(event_get_events(&event) == (other | EV_WRITE));
		expect(ends[0], EV_WRITE);
		event_del(&event);
		event.ev_fd = ends[1];
		CHECK(!event_add(&event, timeouts[i]));
		CHECK(!event_del(&event)); /* the event is deleted while pending */
		CHECK(event.ev_events == (other | EV_WRITE));
		CHECK(!event_add(&event, timeouts[1 - i]));
		expect(ends[1], EV_WRITE);
		event_del(&event);
	}
	/* After a timeout, the event waits for neither reading nor writing, and then for both. */
	event.ev_events = other;
	CHECK(!event_add(&event, &soon));
	expect(ends[1], EV_TIMEOUT);
	event_del(&event);
	CHECK(event.ev_events == other);
	event.ev_events |= EV_READ | EV_WRITE;
	event.ev_fd = ends[0];
	CHECK(!event_add(&event, &an_hour));
	expect(ends[0], EV_READ | EV_WRITE);
	event_del(&event);
}

/*
 * Changes the direction as unbound does: in the event's callback, when the loop has armed the event
 * for the next period.
 */
static void turn_round(evutil_socket_t fd, short what, void *arg)
{
	(void)fd, (void)arg;
	calls++;
	last_what = what;
	event_del(&event);
	event.ev_events &= ~(EV_READ | EV_WRITE);
	event.ev_events |= what & EV_READ ? EV_WRITE : EV_READ;
	event_add(&event, &an_hour);
	event_base_loopbreak(base);
}

static void write_in_the_callback(void)
{
	int i;

	assign(ends[0], EV_READ | EV_PERSIST | EV_TIMEOUT);
	event.ev_evcallback.evcb_cb_union.evcb_callback = turn_round;
	event_add(&event, &an_hour);
	for (i = 0; i < 6; i++) {
		run();
		CHECK(last_what == (i % 2 ? EV_WRITE : EV_READ));
	}
	event_del(&event);
	CHECK(event.ev_events == (EV_READ | EV_PERSIST | EV_TIMEOUT));
}

static void other_callback(evutil_socket_t fd, short what, void *arg)
{
	CHECK(arg == &event);
	called(fd, what, &argument);
}

/* The library must read these members when it needs them, so that it sees what a program writes. */
static void write_the_callback_block(void)
{
	assign(-1, 0);
	event.ev_evcallback.evcb_cb_union.evcb_callback = other_callback;
	event.ev_evcallback.evcb_arg = &event;
	event.ev_evcallback.evcb_pri = 0;
	CHECK(event_get_callback(&event) == other_callback);
	CHECK(event_get_callback_arg(&event) == &event);
	CHECK(event_get_priority(&event) == 0);
	event_add(&event, &soon);
	run();

	/* The loop sets this flag. If a program clears it, the event counts as not assigned. */
	event.ev_evcallback.evcb_flags = 0;
	CHECK(!event_initialized(&event));
}

/* The bytes between the members may have any value when an event is added. */
static void scribble(void)
{
	assign(ends[0], EV_READ | EV_PERSIST);
	memset(&event.ev_timeout_pos, 0x5a, sizeof(event.ev_timeout_pos));
	memset(&event.ev_, 0x5a, sizeof(event.ev_));
	memset(&event.ev_timeout, 0x5a, sizeof(event.ev_timeout));
	CHECK(!event_add(&event, &an_hour));
	check_members(ends[0], EV_READ | EV_PERSIST, EVLIST_TIMEOUT | EVLIST_INSERTED);
	expect(ends[0], EV_READ);
	CHECK(!event_del(&event));
	check_members(ends[0], EV_READ | EV_PERSIST, 0);
}

/* A program may use the list heads that event_struct.h declares. */
static void lists(void)
{
	struct event_list list = { NULL, &list.tqh_first };
	struct event_dlist other = { &event };

	CHECK(list.tqh_last == &list.tqh_first && other.lh_first == &event);
}

int main(void)
{
	CHECK(sizeof(struct event) == event_get_struct_event_size());
	CHECK(!socketpair(AF_UNIX, SOCK_STREAM, 0, ends));
	CHECK(write(ends[1], "x", 1) == 1);
	base = event_base_new();
	CHECK(base);
	read_members();
	read_result();
	write_descriptor_and_events(0);
	write_descriptor_and_events(EV_PERSIST);
	write_descriptor_and_events(EV_PERSIST | EV_TIMEOUT);
	write_in_the_callback();
	write_the_callback_block();
	scribble();
	lists();
	event_base_free(base);
	return 0;
}
