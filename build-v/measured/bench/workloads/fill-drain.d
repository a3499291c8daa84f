build-v/measured/bench/workloads/fill-drain.o: \
 bench/workloads/fill-drain.c bench/workloads/draw.h bench/workload.h \
 bench/trace/generator.h structures/common/options.h structures/timer.h
bench/workloads/draw.h:
bench/workload.h:
bench/trace/generator.h:
structures/common/options.h:
structures/timer.h:
