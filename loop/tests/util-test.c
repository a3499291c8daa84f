/*
 * util-test - the evutil_ functions, with good input and bad
 */
#include <event2/util.h>

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <net/if.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <stdbool.h>
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

/* ------------------------------------------------------------------------------------ sockets */

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

/* The lowest free descriptor. */
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

/* The system has no pairs of AF_INET. evutil_socketpair connects two sockets over loopback. */
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

/* A pair over loopback needs a third socket. If any of the three fails, the others are closed. */
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

/* A refused call leaves no descriptor open. */
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

/* Datagram sockets keep the boundaries of messages. */
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

/* ---------------------------------------------------------------------------------- addresses */

static void same_as_the_c_librarys(int family, const unsigned char *address)
{
	char ours[64], theirs[64];
	unsigned char back[16] = { 0 };

	assert_ptr_equal(evutil_inet_ntop(family, address, ours, sizeof(ours)), ours);
	assert_non_null(inet_ntop(family, address, theirs, sizeof(theirs)));
	assert_string_equal(ours, theirs);
	assert_int_equal(evutil_inet_pton(family, ours, back), 1);
	assert_memory_equal(back, address, family == AF_INET ? 4 : 16);
}

/* Many bytes are zero, because the text shortens runs of zeros. */
static void test_addresses(void **state)
{
	unsigned char address[16];
	unsigned seed = 1;

	(void)state;
	print_message("seed %u\n", seed);
	srand(seed);
	for (int i = 0; i < 5000; i++) {
		for (int byte = 0; byte < 16; byte++)
			address[byte] = rand() % 3 ? 0 : (unsigned char)rand();
		same_as_the_c_librarys(AF_INET, address);
		same_as_the_c_librarys(AF_INET6, address);
	}
}

/* Texts that are nearly addresses: an address in which some characters are overwritten. */
static void test_texts_that_may_be_addresses(void **state)
{
	static const char letters[] = "0123456789abcdefABCDEFg:.%x -";
	unsigned seed = 2;
	int taken = 0;

	(void)state;
	print_message("seed %u\n", seed);
	srand(seed);
	for (int i = 0; i < 20000; i++) {
		int family = rand() % 2 ? AF_INET : AF_INET6;
		unsigned char address[16], ours[16] = { 0 }, theirs[16] = { 0 };
		char text[64];

		for (int byte = 0; byte < 16; byte++)
			address[byte] = rand() % 2 ? 0 : (unsigned char)rand();
		inet_ntop(family, address, text, sizeof(text));
		for (int changes = rand() % 3; changes; changes--)
			text[(size_t)rand() % strlen(text)] =
				letters[(size_t)rand() % (sizeof(letters) - 1)];
		assert_int_equal(evutil_inet_pton(family, text, ours),
				 inet_pton(family, text, theirs));
		taken += inet_pton(family, text, theirs) == 1;
		assert_memory_equal(ours, theirs, sizeof(ours));
	}
	assert_in_range(taken, 2000, 18000); /* else one answer was not tried */
}

static void test_wrong_addresses(void **state)
{
	static const char *const four[] = { "", "1.2.3", "1.2.3.256", "1.2.3.4.5", "a.b.c.d" };
	static const char *const six[] = {
		"", ":", "1::2::3", "1:2:3:4:5:6:7:8:9", "::g", "::10000"
	};
	unsigned char address[16];
	char text[8];

	(void)state;
	for (size_t i = 0; i < sizeof(four) / sizeof(*four); i++)
		assert_int_equal(evutil_inet_pton(AF_INET, four[i], address), 0);
	for (size_t i = 0; i < sizeof(six) / sizeof(*six); i++)
		assert_int_equal(evutil_inet_pton(AF_INET6, six[i], address), 0);
	assert_int_equal(evutil_inet_pton(AF_UNIX, "1.2.3.4", address), -1);
	memset(address, 255, sizeof(address));
	assert_null(evutil_inet_ntop(AF_INET, address, text, sizeof(text)));
	assert_null(evutil_inet_ntop(AF_INET6, address, text, sizeof(text)));
	assert_null(evutil_inet_ntop(AF_UNIX, address, text, sizeof(text)));
}

static void test_scopes(void **state)
{
	unsigned char address[16], plain[16];
	unsigned scope = 7, loopback = if_nametoindex("lo");

	(void)state;
	evutil_inet_pton(AF_INET6, "fe80::1", plain);
	assert_int_equal(evutil_inet_pton_scope(AF_INET6, "fe80::1", address, &scope), 1);
	assert_int_equal(scope, 0);
	assert_memory_equal(address, plain, 16);
	assert_int_equal(evutil_inet_pton_scope(AF_INET6, "fe80::1%3", address, &scope), 1);
	assert_int_equal(scope, 3);
	assert_int_equal(evutil_inet_pton_scope(AF_INET6, "fe80::1%0", address, &scope), 1);
	assert_int_equal(scope, 0);
	assert_memory_equal(address, plain, 16);
	if (loopback) {
		assert_int_equal(evutil_inet_pton_scope(AF_INET6, "fe80::1%lo", address, &scope),
				 1);
		assert_int_equal(scope, loopback);
		assert_memory_equal(address, plain, 16);
	}
	assert_int_equal(evutil_inet_pton_scope(AF_INET, "1.2.3.4", address, &scope), 1);
	assert_int_equal(scope, 0);
}

static void test_wrong_scopes(void **state)
{
	static const char *const wrong[] = {
		"fe80::1%nosuch0",    "fe80::1%",   "fe80::1%3x", "fe80::1%%3",
		"fe80::g%3",	      "%3",	    "%",	  "1.2.3.4%3",
		"fe80::1%4294967296", "fe80::1%-1", "fe80::1%3%3"
	};
	unsigned char address[16];
	char text[300];
	unsigned scope;

	(void)state;
	for (size_t i = 0; i < sizeof(wrong) / sizeof(*wrong); i++) {
		if (evutil_inet_pton_scope(AF_INET6, wrong[i], address, &scope) != 0)
			fail_msg("'%s' was taken", wrong[i]);
	}
	for (size_t length = 30; length < sizeof(text) - 3; length++) { /* longer than any buffer */
		memset(text, '1', length);
		snprintf(text + length, 3, "%%3");
		assert_int_equal(evutil_inet_pton_scope(AF_INET6, text, address, &scope), 0);
	}
	assert_int_equal(evutil_inet_pton_scope(AF_INET, "1.2.3.4%3", address, &scope), 0);
	assert_int_equal(evutil_inet_pton_scope(AF_UNIX, "1.2.3.4", address, &scope), -1);
}

static void parses(const char *text, int family, const char *address, int port)
{
	struct sockaddr_storage parsed;
	int size = sizeof(parsed);
	char back[64];

	assert_int_equal(evutil_parse_sockaddr_port(text, (struct sockaddr *)&parsed, &size), 0);
	assert_int_equal(parsed.ss_family, family);
	if (family == AF_INET) {
		const struct sockaddr_in *four = (const struct sockaddr_in *)&parsed;

		assert_int_equal(size, sizeof(*four));
		assert_int_equal(ntohs(four->sin_port), port);
		evutil_inet_ntop(AF_INET, &four->sin_addr, back, sizeof(back));
	} else {
		const struct sockaddr_in6 *six = (const struct sockaddr_in6 *)&parsed;

		assert_int_equal(size, sizeof(*six));
		assert_int_equal(ntohs(six->sin6_port), port);
		evutil_inet_ntop(AF_INET6, &six->sin6_addr, back, sizeof(back));
	}
	assert_string_equal(back, address);
}

static void test_addresses_with_ports(void **state)
{
	static const char *const wrong[] = {
		"1.2.3.4:0x50", "1.2.3.4:65536", "1.2.3.4:0",	"1.2.3.4:-1", "[::1",
		"[::1]x",	"[::1]:",	 "host:80",	"1.2.3:80",   "",
		"[1.2.3.4]:80", "1.2.3.4: 80",	 "1.2.3.4:+80", "[::1]: 80"
	};
	struct sockaddr_storage parsed;

	(void)state;
	parses("1.2.3.4", AF_INET, "1.2.3.4", 0);
	parses("1.2.3.4:8080", AF_INET, "1.2.3.4", 8080);
	parses("::1", AF_INET6, "::1", 0);
	parses("[::1]", AF_INET6, "::1", 0);
	parses("[fe80::2]:65535", AF_INET6, "fe80::2", 65535);
	for (size_t i = 0; i < sizeof(wrong) / sizeof(*wrong); i++) {
		int size = sizeof(parsed);

		if (!evutil_parse_sockaddr_port(wrong[i], (struct sockaddr *)&parsed, &size))
			fail_msg("'%s' was taken", wrong[i]);
	}
}

/*
 * With too little room the call fails and writes nothing outside it. ASan would see such a write.
 */
static void test_too_little_room_for_an_address(void **state)
{
	static const struct {
		const char *text;
		int needs;
	} forms[] = { { "1.2.3.4:5", (int)sizeof(struct sockaddr_in) },
		      { "[::1]:5", (int)sizeof(struct sockaddr_in6) } };

	(void)state;
	for (int form = 0; form < 2; form++) {
		for (int size = -1; size <= forms[form].needs; size++) {
			struct sockaddr *room = malloc(size > 0 ? (size_t)size : 1);
			int given = size;
			int result = evutil_parse_sockaddr_port(forms[form].text, room, &given);

			assert_int_equal(result, size < forms[form].needs ? -1 : 0);
			assert_int_equal(given, size);
			free(room);
		}
	}
}

static void test_addresses_with_scopes_and_long_ones(void **state)
{
	struct sockaddr_in6 parsed;
	int size = sizeof(parsed);
	char text[400];

	(void)state;
	assert_int_equal(
		evutil_parse_sockaddr_port("[fe80::1%3]:80", (struct sockaddr *)&parsed, &size), 0);
	assert_int_equal(parsed.sin6_scope_id, 3);
	assert_int_equal(ntohs(parsed.sin6_port), 80);
	for (size_t length = 100; length < sizeof(text) - 1; length++) {
		memset(text, '1', length);
		text[length] = '\0';
		text[0] = length % 2 ? '[' : '1';
		text[length - 1] = length % 2 ? ']' : '1';
		size = sizeof(parsed);
		assert_int_equal(
			evutil_parse_sockaddr_port(text, (struct sockaddr *)&parsed, &size), -1);
	}
}

static struct sockaddr_storage address_of(const char *text)
{
	struct sockaddr_storage address;
	int size = sizeof(address);

	memset(&address, 0, sizeof(address));
	assert_int_equal(evutil_parse_sockaddr_port(text, (struct sockaddr *)&address, &size), 0);
	return address;
}

static int compare(const char *a, const char *b, int with_port)
{
	const struct sockaddr_storage left = address_of(a), right = address_of(b);
	int there = evutil_sockaddr_cmp((const struct sockaddr *)&left,
					(const struct sockaddr *)&right, with_port);
	int back = evutil_sockaddr_cmp((const struct sockaddr *)&right,
				       (const struct sockaddr *)&left, with_port);

	assert_int_equal((there > 0) - (there < 0), (back < 0) - (back > 0));
	return (there > 0) - (there < 0);
}

static void test_comparing_addresses(void **state)
{
	(void)state;
	assert_int_equal(compare("1.2.3.4:5", "1.2.3.4:5", 1), 0);
	assert_int_equal(compare("1.2.3.4:5", "1.2.3.4:6", 0), 0);
	assert_int_not_equal(compare("1.2.3.4:5", "1.2.3.4:6", 1), 0);
	assert_int_not_equal(compare("1.2.3.4", "1.2.3.5", 0), 0);
	assert_int_equal(compare("[::1]:5", "[::1]:6", 0), 0);
	assert_int_not_equal(compare("[::1]:5", "[::1]:6", 1), 0);
	assert_int_not_equal(compare("::1", "::2", 0), 0);
	assert_int_not_equal(compare("1.2.3.4", "::1", 0), 0);
	assert_int_not_equal(compare("1.2.3.4:5", "1.2.3.5:5", 1), 0);
}

/* The comparison orders any three addresses, so that a program can sort by it. */
static void test_order_of_addresses(void **state)
{
	static const char *const texts[] = { "1.2.3.4:5", "1.2.3.4:1024", "200.2.3.4:5", "1.2.3.4",
					     "[::1]:5",	  "[::1]:1024",	  "[ff::]:5",	 "::1" };
	const int count = sizeof(texts) / sizeof(*texts);

	(void)state;
	for (int a = 0; a < count; a++) {
		for (int b = 0; b < count; b++) {
			int order = compare(texts[a], texts[b], 1);

			assert_int_equal(order == 0, a == b);
			for (int c = 0; c < count && order < 0; c++) {
				if (compare(texts[b], texts[c], 1) < 0)
					assert_true(compare(texts[a], texts[c], 1) < 0);
			}
		}
	}
}

static void test_looking_up_numbers(void **state)
{
	struct evutil_addrinfo hints = { .ai_flags = EVUTIL_AI_NUMERICHOST | EVUTIL_AI_NUMERICSERV,
					 .ai_socktype = SOCK_STREAM };
	struct evutil_addrinfo *found = NULL;

	(void)state;
	assert_int_equal(evutil_getaddrinfo("10.1.2.3", "80", &hints, &found), 0);
	assert_int_equal(found->ai_family, AF_INET);
	assert_int_equal(ntohs(((struct sockaddr_in *)found->ai_addr)->sin_port), 80);
	evutil_freeaddrinfo(found);
	assert_int_equal(evutil_getaddrinfo("not.a.number", "80", &hints, &found),
			 EVUTIL_EAI_NONAME);
	assert_int_not_equal(evutil_getaddrinfo(NULL, NULL, &hints, &found), 0);
	assert_true(*evutil_gai_strerror(EVUTIL_EAI_NONAME));
	assert_true(*evutil_gai_strerror(EVUTIL_EAI_CANCEL));
	assert_true(*evutil_gai_strerror(-123456));
	assert_string_not_equal(evutil_gai_strerror(EVUTIL_EAI_CANCEL),
				evutil_gai_strerror(EVUTIL_EAI_NONAME));
}

/* The result has the family, the type and the port that were asked for. */
static void test_hints(void **state)
{
	static const int families[] = { AF_INET, AF_INET6 };
	static const char *const any[] = { "0.0.0.0", "::" };

	(void)state;
	for (int i = 0; i < 2; i++) {
		struct evutil_addrinfo hints = { .ai_flags =
							 EVUTIL_AI_PASSIVE | EVUTIL_AI_NUMERICSERV,
						 .ai_family = families[i],
						 .ai_socktype = SOCK_DGRAM };
		struct evutil_addrinfo *found = NULL;
		char text[NI_MAXHOST], port[NI_MAXSERV];

		assert_int_equal(evutil_getaddrinfo(NULL, "53", &hints, &found), 0);
		assert_non_null(found);
		assert_int_equal(found->ai_family, families[i]);
		assert_int_equal(found->ai_socktype, SOCK_DGRAM);
		assert_int_equal(getnameinfo(found->ai_addr, found->ai_addrlen, text, sizeof(text),
					     port, sizeof(port), NI_NUMERICHOST | NI_NUMERICSERV),
				 0);
		assert_string_equal(text, any[i]);
		assert_string_equal(port, "53");
		evutil_freeaddrinfo(found);
	}
	evutil_freeaddrinfo(NULL);
}

static void test_wrong_hints(void **state)
{
	const int numeric = EVUTIL_AI_NUMERICHOST | EVUTIL_AI_NUMERICSERV;
	const struct {
		struct evutil_addrinfo hints;
		const char *node, *service;
		int error;
	} wrong[] = {
		{ { .ai_flags = 1 << 30 }, "1.2.3.4", "80", EVUTIL_EAI_BADFLAGS },
		{ { .ai_flags = numeric | EVUTIL_AI_CANONNAME }, NULL, "80", EVUTIL_EAI_BADFLAGS },
		{ { .ai_flags = numeric, .ai_family = 12345 }, "::1", "80", EVUTIL_EAI_FAMILY },
		{ { .ai_flags = numeric, .ai_socktype = 12345 }, "::1", "80", EVUTIL_EAI_SOCKTYPE },
		{ { .ai_flags = numeric, .ai_socktype = SOCK_RAW },
		  "::1",
		  "80",
		  EVUTIL_EAI_SERVICE },
		{ { .ai_flags = numeric }, "::1", "http", EVUTIL_EAI_NONAME },
		{ { .ai_flags = numeric, .ai_family = AF_INET },
		  "::1",
		  "80",
		  EVUTIL_EAI_ADDRFAMILY },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(wrong) / sizeof(*wrong); i++) {
		struct evutil_addrinfo *found = NULL;
		int error = evutil_getaddrinfo(wrong[i].node, wrong[i].service, &wrong[i].hints,
					       &found);

		if (error != wrong[i].error)
			fail_msg("hints %zu: '%s'", i, evutil_gai_strerror(error));
		assert_string_equal(evutil_gai_strerror(error), gai_strerror(error));
	}
}

/* --------------------------------------------------------------------------------------- text */

static void test_numbers(void **state)
{
	char *end;

	(void)state;
	assert_true(evutil_strtoll("9223372036854775807", &end, 10) == EV_INT64_MAX && !*end);
	assert_true(evutil_strtoll("-9223372036854775808x", &end, 10) == EV_INT64_MIN &&
		    *end == 'x');
	assert_true(evutil_strtoll("0x7f", NULL, 16) == 127);
	assert_true(evutil_strtoll("z", &end, 10) == 0 && *end == 'z');
	assert_true(evutil_strtoll("0x10", NULL, 0) == 16 && evutil_strtoll("010", NULL, 0) == 8);
	errno = 0;
	assert_true(evutil_strtoll("9223372036854775808", &end, 10) == EV_INT64_MAX && !*end);
	assert_int_equal(errno, ERANGE);
	errno = 0;
	assert_true(evutil_strtoll("-9223372036854775809", &end, 10) == EV_INT64_MIN && !*end);
	assert_int_equal(errno, ERANGE);
	errno = 0;
	assert_true(evutil_strtoll("1", &end, 99) == 0);
	assert_int_equal(errno, EINVAL);
}

static int print(char *buffer, size_t size, const char *format, ...)
{
	va_list arguments;
	int result;

	va_start(arguments, format);
	result = evutil_vsnprintf(buffer, size, format, arguments);
	va_end(arguments);
	return result;
}

/* The text always ends in a zero byte. The result is the length that the whole text would have. */
static void test_printing(void **state)
{
	char buffer[6];

	(void)state;
	assert_int_equal(evutil_snprintf(buffer, sizeof(buffer), "%d%s", 12, "abc"), 5);
	assert_string_equal(buffer, "12abc");
	assert_int_equal(evutil_snprintf(buffer, sizeof(buffer), "%s", "abcdefgh"), 8);
	assert_string_equal(buffer, "abcde");
	assert_int_equal(print(buffer, 1, "%s", "xyz"), 3);
	assert_string_equal(buffer, "");
	memcpy(buffer, "kept", 5);
	assert_int_equal(evutil_snprintf(buffer, 0, "abc"), 0); /* as in libevent; C99 says 3 */
	assert_string_equal(buffer, "kept");
}

static void test_printing_at_every_size(void **state)
{
	(void)state;
	for (size_t size = 1; size < 16; size++) {
		char *buffer = malloc(size);

		assert_int_equal(evutil_snprintf(buffer, size, "%s", "0123456789"), 10);
		assert_int_equal(strlen(buffer), size > 10 ? 10 : size - 1);
		assert_memory_equal(buffer, "0123456789", strlen(buffer));
		free(buffer);
	}
}

static void test_comparing_text(void **state)
{
	(void)state;
	assert_int_equal(evutil_ascii_strcasecmp("aBc", "AbC"), 0);
	assert_true(evutil_ascii_strcasecmp("abc", "abd") < 0);
	assert_true(evutil_ascii_strcasecmp("abcd", "abc") > 0);
	assert_true(evutil_ascii_strcasecmp("", "a") < 0);
	assert_int_equal(evutil_ascii_strncasecmp("abcX", "ABCy", 3), 0);
	assert_true(evutil_ascii_strncasecmp("abcX", "ABCy", 4) < 0);
	assert_int_equal(evutil_ascii_strncasecmp("a", "b", 0), 0);
	assert_int_equal(evutil_ascii_strncasecmp("ab", "AB", 9), 0);
	assert_int_not_equal(evutil_ascii_strcasecmp("\xc4", "\xe4"),
			     0); /* only letters of ASCII */
}

/*
 * Every byte is compared with every other. Only the two cases of a letter are equal to each other.
 */
static void test_comparing_all_letters(void **state)
{
	(void)state;
	for (int a = 1; a < 256; a++) {
		for (int b = 1; b < 256; b++) {
			const char left[] = { (char)a, 0 }, right[] = { (char)b, 0 };
			int low = a >= 'A' && a <= 'Z' ? a + 32 : a;
			int other = b >= 'A' && b <= 'Z' ? b + 32 : b;
			int expected = (low > other) - (low < other);

			assert_int_equal(evutil_ascii_strcasecmp(left, right), expected);
			assert_int_equal(evutil_ascii_strncasecmp(left, right, 1), expected);
		}
	}
}

static void test_dates(void **state)
{
	const struct tm when = { .tm_year = 94,
				 .tm_mon = 10,
				 .tm_mday = 6,
				 .tm_hour = 8,
				 .tm_min = 49,
				 .tm_sec = 37,
				 .tm_wday = 0 };
	char text[64], small[8];

	(void)state;
	assert_int_equal(evutil_date_rfc1123(text, sizeof(text), &when), 29);
	assert_string_equal(text, "Sun, 06 Nov 1994 08:49:37 GMT"); /* RFC 7231's example */
	assert_int_equal(evutil_date_rfc1123(small, sizeof(small), &when), 29);
	assert_string_equal(small, "Sun, 06");
}

/* The result is that of strftime in the C locale, on all days of the week and in all months. */
static void test_dates_of_a_year(void **state)
{
	(void)state;
	for (time_t day = 0; day < 366; day++) {
		time_t at = 1700000000 + day * 86461;
		char ours[64], theirs[64];
		struct tm when;

		gmtime_r(&at, &when);
		strftime(theirs, sizeof(theirs), "%a, %d %b %Y %H:%M:%S GMT", &when);
		assert_int_equal(evutil_date_rfc1123(ours, sizeof(ours), &when), 29);
		assert_string_equal(ours, theirs);
	}
}

static void test_the_date_of_now(void **state)
{
	time_t before = time(NULL), after;
	char text[64], expected[64];
	struct tm when;
	bool found = false;

	(void)state;
	assert_int_equal(evutil_date_rfc1123(text, sizeof(text), NULL), 29);
	after = time(NULL);
	for (time_t at = before; at <= after && !found; at++) {
		gmtime_r(&at, &when);
		evutil_date_rfc1123(expected, sizeof(expected), &when);
		found = !strcmp(text, expected);
	}
	assert_true(found);
}

/* --------------------------------------------------------------------------------------- time */

static void test_time_arithmetic(void **state)
{
	const struct timeval a = { 1, 600000 }, b = { 2, 700000 };
	struct timeval result;

	(void)state;
	evutil_timeradd(&a, &b, &result);
	assert_true(result.tv_sec == 4 && result.tv_usec == 300000);
	evutil_timersub(&b, &a, &result);
	assert_true(result.tv_sec == 1 && result.tv_usec == 100000);
	assert_true(evutil_timercmp(&a, &b, <) && evutil_timercmp(&b, &a, >));
	assert_true(evutil_timercmp(&a, &a, ==) && evutil_timercmp(&a, &a, <=));
	assert_true(evutil_timercmp(&a, &b, !=) && !evutil_timercmp(&a, &b, >=));
	assert_true(evutil_timerisset(&a));
	evutil_timerclear(&result);
	assert_false(evutil_timerisset(&result));
	assert_int_equal(evutil_gettimeofday(&result, NULL), 0);
	assert_true(evutil_timerisset(&result));
}

static void test_carrying_and_borrowing(void **state)
{
	const struct timeval a = { 1, 999999 }, b = { 0, 1 }, c = { 2, 0 };
	struct timeval result;

	(void)state;
	evutil_timeradd(&a, &b, &result);
	assert_true(evutil_timercmp(&result, &c, ==));
	evutil_timersub(&c, &b, &result);
	assert_true(evutil_timercmp(&result, &a, ==));
	evutil_timersub(&b, &c, &result); /* of a negative time, only the seconds are negative */
	assert_true(result.tv_sec == -2 && result.tv_usec == 1);
	assert_true(evutil_timercmp(&a, &c, <) && !evutil_timercmp(&c, &a, <=));
	assert_true(evutil_timerisset(&b) && evutil_timerisset(&c));
}

/* The time lies between two readings of the clock that the flags select. */
static void test_which_clock_is_read(void **state)
{
	static const struct {
		int flags;
		clockid_t clock;
	} clocks[] = { { 0, CLOCK_MONOTONIC_COARSE },
		       { EV_MONOT_PRECISE, CLOCK_MONOTONIC },
		       { EV_MONOT_FALLBACK, CLOCK_REALTIME },
		       { EV_MONOT_FALLBACK | EV_MONOT_PRECISE, CLOCK_REALTIME } };
	struct evutil_monotonic_timer *timer = evutil_monotonic_timer_new();

	(void)state;
	for (size_t i = 0; i < sizeof(clocks) / sizeof(*clocks); i++) {
		struct timespec before, after;
		struct timeval now;
		int64_t time;

		assert_int_equal(evutil_configure_monotonic_time(timer, clocks[i].flags), 0);
		clock_gettime(clocks[i].clock, &before);
		assert_int_equal(evutil_gettime_monotonic(timer, &now), 0);
		clock_gettime(clocks[i].clock, &after);
		assert_in_range(now.tv_usec, 0, 999999);
		time = now.tv_sec * INT64_C(1000000) + now.tv_usec;
		assert_true(time >= before.tv_sec * INT64_C(1000000) + before.tv_nsec / 1000);
		assert_true(time <= after.tv_sec * INT64_C(1000000) + after.tv_nsec / 1000);
	}
	evutil_monotonic_timer_free(timer);
	evutil_monotonic_timer_free(NULL);
}

static void test_monotonic_time(void **state)
{
	static const int flags[] = { 0, EV_MONOT_PRECISE, EV_MONOT_FALLBACK };
	struct evutil_monotonic_timer *timer = evutil_monotonic_timer_new();

	(void)state;
	assert_non_null(timer);
	for (int i = 0; i < 3; i++) {
		struct timeval before, now;

		assert_int_equal(evutil_configure_monotonic_time(timer, flags[i]), 0);
		assert_int_equal(evutil_gettime_monotonic(timer, &before), 0);
		for (int k = 0; k < 1000; k++) {
			assert_int_equal(evutil_gettime_monotonic(timer, &now), 0);
			assert_false(evutil_timercmp(&now, &before, <));
			before = now;
		}
	}
	evutil_monotonic_timer_free(timer);
}

static void test_random_bytes(void **state)
{
	unsigned char bytes[65] = { 0 };
	int zeros = 0;

	(void)state;
	assert_int_equal(evutil_secure_rng_init(), 0);
	assert_int_equal(evutil_secure_rng_set_urandom_device_file((char *)"/dev/urandom"), 0);
	evutil_secure_rng_add_bytes("abc", 3);
	evutil_secure_rng_get_bytes(bytes, 0);
	evutil_secure_rng_get_bytes(NULL, 0);
	assert_int_equal(bytes[0], 0);
	evutil_secure_rng_get_bytes(bytes, 64);
	for (int i = 0; i < 64; i++)
		zeros += !bytes[i];
	assert_true(zeros < 16); /* not so once in 10^21 runs, by chance */
	assert_int_equal(bytes[64], 0);
}

/* Every byte that was asked for is written, and none behind them. Two calls differ. */
static void test_random_lengths(void **state)
{
	unsigned char first[32], other[32];

	(void)state;
	for (size_t size = 1; size <= sizeof(first); size++) {
		unsigned char all_ones[32] = { 0 };
		unsigned char *bytes = malloc(size);

		for (int i = 0; i < 64; i++) { /* a bit stays 0 once in 2^64 runs */
			evutil_secure_rng_get_bytes(bytes, size);
			for (size_t byte = 0; byte < size; byte++)
				all_ones[byte] |= bytes[byte];
		}
		for (size_t byte = 0; byte < size; byte++)
			assert_int_equal(all_ones[byte], 255);
		free(bytes);
	}
	evutil_secure_rng_get_bytes(first, sizeof(first));
	evutil_secure_rng_get_bytes(other, sizeof(other));
	assert_memory_not_equal(first, other, sizeof(first));
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(test_socket_flags),
	cmocka_unit_test(test_socket_pairs),
	cmocka_unit_test(test_socket_pairs_without_descriptors),
	cmocka_unit_test(test_wrong_socket_pairs),
	cmocka_unit_test(test_pairs_of_datagram_sockets),
	cmocka_unit_test(test_listening_sockets),
	cmocka_unit_test(test_socket_errors),
	cmocka_unit_test(test_addresses),
	cmocka_unit_test(test_texts_that_may_be_addresses),
	cmocka_unit_test(test_wrong_addresses),
	cmocka_unit_test(test_scopes),
	cmocka_unit_test(test_wrong_scopes),
	cmocka_unit_test(test_addresses_with_ports),
	cmocka_unit_test(test_too_little_room_for_an_address),
	cmocka_unit_test(test_addresses_with_scopes_and_long_ones),
	cmocka_unit_test(test_comparing_addresses),
	cmocka_unit_test(test_order_of_addresses),
	cmocka_unit_test(test_looking_up_numbers),
	cmocka_unit_test(test_hints),
	cmocka_unit_test(test_wrong_hints),
	cmocka_unit_test(test_numbers),
	cmocka_unit_test(test_printing),
	cmocka_unit_test(test_printing_at_every_size),
	cmocka_unit_test(test_comparing_text),
	cmocka_unit_test(test_comparing_all_letters),
	cmocka_unit_test(test_dates),
	cmocka_unit_test(test_dates_of_a_year),
	cmocka_unit_test(test_the_date_of_now),
	cmocka_unit_test(test_time_arithmetic),
	cmocka_unit_test(test_carrying_and_borrowing),
	cmocka_unit_test(test_which_clock_is_read),
	cmocka_unit_test(test_monotonic_time),
	cmocka_unit_test(test_random_bytes),
	cmocka_unit_test(test_random_lengths),
};

int main(void)
{
	LOOP_TEST_RUN(tests);
}
