build-v/measured/bench/trace/trace_error.o: bench/trace/trace_error.c \
 bench/trace/trace.h bench/trace/trace_error.h
bench/trace/trace.h:
bench/trace/trace_error.h:
