build-v/measured/bench/trace/oracle.o: bench/trace/oracle.c \
 bench/trace/oracle.h
bench/trace/oracle.h:
