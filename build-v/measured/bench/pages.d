build-v/measured/bench/pages.o: bench/pages.c bench/pages.h
bench/pages.h:
