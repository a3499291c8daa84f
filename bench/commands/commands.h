/*
 * commands.h - the commands of the program, as in `timerbed COMMAND`
 *
 * A command prints data to stdout and messages to stderr, and returns an exit status: 0,
 * EXIT_FAILED or EXIT_USAGE.
 */
#ifndef COMMANDS_H
#define COMMANDS_H

struct command {
	const char *name;
	const char *arguments; /* as in a usage line */
	const char *summary;
	int (*run)(int argc, char **argv); /* argv[0] is the command's name */
};

/* All commands. A row without a name ends the table. */
extern const struct command commands[];

int command_list(int argc, char **argv);
int command_explain(int argc, char **argv);
int command_run(int argc, char **argv);
int command_map(int argc, char **argv);
int command_compare(int argc, char **argv);
int command_report(int argc, char **argv);
int command_replay(int argc, char **argv);
int command_generate(int argc, char **argv);
int command_export(int argc, char **argv);
int command_env(int argc, char **argv);
int command_cell(int argc, char **argv);

#endif
