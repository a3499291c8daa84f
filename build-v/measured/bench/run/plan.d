build-v/measured/bench/run/plan.o: bench/run/plan.c bench/run/plan.h \
 bench/run/experiment.h bench/cell.h bench/pages.h bench/replay/subject.h \
 bench/replay/replay.h bench/trace/trace.h structures/timer.h \
 bench/names.h bench/workload.h bench/trace/generator.h \
 structures/common/options.h bench/run/axes.h
bench/run/plan.h:
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
