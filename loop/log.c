/*
 * log.c - messages about misuse and failing system calls
 */
#include "loop/log.h"

#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <event2/event.h>

#define MESSAGE_SIZE 1024

static event_log_cb log_callback;
static event_fatal_cb fatal_callback;
static ev_uint32_t debug_wanted = EVENT_DBG_NONE;

static const char *const severities[] = {
	[EVENT_LOG_DEBUG] = "debug",
	[EVENT_LOG_MSG] = "msg",
	[EVENT_LOG_WARN] = "warn",
	[EVENT_LOG_ERR] = "err",
};

void event_set_log_callback(event_log_cb callback)
{
	log_callback = callback;
}

void event_set_fatal_callback(event_fatal_cb callback)
{
	fatal_callback = callback;
}

void event_enable_debug_logging(ev_uint32_t which)
{
	debug_wanted = which;
}

/* Formats and emits a message. If `error` is not 0, appends ": " and the text of that errno. */
static void say(int severity, int error, const char *format, va_list arguments)
{
	char message[MESSAGE_SIZE], reason[128];
	int length = vsnprintf(message, sizeof(message), format, arguments);

	if (length < 0)
		return;
	if (error && (size_t)length < sizeof(message))
		snprintf(message + length, sizeof(message) - (size_t)length, ": %s",
			 strerror_r(error, reason, sizeof(reason)));
	if (log_callback)
		log_callback(severity, message);
	else
		fprintf(stderr, "[%s] %s\n", severities[severity], message);
}

void log_debug(const char *format, ...)
{
	va_list arguments;

	if (!debug_wanted)
		return;
	va_start(arguments, format);
	say(EVENT_LOG_DEBUG, 0, format, arguments);
	va_end(arguments);
}

void log_message(const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	say(EVENT_LOG_MSG, 0, format, arguments);
	va_end(arguments);
}

void log_warning(const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	say(EVENT_LOG_WARN, 0, format, arguments);
	va_end(arguments);
}

void log_warning_errno(int error, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	say(EVENT_LOG_WARN, error, format, arguments);
	va_end(arguments);
}

_Noreturn void log_fatal(int code, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	say(EVENT_LOG_ERR, 0, format, arguments);
	va_end(arguments);
	if (fatal_callback)
		fatal_callback(code);
	if (code == LOG_MISUSE)
		abort();
	exit(code);
}
