build-v/measured/bench/workloads/burst.o: bench/workloads/burst.c \
 bench/workloads/draw.h bench/workload.h bench/trace/generator.h \
 structures/common/options.h structures/timer.h
bench/workloads/draw.h:
bench/workload.h:
bench/trace/generator.h:
structures/common/options.h:
structures/timer.h:
