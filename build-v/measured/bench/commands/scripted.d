build-v/measured/bench/commands/scripted.o: bench/commands/scripted.c \
 bench/commands/commands.h bench/scripts.h
bench/commands/commands.h:
bench/scripts.h:
