build-v/measured/generated/subjects.o: build-v/generated/subjects.c \
 bench/replay/subject.h bench/replay/replay.h bench/trace/trace.h \
 structures/timer.h
bench/replay/subject.h:
bench/replay/replay.h:
bench/trace/trace.h:
structures/timer.h:
