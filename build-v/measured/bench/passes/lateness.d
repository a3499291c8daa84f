build-v/measured/bench/passes/lateness.o: bench/passes/lateness.c \
 bench/cell.h bench/pages.h bench/replay/subject.h bench/replay/replay.h \
 bench/trace/trace.h structures/timer.h bench/replay/clock.h \
 bench/replay/event_replay.h
bench/cell.h:
bench/pages.h:
bench/replay/subject.h:
bench/replay/replay.h:
bench/trace/trace.h:
structures/timer.h:
bench/replay/clock.h:
bench/replay/event_replay.h:
