build-v/measured/bench/workloads/ticker.o: bench/workloads/ticker.c \
 bench/workloads/draw.h bench/workload.h bench/trace/generator.h \
 structures/common/options.h structures/timer.h
bench/workloads/draw.h:
bench/workload.h:
bench/trace/generator.h:
structures/common/options.h:
structures/timer.h:
