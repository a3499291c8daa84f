build-v/measured/bench/passes/time.o: bench/passes/time.c bench/cell.h \
 bench/pages.h bench/replay/subject.h bench/replay/replay.h \
 bench/trace/trace.h structures/timer.h bench/replay/clock.h \
 bench/gbench.h
bench/cell.h:
bench/pages.h:
bench/replay/subject.h:
bench/replay/replay.h:
bench/trace/trace.h:
structures/timer.h:
bench/replay/clock.h:
bench/gbench.h:
