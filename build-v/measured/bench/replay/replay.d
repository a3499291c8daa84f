build-v/measured/bench/replay/replay.o: bench/replay/replay.c \
 bench/replay/replay.h bench/trace/trace.h structures/timer.h \
 bench/replay/replay_check.h bench/replay/subject.h
bench/replay/replay.h:
bench/trace/trace.h:
structures/timer.h:
bench/replay/replay_check.h:
bench/replay/subject.h:
