/*
 * log.h - messages about misuse and failing system calls
 *
 * Messages go to the function of event_set_log_callback, or to stderr as "[warn] ...". They are cut
 * after 1023 bytes.
 */
#ifndef LOG_H
#define LOG_H

#define LOG_FORMAT(at) __attribute__((format(printf, at, at + 1)))

void log_debug(const char *format, ...) LOG_FORMAT(1); /* only after event_enable_debug_logging */
void log_message(const char *format, ...) LOG_FORMAT(1);
void log_warning(const char *format, ...) LOG_FORMAT(1);
void log_warning_errno(int error, const char *format, ...) LOG_FORMAT(2); /* and strerror */

/*
 * Logs, calls the program's fatal callback, and does not return. If the callback returns, the
 * process exits with the code. For LOG_MISUSE it aborts, so that a debugger or a core file shows
 * the place.
 */
_Noreturn void log_fatal(int code, const char *format, ...) LOG_FORMAT(2);

#define LOG_MISUSE ((int)0xdeaddead) /* libevent's code for misuse by the program */

#endif
