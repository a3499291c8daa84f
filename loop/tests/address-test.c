/*
 * address-test - the evutil_ functions for addresses: text, comparison, look-up
 */
#include <event2/util.h>

#include <arpa/inet.h>
#include <net/if.h>
#include <netinet/in.h>
#include <stdbool.h>
#include <sys/socket.h>

#include "loop/tests/loop_test.h"

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

/*
 * Compares random addresses. Many of their bytes are zero, because the text shortens runs of zeros.
 */
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

/* Tries texts that are nearly addresses: addresses in which some characters are overwritten. */
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
	assert_in_range(taken, 2000, 18000); /* otherwise one of the two answers was hardly tried */
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
 * If the room is too small, the call must fail and write nothing outside it. AddressSanitizer would
 * report such a write.
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

/* The comparison must be a total order, so that a program can sort by it. */
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

/* The result must have the requested family, type and port. */
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

static const struct CMUnitTest tests[] = {
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
};

int main(void)
{
	LOOP_TEST_RUN(tests);
}
