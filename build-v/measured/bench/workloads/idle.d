build-v/measured/bench/workloads/idle.o: bench/workloads/idle.c \
 bench/workloads/history.h bench/workloads/draw.h bench/workload.h \
 bench/trace/generator.h structures/common/options.h structures/timer.h
bench/workloads/history.h:
bench/workloads/draw.h:
bench/workload.h:
bench/trace/generator.h:
structures/common/options.h:
structures/timer.h:
