build-v/measured/bench/trace/trace_validate.o: \
 bench/trace/trace_validate.c bench/trace/oracle.h structures/timer.h \
 bench/trace/trace.h bench/trace/trace_error.h
bench/trace/oracle.h:
structures/timer.h:
bench/trace/trace.h:
bench/trace/trace_error.h:
