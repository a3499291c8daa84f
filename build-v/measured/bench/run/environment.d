build-v/measured/bench/run/environment.o: bench/run/environment.c \
 bench/run/environment.h build-v/generated/build_info.h \
 bench/replay/cycles.h bench/replay/clock.h
bench/run/environment.h:
build-v/generated/build_info.h:
bench/replay/cycles.h:
bench/replay/clock.h:
