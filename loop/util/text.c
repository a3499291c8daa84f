/*
 * text.c - numbers, formatted text, comparison without regard to case, dates
 */
#include <event2/util.h>

#include <stdio.h>
#include <stdlib.h>

ev_int64_t evutil_strtoll(const char *text, char **end, int base)
{
	return strtoll(text, end, base);
}

int evutil_vsnprintf(char *buffer, size_t size, const char *format, va_list arguments)
{
	return size ? vsnprintf(buffer, size, format, arguments) : 0;
}

int evutil_snprintf(char *buffer, size_t size, const char *format, ...)
{
	va_list arguments;
	int length;

	va_start(arguments, format);
	length = evutil_vsnprintf(buffer, size, format, arguments);
	va_end(arguments);
	return length;
}

static int lower(char letter)
{
	return letter >= 'A' && letter <= 'Z' ? letter - 'A' + 'a' : (unsigned char)letter;
}

int evutil_ascii_strncasecmp(const char *a, const char *b, size_t size)
{
	for (; size; size--, a++, b++) {
		int left = lower(*a), right = lower(*b);

		if (left != right)
			return left < right ? -1 : 1;
		if (!left)
			return 0;
	}
	return 0;
}

int evutil_ascii_strcasecmp(const char *a, const char *b)
{
	return evutil_ascii_strncasecmp(a, b, SIZE_MAX);
}

int evutil_date_rfc1123(char *text, const size_t size, const struct tm *time_given)
{
	static const char days[][4] = { "Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat" };
	static const char months[][4] = { "Jan", "Feb", "Mar", "Apr", "May", "Jun",
					  "Jul", "Aug", "Sep", "Oct", "Nov", "Dec" };
	struct tm now;
	time_t seconds;

	if (!time_given) {
		seconds = time(NULL);
		time_given = gmtime_r(&seconds, &now);
	}
	return evutil_snprintf(text, size, "%s, %02d %s %4d %02d:%02d:%02d GMT",
			       days[time_given->tm_wday], time_given->tm_mday,
			       months[time_given->tm_mon], 1900 + time_given->tm_year,
			       time_given->tm_hour, time_given->tm_min, time_given->tm_sec);
}
