/* trace_error.h - formats the error message about a trace */
#ifndef TRACE_ERROR_H
#define TRACE_ERROR_H

/*
 * Writes "path: message" into `error` (TRACE_ERROR_SIZE) and returns `result`, for the caller to
 * return. A very long path is shortened to its end, so that the message always fits.
 */
__attribute__((format(printf, 4, 5))) int trace_error(char *error, int result, const char *path,
						      const char *format, ...);

#endif
