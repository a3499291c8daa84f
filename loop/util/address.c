/*
 * address.c - addresses to text and back, and comparison of addresses
 */
#include <event2/util.h>

#include <arpa/inet.h>
#include <ctype.h>
#include <net/if.h>
#include <netinet/in.h>
#include <stdbool.h>
#include <stdlib.h>

const char *evutil_inet_ntop(int family, const void *address, char *text, size_t size)
{
	return inet_ntop(family, address, text, (socklen_t)size);
}

int evutil_inet_pton(int family, const char *text, void *address)
{
	return inet_pton(family, text, address);
}

/*
 * Finds an interface by name or number. The number 0 means any interface. Returns false if the text
 * is neither.
 */
static bool find_interface(const char *text, unsigned *interface)
{
	unsigned long number;
	char *end;

	*interface = if_nametoindex(text);
	if (*interface)
		return true;
	number = strtoul(text, &end, 10);
	if (!isdigit((unsigned char)*text) || *end || number > UINT32_MAX)
		return false;
	*interface = (unsigned)number;
	return true;
}

int evutil_inet_pton_scope(int family, const char *text, void *address, unsigned *interface)
{
	const char *percent = strchr(text, '%');
	char bare[INET6_ADDRSTRLEN];

	*interface = 0;
	if (family != AF_INET6 || !percent)
		return inet_pton(family, text, address);
	if (!find_interface(percent + 1, interface) || (size_t)(percent - text) >= sizeof(bare))
		return 0;
	memcpy(bare, text, (size_t)(percent - text));
	bare[percent - text] = '\0';
	return inet_pton(family, bare, address);
}

/* The part of a text that may be an address, and the part that may be a port. */
struct parts {
	char host[128];
	const char *port; /* NULL if there is none */
	int family;
};

/* Returns 0, or -1 if the text has none of the forms of evutil_parse_sockaddr_port (util.h). */
static int take_apart(const char *text, struct parts *parts)
{
	const char *colon = strchr(text, ':'), *end;

	*parts = (struct parts){ .family = AF_INET };
	if (*text == '[') {
		end = strchr(++text, ']');
		if (!end || (end[1] && end[1] != ':'))
			return -1;
		parts->family = AF_INET6;
		parts->port = end[1] ? end + 2 : NULL;
	} else if (colon && strchr(colon + 1, ':')) {
		parts->family = AF_INET6;
		end = text + strlen(text);
	} else {
		end = colon ? colon : text + strlen(text);
		parts->port = colon ? colon + 1 : NULL;
	}
	if ((size_t)(end - text) >= sizeof(parts->host))
		return -1;
	memcpy(parts->host, text, (size_t)(end - text));
	return 0;
}

/* Returns 1 to 65535, or 0 if `text` is NULL, or -1 for any other text. */
static int parse_port(const char *text)
{
	char *end;
	long port;

	if (!text)
		return 0;
	/* strtol would accept blanks and a sign before the digits. */
	if (!isdigit((unsigned char)*text))
		return -1;
	port = strtol(text, &end, 10);
	return !*end && port > 0 && port <= 65535 ? (int)port : -1;
}

static int fill_in(const void *address, size_t used, struct sockaddr *out, int *size)
{
	if ((size_t)*size < used)
		return -1;
	memset(out, 0, (size_t)*size);
	memcpy(out, address, used);
	*size = (int)used;
	return 0;
}

int evutil_parse_sockaddr_port(const char *text, struct sockaddr *out, int *size)
{
	struct sockaddr_in6 six = { .sin6_family = AF_INET6 };
	struct sockaddr_in four = { .sin_family = AF_INET };
	struct parts parts;
	unsigned interface;
	int port;

	if (*size < 0 || take_apart(text, &parts))
		return -1;
	port = parse_port(parts.port);
	if (port < 0)
		return -1;
	if (parts.family == AF_INET6) {
		six.sin6_port = htons((uint16_t)port);
		if (evutil_inet_pton_scope(AF_INET6, parts.host, &six.sin6_addr, &interface) != 1)
			return -1;
		six.sin6_scope_id = interface;
		return fill_in(&six, sizeof(six), out, size);
	}
	four.sin_port = htons((uint16_t)port);
	if (inet_pton(AF_INET, parts.host, &four.sin_addr) != 1)
		return -1;
	return fill_in(&four, sizeof(four), out, size);
}

int evutil_sockaddr_cmp(const struct sockaddr *a, const struct sockaddr *b, int with_port)
{
	int order = a->sa_family - b->sa_family;

	if (order)
		return order;
	if (a->sa_family == AF_INET) {
		const struct sockaddr_in *left = (const void *)a, *right = (const void *)b;

		order = memcmp(&left->sin_addr, &right->sin_addr, sizeof(left->sin_addr));
		return order || !with_port ? order : left->sin_port - right->sin_port;
	}
	if (a->sa_family == AF_INET6) {
		const struct sockaddr_in6 *left = (const void *)a, *right = (const void *)b;

		order = memcmp(&left->sin6_addr, &right->sin6_addr, sizeof(left->sin6_addr));
		return order || !with_port ? order : left->sin6_port - right->sin6_port;
	}
	return 1; /* addresses of other families are never reported as equal */
}

int evutil_getaddrinfo(const char *node, const char *service, const struct evutil_addrinfo *hints,
		       struct evutil_addrinfo **result)
{
	return getaddrinfo(node, service, hints, result);
}

void evutil_freeaddrinfo(struct evutil_addrinfo *info)
{
	if (info)
		freeaddrinfo(info);
}

const char *evutil_gai_strerror(int error)
{
	return error == EVUTIL_EAI_CANCEL ? "Request canceled" : gai_strerror(error);
}
