build-v/measured/bench/commands/commands.o: bench/commands/commands.c \
 bench/commands/commands.h
bench/commands/commands.h:
