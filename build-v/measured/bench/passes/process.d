build-v/measured/bench/passes/process.o: bench/passes/process.c \
 bench/cell.h bench/pages.h bench/replay/subject.h bench/replay/replay.h \
 bench/trace/trace.h structures/timer.h bench/replay/clock.h
bench/cell.h:
bench/pages.h:
bench/replay/subject.h:
bench/replay/replay.h:
bench/trace/trace.h:
structures/timer.h:
bench/replay/clock.h:
