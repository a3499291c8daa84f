build-v/measured/bench/run/records.o: bench/run/records.c \
 bench/run/records.h bench/run/cache.h bench/names.h bench/workload.h \
 bench/trace/generator.h structures/common/options.h bench/trace/trace.h
bench/run/records.h:
bench/run/cache.h:
bench/names.h:
bench/workload.h:
bench/trace/generator.h:
structures/common/options.h:
bench/trace/trace.h:
