build-v/measured/bench/commands/list.o: bench/commands/list.c \
 bench/commands/arguments.h bench/commands/commands.h bench/cell.h \
 bench/pages.h bench/replay/subject.h bench/replay/replay.h \
 bench/trace/trace.h structures/timer.h bench/run/experiment.h \
 bench/names.h bench/workload.h bench/trace/generator.h \
 structures/common/options.h bench/run/axes.h bench/message.h \
 bench/scripts.h loop/backend.h
bench/commands/arguments.h:
bench/commands/commands.h:
bench/cell.h:
bench/pages.h:
bench/replay/subject.h:
bench/replay/replay.h:
bench/trace/trace.h:
structures/timer.h:
bench/run/experiment.h:
bench/names.h:
bench/workload.h:
bench/trace/generator.h:
structures/common/options.h:
bench/run/axes.h:
bench/message.h:
bench/scripts.h:
loop/backend.h:
