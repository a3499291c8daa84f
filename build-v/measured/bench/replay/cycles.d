build-v/measured/bench/replay/cycles.o: bench/replay/cycles.c \
 bench/replay/cycles.h bench/replay/clock.h
bench/replay/cycles.h:
bench/replay/clock.h:
