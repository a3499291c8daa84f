/*
 * message.h - what commands say on stderr, and the exit status that goes with it
 */
#ifndef MESSAGE_H
#define MESSAGE_H

#define EXIT_FAILED 1
#define EXIT_USAGE  2

/* Each prints "timerbed: ", one line and a newline to stderr. */
int message_failed(const char *format, ...) __attribute__((format(printf, 1, 2)));
int message_usage(const char *format, ...) __attribute__((format(printf, 1, 2)));
void message_note(const char *format, ...) __attribute__((format(printf, 1, 2)));

#endif
