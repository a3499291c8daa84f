/*
 * log.h - messages about misuse and failing system calls
 *
 * All files of the loop may call these functions, with or without a base's lock. Messages go to the
 * function of event_set_log_callback, or to stderr as "[warn] ...". A message is cut after 1023
 * bytes.
 */
#ifndef LOG_H
#define LOG_H

#define LOG_FORMAT(at) __attribute__((format(printf, at, at + 1)))

/*
 * log_debug does nothing unless the program has called event_enable_debug_logging.
 * log_warning_errno appends the text of the errno `error`, a positive number.
 */
void log_debug(const char *format, ...) LOG_FORMAT(1);
void log_message(const char *format, ...) LOG_FORMAT(1);
void log_warning(const char *format, ...) LOG_FORMAT(1);
void log_warning_errno(int error, const char *format, ...) LOG_FORMAT(2);

/*
 * Logs an error and calls the program's fatal callback with the code. If the callback returns, the
 * process exits with the code. For LOG_MISUSE the process aborts instead, so that a debugger or a
 * core file shows the call.
 */
_Noreturn void log_fatal(int code, const char *format, ...) LOG_FORMAT(2);

#define LOG_MISUSE ((int)0xdeaddead) /* libevent's code for misuse by the program */

#endif
