build-v/measured/bench/cell.o: bench/cell.c bench/cell.h bench/pages.h \
 bench/replay/subject.h bench/replay/replay.h bench/trace/trace.h \
 structures/timer.h bench/replay/replay_check.h
bench/cell.h:
bench/pages.h:
bench/replay/subject.h:
bench/replay/replay.h:
bench/trace/trace.h:
structures/timer.h:
bench/replay/replay_check.h:
