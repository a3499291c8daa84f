build-v/measured/bench/trace/random.o: bench/trace/random.c \
 bench/trace/random.h
bench/trace/random.h:
