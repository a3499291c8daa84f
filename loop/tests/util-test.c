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
#include <sys/socket.h>
#include <sys/un.h>
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
	for (int i = 0; i < 2; i++) { /* twice is as once */
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

/* Also of the internet's family, which the system has no pairs of: over loopback. */
static void test_socket_pairs(void **state)
{
	static const int families[] = { AF_UNIX, AF_INET };
	char bytes[4];
	int pair[2];

	(void)state;
	for (int i = 0; i < 2; i++) {
		assert_int_equal(evutil_socketpair(families[i], SOCK_STREAM, 0, pair), 0);
		assert_int_equal(write(pair[0], "abc", 3), 3);
		assert_int_equal(read(pair[1], bytes, sizeof(bytes)), 3);
		assert_int_equal(write(pair[1], "d", 1), 1);
		assert_int_equal(read(pair[0], bytes, sizeof(bytes)), 1);
		close(pair[0]);
		close(pair[1]);
	}
	assert_int_equal(evutil_socketpair(AF_INET6 + 1000, SOCK_STREAM, 0, pair), -1);
	assert_int_equal(evutil_socketpair(AF_UNIX, SOCK_STREAM, 12345, pair), -1);
}

static void test_listening_sockets(void **state)
{
	int fd = socket(AF_INET, SOCK_STREAM, 0), six = socket(AF_INET6, SOCK_STREAM, 0);

	(void)state;
	assert_int_equal(evutil_make_listen_socket_reuseable(fd), 0);
	assert_true(option_of(fd, SOL_SOCKET, SO_REUSEADDR));
	assert_int_equal(evutil_make_listen_socket_reuseable_port(fd), 0);
	assert_true(option_of(fd, SOL_SOCKET, SO_REUSEPORT));
	assert_int_equal(evutil_make_tcp_listen_socket_deferred(fd), 0);
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

/* Many zeros, for what is long is written short. */
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
	if (loopback) {
		assert_int_equal(evutil_inet_pton_scope(AF_INET6, "fe80::1%lo", address, &scope),
				 1);
		assert_int_equal(scope, loopback);
		assert_memory_equal(address, plain, 16);
	}
	assert_int_equal(evutil_inet_pton_scope(AF_INET6, "fe80::1%nosuch0", address, &scope), 0);
	assert_int_equal(evutil_inet_pton_scope(AF_INET, "1.2.3.4", address, &scope), 1);
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
		"1.2.3.4:0x50", "1.2.3.4:65536", "1.2.3.4:0", "1.2.3.4:-1", "[::1",	   "[::1]x",
		"[::1]:",	"host:80",	 "1.2.3:80",  "",	    "[1.2.3.4]:80"
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
	for (int size = 0; size < (int)sizeof(struct sockaddr_in); size++) {
		int room = size;

		assert_int_equal(
			evutil_parse_sockaddr_port("1.2.3.4:5", (struct sockaddr *)&parsed, &room),
			-1);
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

/* Always ended, and what it returns is what there would have been room needed for. */
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
	assert_int_equal(evutil_snprintf(buffer, 0, "abc"), 0);
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
			     0); /* letters of ASCII only */
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
	evutil_date_rfc1123(small, sizeof(small), &when);
	assert_true(memchr(small, '\0', sizeof(small)) != NULL);
	assert_true(evutil_date_rfc1123(text, sizeof(text), NULL) > 0); /* now */
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
	assert_int_equal(bytes[0], 0);
	evutil_secure_rng_get_bytes(bytes, 64);
	for (int i = 0; i < 64; i++)
		zeros += !bytes[i];
	assert_true(zeros < 16); /* by chance once in 10^21 */
	assert_int_equal(bytes[64], 0);
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(test_socket_flags),
	cmocka_unit_test(test_socket_pairs),
	cmocka_unit_test(test_listening_sockets),
	cmocka_unit_test(test_socket_errors),
	cmocka_unit_test(test_addresses),
	cmocka_unit_test(test_wrong_addresses),
	cmocka_unit_test(test_scopes),
	cmocka_unit_test(test_addresses_with_ports),
	cmocka_unit_test(test_comparing_addresses),
	cmocka_unit_test(test_looking_up_numbers),
	cmocka_unit_test(test_numbers),
	cmocka_unit_test(test_printing),
	cmocka_unit_test(test_comparing_text),
	cmocka_unit_test(test_dates),
	cmocka_unit_test(test_time_arithmetic),
	cmocka_unit_test(test_monotonic_time),
	cmocka_unit_test(test_random_bytes),
};

int main(void)
{
	LOOP_TEST_RUN(tests);
}
