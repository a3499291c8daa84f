build-v/measured/bench/trace/trace_layout.o: bench/trace/trace_layout.c \
 bench/trace/trace_layout.h bench/trace/trace.h
bench/trace/trace_layout.h:
bench/trace/trace.h:
