build-v/measured/bench/trace/trace_make.o: bench/trace/trace_make.c \
 bench/trace/generator_internal.h bench/trace/generator.h \
 bench/trace/oracle.h bench/trace/random.h bench/trace/trace_write.h \
 bench/trace/trace.h bench/trace/trace_make.h bench/workload.h \
 bench/trace/generator.h structures/common/options.h \
 bench/trace/trace_error.h
bench/trace/generator_internal.h:
bench/trace/generator.h:
bench/trace/oracle.h:
bench/trace/random.h:
bench/trace/trace_write.h:
bench/trace/trace.h:
bench/trace/trace_make.h:
bench/workload.h:
bench/trace/generator.h:
structures/common/options.h:
bench/trace/trace_error.h:
