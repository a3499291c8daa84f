build-v/measured/bench/commands/map.o: bench/commands/map.c \
 bench/commands/commands.h bench/commands/measure.h \
 bench/run/experiment.h bench/cell.h bench/pages.h bench/replay/subject.h \
 bench/replay/replay.h bench/trace/trace.h structures/timer.h \
 bench/names.h bench/workload.h bench/trace/generator.h \
 structures/common/options.h bench/run/axes.h bench/message.h \
 bench/scripts.h
bench/commands/commands.h:
bench/commands/measure.h:
bench/run/experiment.h:
bench/cell.h:
bench/pages.h:
bench/replay/subject.h:
bench/replay/replay.h:
bench/trace/trace.h:
structures/timer.h:
bench/names.h:
bench/workload.h:
bench/trace/generator.h:
structures/common/options.h:
bench/run/axes.h:
bench/message.h:
bench/scripts.h:
