build-v/measured/generated/workloads.o: build-v/generated/workloads.c \
 bench/workload.h bench/trace/generator.h structures/common/options.h
bench/workload.h:
bench/trace/generator.h:
structures/common/options.h:
