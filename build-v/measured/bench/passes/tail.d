build-v/measured/bench/passes/tail.o: bench/passes/tail.c bench/cell.h \
 bench/pages.h bench/replay/subject.h bench/replay/replay.h \
 bench/trace/trace.h structures/timer.h bench/replay/cycles.h \
 bench/replay/clock.h
bench/cell.h:
bench/pages.h:
bench/replay/subject.h:
bench/replay/replay.h:
bench/trace/trace.h:
structures/timer.h:
bench/replay/cycles.h:
bench/replay/clock.h:
