/*
 * socket-test - the evutil_ functions for sockets: flags, pairs, errors
 */
#include <event2/util.h>

#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdbool.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include "loop/tests/loop_test.h"

static int flag_of(int fd, int command, int flag)
{
	return !!(fcntl(fd, command) & flag);
}

static int option_of(int fd, int level, int option)
{
	int value = -1;
	socklen_t size = sizeof(value);

	assert_int_equal(getsockopt(fd, level, option, &value, &size), 0);
	return value;
}

static void test_socket_flags(void **state)
{
	int pair[2];

	(void)state;
	assert_int_equal(evutil_socketpair(AF_UNIX, SOCK_STREAM, 0, pair), 0);
	assert_int_equal(flag_of(pair[0], F_GETFL, O_NONBLOCK), 0);
	for (int i = 0; i < 2; i++) { /* a second call changes nothing */
		assert_int_equal(evutil_make_socket_nonblocking(pair[0]), 0);
		assert_int_equal(evutil_make_socket_closeonexec(pair[0]), 0);
	}
	assert_int_equal(flag_of(pair[0], F_GETFL, O_NONBLOCK), 1);
	assert_int_equal(flag_of(pair[0], F_GETFD, FD_CLOEXEC), 1);
	assert_int_equal(flag_of(pair[1], F_GETFL, O_NONBLOCK), 0);
	assert_int_equal(evutil_closesocket(pair[0]), 0);
	assert_int_equal(EVUTIL_CLOSESOCKET(pair[1]), 0);
	assert_int_equal(evutil_make_socket_nonblocking(pair[0]), -1);
	assert_int_equal(evutil_make_socket_closeonexec(-1), -1);
	assert_int_equal(evutil_closesocket(-1), -1);
}

/* Returns the lowest free descriptor. */
static int free_descriptor(void)
{
	int descriptor = dup(0);

	close(descriptor);
	return descriptor;
}

static int open_descriptors(void)
{
	int open = 0;

	for (int i = 0; i < 256; i++)
		open += fcntl(i, F_GETFD) >= 0;
	return open;
}

/* The system has no pairs of AF_INET, so evutil_socketpair connects two sockets over loopback. */
static void test_socket_pairs(void **state)
{
	static const int families[] = { AF_UNIX, AF_INET };
	int pair[2], before = open_descriptors();
	char bytes[4];

	(void)state;
	for (int i = 0; i < 2; i++) {
		assert_int_equal(evutil_socketpair(families[i], SOCK_STREAM, 0, pair), 0);
		assert_int_equal(write(pair[0], "abc", 3), 3);
		assert_int_equal(read(pair[1], bytes, sizeof(bytes)), 3);
		assert_int_equal(write(pair[1], "d", 1), 1);
		assert_int_equal(read(pair[0], bytes, sizeof(bytes)), 1);
		close(pair[0]);
		close(pair[1]);
		assert_int_equal(open_descriptors(), before);
	}
}

/*
 * A pair over loopback needs a third socket. If one of the three cannot be made, the others must be
 * closed.
 */
static void test_socket_pairs_without_descriptors(void **state)
{
	int pair[2], before = open_descriptors(), first = free_descriptor();
	struct rlimit limit, few;

	(void)state;
	assert_int_equal(getrlimit(RLIMIT_NOFILE, &limit), 0);
	few = limit;
	for (int room = 0; room < 3; room++) {
		int result, error;

		few.rlim_cur = (rlim_t)(first + room);
		assert_int_equal(setrlimit(RLIMIT_NOFILE, &few), 0);
		errno = 0;
		result = evutil_socketpair(AF_INET, SOCK_STREAM, 0, pair);
		error = errno;
		assert_int_equal(setrlimit(RLIMIT_NOFILE, &limit), 0);
		assert_int_equal(result, -1);
		assert_int_equal(error, EMFILE);
		assert_int_equal(open_descriptors(), before);
	}
}

/* A refused call must not leave a descriptor open. */
static void test_wrong_socket_pairs(void **state)
{
	static const struct {
		int family, type, protocol;
	} wrong[] = {
		{ AF_INET6 + 1000, SOCK_STREAM, 0 }, { AF_INET6, SOCK_STREAM, 0 },
		{ AF_UNIX, SOCK_STREAM, 12345 },     { AF_UNIX, 12345, 0 },
		{ AF_INET, SOCK_STREAM, 12345 },     { AF_INET, SOCK_DGRAM, 0 },
	};
	int pair[2], before = open_descriptors();

	(void)state;
	for (size_t i = 0; i < sizeof(wrong) / sizeof(*wrong); i++) {
		errno = 0;
		assert_int_equal(
			evutil_socketpair(wrong[i].family, wrong[i].type, wrong[i].protocol, pair),
			-1);
		assert_int_not_equal(errno, 0);
	}
	assert_int_equal(evutil_socketpair(AF_UNIX, SOCK_STREAM, 0, NULL), -1);
	assert_int_equal(errno, EINVAL);
	assert_int_equal(open_descriptors(), before);
}

/* Datagram sockets must keep the boundaries of messages. */
static void test_pairs_of_datagram_sockets(void **state)
{
	char bytes[8];
	int pair[2];

	(void)state;
	assert_int_equal(evutil_socketpair(AF_UNIX, SOCK_DGRAM, 0, pair), 0);
	assert_int_equal(write(pair[0], "ab", 2), 2);
	assert_int_equal(write(pair[0], "c", 1), 1);
	assert_int_equal(read(pair[1], bytes, sizeof(bytes)), 2);
	assert_int_equal(read(pair[1], bytes, sizeof(bytes)), 1);
	close(pair[0]);
	close(pair[1]);
}

static void test_listening_sockets(void **state)
{
	int fd = socket(AF_INET, SOCK_STREAM, 0), six = socket(AF_INET6, SOCK_STREAM, 0);

	(void)state;
	assert_int_equal(option_of(fd, SOL_SOCKET, SO_REUSEADDR), 0);
	assert_int_equal(option_of(fd, SOL_SOCKET, SO_REUSEPORT), 0);
	assert_int_equal(evutil_make_listen_socket_reuseable(fd), 0);
	assert_true(option_of(fd, SOL_SOCKET, SO_REUSEADDR));
	assert_int_equal(evutil_make_listen_socket_reuseable_port(fd), 0);
	assert_true(option_of(fd, SOL_SOCKET, SO_REUSEPORT));
	assert_int_equal(option_of(fd, IPPROTO_TCP, TCP_DEFER_ACCEPT), 0);
	assert_int_equal(evutil_make_tcp_listen_socket_deferred(fd), 0);
	assert_true(option_of(fd, IPPROTO_TCP, TCP_DEFER_ACCEPT));
	if (six >= 0) {
		assert_int_equal(evutil_make_listen_socket_ipv6only(six), 0);
		assert_true(option_of(six, IPPROTO_IPV6, IPV6_V6ONLY));
		close(six);
	}
	close(fd);
	assert_int_equal(evutil_make_listen_socket_reuseable(fd), -1);
	assert_int_equal(evutil_make_listen_socket_reuseable_port(fd), -1);
	assert_int_equal(evutil_make_listen_socket_ipv6only(fd), -1);
	assert_int_equal(evutil_make_tcp_listen_socket_deferred(fd), -1);
}

static void test_socket_errors(void **state)
{
	(void)state;
	EVUTIL_SET_SOCKET_ERROR(EAGAIN);
	assert_int_equal(EVUTIL_SOCKET_ERROR(), EAGAIN);
	assert_int_equal(evutil_socket_geterror(0), EAGAIN);
	assert_string_equal(evutil_socket_error_to_string(EAGAIN), strerror(EAGAIN));
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(test_socket_flags),
	cmocka_unit_test(test_socket_pairs),
	cmocka_unit_test(test_socket_pairs_without_descriptors),
	cmocka_unit_test(test_wrong_socket_pairs),
	cmocka_unit_test(test_pairs_of_datagram_sockets),
	cmocka_unit_test(test_listening_sockets),
	cmocka_unit_test(test_socket_errors),
};

int main(void)
{
	LOOP_TEST_RUN(tests);
}
