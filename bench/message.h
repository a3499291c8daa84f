/* message.h - the messages of commands on stderr, and the exit status for each kind */
#ifndef MESSAGE_H
#define MESSAGE_H

#define EXIT_FAILED 1
#define EXIT_USAGE  2

/*
 * Print "timerbed: ", one line and a newline to stderr. message_failed returns EXIT_FAILED, and
 * message_usage EXIT_USAGE.
 */
int message_failed(const char *format, ...) __attribute__((format(printf, 1, 2)));
int message_usage(const char *format, ...) __attribute__((format(printf, 1, 2)));
void message_note(const char *format, ...) __attribute__((format(printf, 1, 2)));

#endif
