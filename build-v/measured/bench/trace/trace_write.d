build-v/measured/bench/trace/trace_write.o: bench/trace/trace_write.c \
 bench/trace/trace_error.h bench/trace/trace_layout.h bench/trace/trace.h \
 bench/trace/trace_write.h bench/trace/trace_make.h bench/workload.h \
 bench/trace/generator.h structures/common/options.h
bench/trace/trace_error.h:
bench/trace/trace_layout.h:
bench/trace/trace.h:
bench/trace/trace_write.h:
bench/trace/trace_make.h:
bench/workload.h:
bench/trace/generator.h:
structures/common/options.h:
