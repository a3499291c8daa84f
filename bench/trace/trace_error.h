/*
 * trace_error.h - the one line that says what is wrong with a trace
 */
#ifndef TRACE_ERROR_H
#define TRACE_ERROR_H

/*
 * Writes "path: message" into `error` (TRACE_ERROR_SIZE). Of a very long path only the end is
 * given, so that the message always fits. Returns `result`, for the caller to return.
 */
__attribute__((format(printf, 4, 5))) int trace_error(char *error, int result, const char *path,
						      const char *format, ...);

#endif
