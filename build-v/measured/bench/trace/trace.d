build-v/measured/bench/trace/trace.o: bench/trace/trace.c \
 bench/trace/trace.h bench/trace/trace_error.h bench/trace/trace_layout.h \
 bench/trace/trace_unpack.h
bench/trace/trace.h:
bench/trace/trace_error.h:
bench/trace/trace_layout.h:
bench/trace/trace_unpack.h:
