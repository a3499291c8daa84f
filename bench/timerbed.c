/*
 * timerbed.c - the command `timerbed`
 */
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "bench/commands/arguments.h"
#include "bench/commands/commands.h"
#include "bench/message.h"
#include "bench/run/worker.h"
#include "build_info.h"
#include "structures/common/options.h"

static void print_usage(FILE *file)
{
	fputs("usage: timerbed COMMAND [ARGUMENT...]\n\n", file);
	for (const struct command *command = commands; command->name; command++)
		if (command->summary[0] != '(')
			fprintf(file, "  %-10s %s\n", command->name, command->summary);
	fputs("\ntimerbed COMMAND --help says more; timerbed --version prints the version.\n",
	      file);
}

static int unknown_command(const char *name)
{
	char suggestion[OPTIONS_SUGGESTION_SIZE];
	const char *names[32];
	size_t count = 0;

	for (; commands[count].name; count++)
		names[count] = commands[count].name;
	return message_usage(
		"no command '%s'%s", name,
		options_suggest(name, names, count, "; see timerbed --help", suggestion));
}

static int run(int argc, char **argv)
{
	const struct command *command;

	worker_adopt_stderr();
	if (argc < 2)
		return print_usage(stderr), EXIT_USAGE;
	if (!strcmp(argv[1], "--help") || !strcmp(argv[1], "-h") || !strcmp(argv[1], "help"))
		return print_usage(stdout), 0;
	if (!strcmp(argv[1], "--version") || !strcmp(argv[1], "-V"))
		return puts("timerbed " BUILD_VERSION " (" BUILD_REVISION ")"), 0;
	command = command_find(argv[1]);
	if (!command)
		return unknown_command(argv[1]);
	message_name_command(command->name);
	return command->run(argc - 1, argv + 1);
}

/*
 * Opens /dev/null for each standard stream that is closed. Otherwise the next file to be opened
 * would get the stream's number, and messages would be written into the records. /dev/null is
 * opened for the wrong direction, so that a use of the stream fails.
 */
static void fill_standard_streams(void)
{
	for (int i = STDIN_FILENO; i <= STDERR_FILENO; i++)
		if (fcntl(i, F_GETFD) < 0 &&
		    open("/dev/null", i == STDIN_FILENO ? O_WRONLY : O_RDONLY) != i)
			_exit(EXIT_FAILED);
}

int main(int argc, char **argv)
{
	int status;

	fill_standard_streams();
	/*
	 * A write beyond the file size limit then fails and is reported, instead of killing the
	 * process.
	 */
	signal(SIGXFSZ, SIG_IGN);
	status = run(argc, argv);

	/* A full disk may show only when stdout is flushed. */
	if ((fflush(stdout) || ferror(stdout)) && !status)
		return message_failed("cannot write to standard output");
	return status;
}
