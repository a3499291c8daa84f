build-v/measured/bench/run/runner.o: bench/run/runner.c \
 bench/run/runner.h bench/run/experiment.h bench/cell.h bench/pages.h \
 bench/replay/subject.h bench/replay/replay.h bench/trace/trace.h \
 structures/timer.h bench/names.h bench/workload.h \
 bench/trace/generator.h structures/common/options.h bench/run/axes.h \
 bench/run/records.h bench/run/cache.h bench/replay/clock.h \
 bench/run/environment.h bench/message.h bench/run/plan.h \
 bench/run/progress.h bench/run/worker.h
bench/run/runner.h:
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
bench/run/records.h:
bench/run/cache.h:
bench/replay/clock.h:
bench/run/environment.h:
bench/message.h:
bench/run/plan.h:
bench/run/progress.h:
bench/run/worker.h:
