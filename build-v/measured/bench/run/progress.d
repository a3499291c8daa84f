build-v/measured/bench/run/progress.o: bench/run/progress.c \
 bench/run/progress.h bench/replay/clock.h
bench/run/progress.h:
bench/replay/clock.h:
