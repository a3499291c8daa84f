/*
 * libevent_program.c - a program that is built for libevent, and runs on this library unchanged
 *
 * The program is compiled with libevent's headers and linked with libevent's library. The dynamic
 * linker then finds this library under libevent's name, and the environment chooses the timer
 * structure. loop/README.md says which programs can be run in this way.
 *
 *	cc examples/libevent_program.c -levent_core -o libevent_program
 *	./libevent_program
 *	mkdir instead
 *	ln -s "$PWD/build/libtimerbed-event.so" instead/libevent_core-2.1.so.7
 *	LD_LIBRARY_PATH=instead EVENT_TIMERS=hierarchical-wheel:tick=1ms ./libevent_program
 */
#include <stdio.h>
#include <sys/socket.h>
#include <unistd.h>

#include <event2/event.h>

static void read_or_give_up(evutil_socket_t fd, short what, void *base)
{
	char text[16];
	ssize_t size;

	if (what & EV_TIMEOUT) {
		puts("nothing more for 20 ms");
		event_base_loopbreak(base);
		return;
	}
	size = read(fd, text, sizeof(text));
	printf("read: %.*s\n", (int)size, text);
}

int main(void)
{
	const struct timeval timeout = { 0, 20000 };
	struct event_base *base = event_base_new();
	struct event *event;
	int ends[2];

	if (!base || socketpair(AF_UNIX, SOCK_STREAM, 0, ends))
		return 1;
	printf("the library says that it is %s\n", event_get_version());
	event = event_new(base, ends[0], EV_READ | EV_PERSIST, read_or_give_up, base);
	event_add(event, &timeout);
	if (write(ends[1], "hello", 5) != 5)
		return 1;
	event_base_dispatch(base);
	event_free(event);
	event_base_free(base);
	return 0;
}
