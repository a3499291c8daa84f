build-v/measured/bench/workloads/retry.o: bench/workloads/retry.c \
 bench/workloads/calendar.h bench/workloads/draw.h bench/workload.h \
 bench/trace/generator.h structures/common/options.h structures/timer.h \
 bench/workloads/history.h
bench/workloads/calendar.h:
bench/workloads/draw.h:
bench/workload.h:
bench/trace/generator.h:
structures/common/options.h:
structures/timer.h:
bench/workloads/history.h:
