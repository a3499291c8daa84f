/* message.c - messages on stderr */
#include "bench/message.h"

#include <stdarg.h>
#include <stdio.h>

/* The command that runs. A process runs one command. */
static const char *running;

void message_name_command(const char *command)
{
	running = command;
}

static void say(const char *format, va_list arguments)
{
	fprintf(stderr, "timerbed: %s%s", running ? running : "", running ? ": " : "");
	vfprintf(stderr, format, arguments);
	fputc('\n', stderr);
}

int message_failed(const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	say(format, arguments);
	va_end(arguments);
	return EXIT_FAILED;
}

int message_usage(const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	say(format, arguments);
	va_end(arguments);
	return EXIT_USAGE;
}

void message_note(const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	say(format, arguments);
	va_end(arguments);
}
