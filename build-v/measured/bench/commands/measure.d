build-v/measured/bench/commands/measure.o: bench/commands/measure.c \
 bench/commands/measure.h bench/run/experiment.h bench/cell.h \
 bench/pages.h bench/replay/subject.h bench/replay/replay.h \
 bench/trace/trace.h structures/timer.h bench/names.h bench/workload.h \
 bench/trace/generator.h structures/common/options.h bench/run/axes.h \
 bench/commands/arguments.h bench/commands/commands.h bench/run/cache.h \
 bench/run/environment.h bench/message.h bench/run/plan.h \
 bench/run/runner.h bench/run/records.h bench/scripts.h
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
bench/commands/arguments.h:
bench/commands/commands.h:
bench/run/cache.h:
bench/run/environment.h:
bench/message.h:
bench/run/plan.h:
bench/run/runner.h:
bench/run/records.h:
bench/scripts.h:
