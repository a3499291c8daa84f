build-v/measured/bench/run/cache.o: bench/run/cache.c bench/run/cache.h \
 bench/names.h bench/workload.h bench/trace/generator.h \
 structures/common/options.h bench/trace/trace.h bench/trace/trace_make.h \
 bench/trace/trace.h
bench/run/cache.h:
bench/names.h:
bench/workload.h:
bench/trace/generator.h:
structures/common/options.h:
bench/trace/trace.h:
bench/trace/trace_make.h:
bench/trace/trace.h:
