/*
 * socket.c - making pairs of sockets, and setting options of sockets
 */
#include <event2/util.h>

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <unistd.h>

static int set_option(int socket, int level, int option)
{
	const int one = 1;

	return setsockopt(socket, level, option, &one, sizeof(one));
}

/* Closes a socket, if it is not negative. Keeps errno, which an earlier failure has set. */
static void close_quietly(int socket)
{
	int error = errno;

	if (socket >= 0)
		close(socket);
	errno = error;
}

/* Creates a socket that listens on the loopback interface, at a port that the kernel chooses. */
static int listen_on_loopback(int type, struct sockaddr_in *address)
{
	socklen_t size = sizeof(*address);
	int listener = socket(AF_INET, type, 0);

	*address = (struct sockaddr_in){ .sin_family = AF_INET };
	address->sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	if (listener >= 0 && !bind(listener, (struct sockaddr *)address, size) &&
	    !listen(listener, 1) && !getsockname(listener, (struct sockaddr *)address, &size))
		return listener;
	close_quietly(listener);
	return -1;
}

/*
 * Returns 1 if the accepted socket is connected to the connector, else 0 with errno set. Another
 * process could have connected to the listener first.
 */
static int is_connected_to(int accepted, int connector)
{
	struct sockaddr_in here, there;
	socklen_t size = sizeof(here);

	if (getsockname(connector, (struct sockaddr *)&here, &size))
		return 0;
	size = sizeof(there);
	if (getpeername(accepted, (struct sockaddr *)&there, &size))
		return 0;
	if (here.sin_port == there.sin_port && here.sin_addr.s_addr == there.sin_addr.s_addr)
		return 1;
	errno = ECONNABORTED;
	return 0;
}

/* Makes a pair of AF_INET, by a connection. socketpair() supports only AF_UNIX. */
static int pair_over_loopback(int type, int pair[2])
{
	struct sockaddr_in address;
	int listener = listen_on_loopback(type, &address);
	int connector = -1, accepted = -1;

	if (listener < 0)
		return -1;
	connector = socket(AF_INET, type, 0);
	if (connector >= 0 && !connect(connector, (struct sockaddr *)&address, sizeof(address)))
		accepted = accept(listener, NULL, NULL);
	close_quietly(listener);
	if (accepted >= 0 && is_connected_to(accepted, connector)) {
		pair[0] = connector;
		pair[1] = accepted;
		return 0;
	}
	close_quietly(connector);
	close_quietly(accepted);
	return -1;
}

int evutil_socketpair(int family, int type, int protocol, evutil_socket_t pair[2])
{
	if (!pair) {
		errno = EINVAL;
		return -1;
	}
	if (family != AF_INET)
		return socketpair(family, type, protocol, pair);
	if (protocol || type != SOCK_STREAM) {
		errno = protocol ? EPROTONOSUPPORT : EOPNOTSUPP;
		return -1;
	}
	return pair_over_loopback(type, pair);
}

static int add_flag(int socket, int get, int set, int flag)
{
	int flags = fcntl(socket, get);

	if (flags < 0)
		return -1;
	return flags & flag ? 0 : fcntl(socket, set, flags | flag);
}

int evutil_make_socket_nonblocking(evutil_socket_t socket)
{
	return add_flag(socket, F_GETFL, F_SETFL, O_NONBLOCK);
}

int evutil_make_socket_closeonexec(evutil_socket_t socket)
{
	return add_flag(socket, F_GETFD, F_SETFD, FD_CLOEXEC);
}

int evutil_make_listen_socket_reuseable(evutil_socket_t socket)
{
	return set_option(socket, SOL_SOCKET, SO_REUSEADDR);
}

int evutil_make_listen_socket_reuseable_port(evutil_socket_t socket)
{
	return set_option(socket, SOL_SOCKET, SO_REUSEPORT);
}

int evutil_make_listen_socket_ipv6only(evutil_socket_t socket)
{
	return set_option(socket, IPPROTO_IPV6, IPV6_V6ONLY);
}

int evutil_make_tcp_listen_socket_deferred(evutil_socket_t socket)
{
	return set_option(socket, IPPROTO_TCP, TCP_DEFER_ACCEPT);
}

int evutil_closesocket(evutil_socket_t socket)
{
	return close(socket);
}
