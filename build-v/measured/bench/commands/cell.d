build-v/measured/bench/commands/cell.o: bench/commands/cell.c \
 bench/commands/arguments.h bench/commands/commands.h bench/cell.h \
 bench/pages.h bench/replay/subject.h bench/replay/replay.h \
 bench/trace/trace.h structures/timer.h bench/message.h
bench/commands/arguments.h:
bench/commands/commands.h:
bench/cell.h:
bench/pages.h:
bench/replay/subject.h:
bench/replay/replay.h:
bench/trace/trace.h:
structures/timer.h:
bench/message.h:
