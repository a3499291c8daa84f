build-v/measured/bench/commands/arguments.o: bench/commands/arguments.c \
 bench/commands/arguments.h bench/commands/commands.h bench/message.h \
 structures/common/options.h
bench/commands/arguments.h:
bench/commands/commands.h:
bench/message.h:
structures/common/options.h:
