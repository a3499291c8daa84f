/*
 * util.h - libevent's utilities: types, sockets, addresses, text, time, random bytes
 *
 * They are a thin layer over the C library, for programs that already use them. Unless a comment
 * says otherwise, the functions are thread-safe, and a function that returns int returns 0, or -1
 * with errno set.
 */
#ifndef EVENT2_UTIL_H
#define EVENT2_UTIL_H

#include <errno.h>
#include <netdb.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/types.h>
#include <time.h>

#include <event2/event-config.h>
#include <event2/visibility.h>

#ifdef __cplusplus
extern "C" {
#endif

/* -------------------------------------------------------------------------------------- types */

#define ev_uint64_t  uint64_t
#define ev_int64_t   int64_t
#define ev_uint32_t  uint32_t
#define ev_int32_t   int32_t
#define ev_uint16_t  uint16_t
#define ev_int16_t   int16_t
#define ev_uint8_t   uint8_t
#define ev_int8_t    int8_t
#define ev_uintptr_t uintptr_t
#define ev_intptr_t  intptr_t
#define ev_ssize_t   ssize_t
#define ev_off_t     int64_t
#define ev_socklen_t socklen_t

#define EV_UINT64_MAX UINT64_MAX
#define EV_INT64_MAX  INT64_MAX
#define EV_INT64_MIN  INT64_MIN
#define EV_UINT32_MAX UINT32_MAX
#define EV_INT32_MAX  INT32_MAX
#define EV_INT32_MIN  INT32_MIN
#define EV_UINT16_MAX UINT16_MAX
#define EV_INT16_MAX  INT16_MAX
#define EV_INT16_MIN  INT16_MIN
#define EV_UINT8_MAX  UINT8_MAX
#define EV_INT8_MAX   INT8_MAX
#define EV_INT8_MIN   INT8_MIN
#define EV_SIZE_MAX   SIZE_MAX
#define EV_SSIZE_MAX  PTRDIFF_MAX
#define EV_SSIZE_MIN  ((-EV_SSIZE_MAX) - 1)

#define evutil_socket_t	      int
#define EVUTIL_INVALID_SOCKET -1

#define evutil_offsetof(type, field) offsetof(type, field)

/* ------------------------------------------------------------------------------------ sockets */

/*
 * Makes two connected sockets, which the caller closes. `family` is AF_UNIX, or AF_INET for two
 * stream sockets over the loopback interface.
 */
EVENT2_EXPORT_SYMBOL
int evutil_socketpair(int family, int type, int protocol, evutil_socket_t pair[2]);

EVENT2_EXPORT_SYMBOL
int evutil_make_socket_nonblocking(evutil_socket_t socket);
EVENT2_EXPORT_SYMBOL
int evutil_make_socket_closeonexec(evutil_socket_t socket);

/*
 * Set an option of a listening socket: SO_REUSEADDR, SO_REUSEPORT, IPV6_V6ONLY and
 * TCP_DEFER_ACCEPT, in this order. With SO_REUSEADDR the address can be bound again at once. With
 * TCP_DEFER_ACCEPT a connection is reported when it has data.
 */
EVENT2_EXPORT_SYMBOL
int evutil_make_listen_socket_reuseable(evutil_socket_t socket);
EVENT2_EXPORT_SYMBOL
int evutil_make_listen_socket_reuseable_port(evutil_socket_t socket);
EVENT2_EXPORT_SYMBOL
int evutil_make_listen_socket_ipv6only(evutil_socket_t socket);
EVENT2_EXPORT_SYMBOL
int evutil_make_tcp_listen_socket_deferred(evutil_socket_t socket);

EVENT2_EXPORT_SYMBOL
int evutil_closesocket(evutil_socket_t socket);
#define EVUTIL_CLOSESOCKET(s) evutil_closesocket(s)

#define EVUTIL_SOCKET_ERROR() (errno)
#define EVUTIL_SET_SOCKET_ERROR(error)                                                             \
	do {                                                                                       \
		errno = (error);                                                                   \
	} while (0)
#define evutil_socket_geterror(socket)	     (errno)
#define evutil_socket_error_to_string(error) (strerror(error))

/* ---------------------------------------------------------------------------------- addresses */

/* Writes an address as text. Returns `text`, or NULL with errno set. `size` is in bytes. */
EVENT2_EXPORT_SYMBOL
const char *evutil_inet_ntop(int family, const void *address, char *text, size_t size);
/*
 * Parse an address. Return 1, or 0 if the text is not an address, or -1 for an unknown family.
 * evutil_inet_pton_scope also accepts "%interface" after an IPv6 address. It stores the number of
 * the interface, or 0 if there is none.
 */
EVENT2_EXPORT_SYMBOL
int evutil_inet_pton(int family, const char *text, void *address);
EVENT2_EXPORT_SYMBOL
int evutil_inet_pton_scope(int family, const char *text, void *address, unsigned *interface);

/*
 * Parses "[IPv6]:port", "[IPv6]", "IPv6", "IPv4:port" or "IPv4", but not host names. *size is the
 * size of *address in bytes, and becomes the size that was used. Returns 0, or -1 for any other
 * text, or if *size is too small. errno has no meaning then.
 */
EVENT2_EXPORT_SYMBOL
int evutil_parse_sockaddr_port(const char *text, struct sockaddr *address, int *size);

/*
 * Compares two IPv4 or IPv6 addresses, in an unspecified order. Returns less than 0, 0, or more
 * than 0. Addresses of another family are never equal. Compares ports only if `with_port` is not 0.
 */
EVENT2_EXPORT_SYMBOL
int evutil_sockaddr_cmp(const struct sockaddr *a, const struct sockaddr *b, int with_port);

#define evutil_addrinfo addrinfo

#ifdef EAI_ADDRFAMILY
#define EVUTIL_EAI_ADDRFAMILY EAI_ADDRFAMILY
#else
#define EVUTIL_EAI_ADDRFAMILY -901
#endif
#ifdef EAI_NODATA
#define EVUTIL_EAI_NODATA EAI_NODATA
#else
#define EVUTIL_EAI_NODATA -907
#endif
#define EVUTIL_EAI_AGAIN    EAI_AGAIN
#define EVUTIL_EAI_BADFLAGS EAI_BADFLAGS
#define EVUTIL_EAI_FAIL	    EAI_FAIL
#define EVUTIL_EAI_FAMILY   EAI_FAMILY
#define EVUTIL_EAI_MEMORY   EAI_MEMORY
#define EVUTIL_EAI_NONAME   EAI_NONAME
#define EVUTIL_EAI_SERVICE  EAI_SERVICE
#define EVUTIL_EAI_SOCKTYPE EAI_SOCKTYPE
#define EVUTIL_EAI_SYSTEM   EAI_SYSTEM
#define EVUTIL_EAI_CANCEL   -90001

#define EVUTIL_AI_PASSIVE     AI_PASSIVE
#define EVUTIL_AI_CANONNAME   AI_CANONNAME
#define EVUTIL_AI_NUMERICHOST AI_NUMERICHOST
#define EVUTIL_AI_NUMERICSERV AI_NUMERICSERV
#define EVUTIL_AI_V4MAPPED    AI_V4MAPPED
#define EVUTIL_AI_ALL	      AI_ALL
#define EVUTIL_AI_ADDRCONFIG  AI_ADDRCONFIG

/*
 * Call the C library's functions. evutil_getaddrinfo blocks. It returns 0 or an EVUTIL_EAI_ code.
 * The caller frees the result with evutil_freeaddrinfo, which accepts NULL.
 */
struct evutil_addrinfo;
EVENT2_EXPORT_SYMBOL
int evutil_getaddrinfo(const char *node, const char *service, const struct evutil_addrinfo *hints,
		       struct evutil_addrinfo **result);
EVENT2_EXPORT_SYMBOL
void evutil_freeaddrinfo(struct evutil_addrinfo *info);
EVENT2_EXPORT_SYMBOL
const char *evutil_gai_strerror(int error);

/* --------------------------------------------------------------------------------------- text */

/* Does the same as strtoll. */
EVENT2_EXPORT_SYMBOL
ev_int64_t evutil_strtoll(const char *text, char **end, int base);

/*
 * Do the same as snprintf and vsnprintf of C99: end the text with a NUL, and return the length that
 * the whole text has. If `size` is 0, return 0.
 */
EVENT2_EXPORT_SYMBOL
int evutil_snprintf(char *buffer, size_t size, const char *format, ...)
	__attribute__((format(printf, 3, 4)));
EVENT2_EXPORT_SYMBOL
int evutil_vsnprintf(char *buffer, size_t size, const char *format, va_list arguments)
	__attribute__((format(printf, 3, 0)));

/*
 * Compare text without regard to the case of ASCII letters, in any locale. Return less than 0, 0,
 * or more than 0.
 */
EVENT2_EXPORT_SYMBOL
int evutil_ascii_strcasecmp(const char *a, const char *b);
EVENT2_EXPORT_SYMBOL
int evutil_ascii_strncasecmp(const char *a, const char *b, size_t size);

/*
 * Writes a date such as "Sun, 06 Nov 1994 08:49:37 GMT". If `time` is NULL, writes the present
 * date. Returns as evutil_snprintf.
 */
EVENT2_EXPORT_SYMBOL
int evutil_date_rfc1123(char *text, const size_t size, const struct tm *time);

/* --------------------------------------------------------------------------------------- time */

/*
 * A clock that does not go back. It reads CLOCK_MONOTONIC_COARSE, or CLOCK_MONOTONIC with
 * EV_MONOT_PRECISE, or gettimeofday with EV_MONOT_FALLBACK. Only one thread at a time may use a
 * clock. evutil_monotonic_timer_new returns NULL if memory runs out. The caller frees the clock
 * with evutil_monotonic_timer_free.
 */
#define EV_MONOT_PRECISE  1
#define EV_MONOT_FALLBACK 2

struct evutil_monotonic_timer;

EVENT2_EXPORT_SYMBOL
struct evutil_monotonic_timer *evutil_monotonic_timer_new(void);
EVENT2_EXPORT_SYMBOL
void evutil_monotonic_timer_free(struct evutil_monotonic_timer *timer);
EVENT2_EXPORT_SYMBOL
int evutil_configure_monotonic_time(struct evutil_monotonic_timer *timer, int flags);
EVENT2_EXPORT_SYMBOL
int evutil_gettime_monotonic(struct evutil_monotonic_timer *timer, struct timeval *now);

#define evutil_gettimeofday(now, zone) gettimeofday((now), (zone))

#define evutil_timeradd(a, b, sum)  timeradd((a), (b), (sum))
#define evutil_timersub(a, b, rest) timersub((a), (b), (rest))
#define evutil_timerclear(time)	    timerclear(time)
#define evutil_timerisset(time)	    timerisset(time)
#define evutil_timercmp(a, b, comparison)                                                          \
	(((a)->tv_sec == (b)->tv_sec) ? ((a)->tv_usec comparison(b)->tv_usec)                      \
				      : ((a)->tv_sec comparison(b)->tv_sec))

/* ------------------------------------------------------------------------------------- random */

/*
 * evutil_secure_rng_get_bytes writes random bytes that nobody can predict. evutil_secure_rng_init
 * returns 0, because such bytes are always available.
 */
EVENT2_EXPORT_SYMBOL
void evutil_secure_rng_get_bytes(void *buffer, size_t size);
EVENT2_EXPORT_SYMBOL
int evutil_secure_rng_init(void);

/* Do nothing, because the generator needs neither a file nor a seed. */
EVENT2_EXPORT_SYMBOL
int evutil_secure_rng_set_urandom_device_file(char *path);
EVENT2_EXPORT_SYMBOL
void evutil_secure_rng_add_bytes(const char *bytes, size_t size);

#ifdef __cplusplus
}
#endif

#endif
