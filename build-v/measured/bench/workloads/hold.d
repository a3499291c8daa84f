build-v/measured/bench/workloads/hold.o: bench/workloads/hold.c \
 bench/workloads/draw.h bench/workload.h bench/trace/generator.h \
 structures/common/options.h structures/timer.h
bench/workloads/draw.h:
bench/workload.h:
bench/trace/generator.h:
structures/common/options.h:
structures/timer.h:
