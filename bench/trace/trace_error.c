/* trace_error.c - formats the error message about a trace */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "trace.h"
#include "trace_error.h"

/* Leaves room for the file's own name (NAME_MAX is 255) and for 200 bytes of the message. */
#define LONGEST_PATH 300

int trace_error(char *error, int result, const char *path, const char *format, ...)
{
	size_t length = strlen(path);
	const char *tail = length > LONGEST_PATH ? path + length - LONGEST_PATH : path;
	int used = snprintf(error, TRACE_ERROR_SIZE, "%s%s: ", tail == path ? "" : "...", tail);
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(error + used, TRACE_ERROR_SIZE - (size_t)used, format, arguments);
	va_end(arguments);
	return result;
}
