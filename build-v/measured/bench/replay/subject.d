build-v/measured/bench/replay/subject.o: bench/replay/subject.c \
 bench/replay/subject.h bench/replay/replay.h bench/trace/trace.h \
 structures/timer.h structures/common/options.h
bench/replay/subject.h:
bench/replay/replay.h:
bench/trace/trace.h:
structures/timer.h:
structures/common/options.h:
