build-v/measured/bench/commands/env.o: bench/commands/env.c \
 bench/commands/arguments.h bench/commands/commands.h \
 bench/run/environment.h
bench/commands/arguments.h:
bench/commands/commands.h:
bench/run/environment.h:
