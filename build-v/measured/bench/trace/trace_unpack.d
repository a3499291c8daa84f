build-v/measured/bench/trace/trace_unpack.o: bench/trace/trace_unpack.c \
 bench/trace/trace.h bench/trace/trace_error.h bench/trace/trace_unpack.h
bench/trace/trace.h:
bench/trace/trace_error.h:
bench/trace/trace_unpack.h:
