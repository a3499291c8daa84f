build-v/measured/bench/commands/explain.o: bench/commands/explain.c \
 bench/commands/arguments.h bench/commands/commands.h bench/cell.h \
 bench/pages.h bench/replay/subject.h bench/replay/replay.h \
 bench/trace/trace.h structures/timer.h bench/message.h bench/names.h \
 bench/workload.h bench/trace/generator.h structures/common/options.h \
 loop/backend.h structures/common/find.h structures/common/../timer.h
bench/commands/arguments.h:
bench/commands/commands.h:
bench/cell.h:
bench/pages.h:
bench/replay/subject.h:
bench/replay/replay.h:
bench/trace/trace.h:
structures/timer.h:
bench/message.h:
bench/names.h:
bench/workload.h:
bench/trace/generator.h:
structures/common/options.h:
loop/backend.h:
structures/common/find.h:
structures/common/../timer.h:
