/* message.h - the messages of commands on stderr, and the exit status for each kind */
#ifndef MESSAGE_H
#define MESSAGE_H

#define EXIT_FAILED 1
#define EXIT_USAGE  2

/*
 * Sets the command whose name the messages of this process begin with, as in "timerbed: run: ".
 * NULL, the initial value, means no name. The text must live as long as the process. Not
 * thread-safe: call it before other threads exist.
 */
void message_name_command(const char *command);

/*
 * Print "timerbed: ", the command, one line and a newline to stderr. message_failed returns
 * EXIT_FAILED, and message_usage EXIT_USAGE.
 */
int message_failed(const char *format, ...) __attribute__((format(printf, 1, 2)));
int message_usage(const char *format, ...) __attribute__((format(printf, 1, 2)));
void message_note(const char *format, ...) __attribute__((format(printf, 1, 2)));

#endif
