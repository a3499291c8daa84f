build-v/measured/bench/commands/replay.o: bench/commands/replay.c \
 bench/commands/arguments.h bench/commands/commands.h bench/cell.h \
 bench/pages.h bench/replay/subject.h bench/replay/replay.h \
 bench/trace/trace.h structures/timer.h bench/replay/clock.h \
 bench/message.h bench/names.h bench/workload.h bench/trace/generator.h \
 structures/common/options.h
bench/commands/arguments.h:
bench/commands/commands.h:
bench/cell.h:
bench/pages.h:
bench/replay/subject.h:
bench/replay/replay.h:
bench/trace/trace.h:
structures/timer.h:
bench/replay/clock.h:
bench/message.h:
bench/names.h:
bench/workload.h:
bench/trace/generator.h:
structures/common/options.h:
