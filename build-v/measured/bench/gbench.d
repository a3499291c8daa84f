build-v/measured/bench/gbench.o: bench/gbench.cc bench/gbench.h
bench/gbench.h:
