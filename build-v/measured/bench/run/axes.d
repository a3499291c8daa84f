build-v/measured/bench/run/axes.o: bench/run/axes.c bench/run/axes.h \
 bench/names.h bench/workload.h bench/trace/generator.h \
 structures/common/options.h
bench/run/axes.h:
bench/names.h:
bench/workload.h:
bench/trace/generator.h:
structures/common/options.h:
