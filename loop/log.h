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

/*
 * Logs, calls the fatal callback with the code, and does not return: what the callback leaves
 * running exits with the code, or aborts for LOG_MISUSE, so that a debugger or a core shows where.
 */
_Noreturn void log_fatal(int code, const char *format, ...) LOG_FORMAT(2);

#define LOG_MISUSE ((int)0xdeaddead) /* libevent's code for a program's own mistake */

#endif
