build-v/measured/bench/names.o: bench/names.c bench/names.h \
 bench/workload.h bench/trace/generator.h structures/common/options.h \
 bench/replay/subject.h bench/replay/replay.h bench/trace/trace.h \
 structures/timer.h
bench/names.h:
bench/workload.h:
bench/trace/generator.h:
structures/common/options.h:
bench/replay/subject.h:
bench/replay/replay.h:
bench/trace/trace.h:
structures/timer.h:
