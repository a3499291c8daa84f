build-v/measured/bench/subjects/yardstick-dispatch.o: \
 bench/subjects/yardstick-dispatch.c bench/replay/yardstick.h \
 bench/replay/replay_loop.h bench/replay/cycles.h bench/replay/clock.h \
 bench/replay/subject.h bench/replay/replay.h bench/trace/trace.h \
 structures/timer.h
bench/replay/yardstick.h:
bench/replay/replay_loop.h:
bench/replay/cycles.h:
bench/replay/clock.h:
bench/replay/subject.h:
bench/replay/replay.h:
bench/trace/trace.h:
structures/timer.h:
