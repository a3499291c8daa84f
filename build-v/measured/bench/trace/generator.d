build-v/measured/bench/trace/generator.o: bench/trace/generator.c \
 bench/trace/generator_internal.h bench/trace/generator.h \
 bench/trace/oracle.h bench/trace/random.h bench/trace/trace_write.h \
 bench/trace/trace.h bench/trace/trace_make.h bench/workload.h \
 bench/trace/generator.h structures/common/options.h structures/timer.h
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
structures/timer.h:
