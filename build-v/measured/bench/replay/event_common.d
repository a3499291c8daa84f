build-v/measured/bench/replay/event_common.o: bench/replay/event_common.c \
 bench/replay/event_replay.h bench/replay/subject.h bench/replay/replay.h \
 bench/trace/trace.h structures/timer.h
bench/replay/event_replay.h:
bench/replay/subject.h:
bench/replay/replay.h:
bench/trace/trace.h:
structures/timer.h:
