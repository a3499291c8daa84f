build-v/measured/bench/subjects/again.o: bench/subjects/again.c \
 bench/replay/subject.h bench/replay/replay.h bench/trace/trace.h \
 structures/timer.h
bench/replay/subject.h:
bench/replay/replay.h:
bench/trace/trace.h:
structures/timer.h:
