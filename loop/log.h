/*
 * log.h - what the loop has to say about misuse and failing system calls
 *
 * Goes to event_set_log_callback's function, or to stderr as "[warn] ...". Messages fit 1024 bytes.
 */
#ifndef LOG_H
#define LOG_H

#define LOG_FORMAT(at) __attribute__((format(printf, at, at + 1)))

void log_debug(const char *format, ...) LOG_FORMAT(1); /* only after event_enable_debug_logging */
void log_message(const char *format, ...) LOG_FORMAT(1);
void log_warning(const char *format, ...) LOG_FORMAT(1);
void log_warning_errno(int error, const char *format, ...) LOG_FORMAT(2); /* adds strerror */

/* Logs, calls the fatal callback, and does not return: exit(1) unless that ends the process. */
_Noreturn void log_fatal(int error, const char *format, ...) LOG_FORMAT(2);

#endif
