build-v/measured/bench/subjects/structure.o: bench/subjects/structure.c \
 bench/replay/replay_structure.h bench/replay/replay_check.h \
 bench/replay/replay.h bench/trace/trace.h structures/timer.h \
 bench/replay/replay_loop.h bench/replay/cycles.h bench/replay/clock.h \
 bench/replay/subject.h structures/common/find.h \
 structures/common/../timer.h structures/common/options.h
bench/replay/replay_structure.h:
bench/replay/replay_check.h:
bench/replay/replay.h:
bench/trace/trace.h:
structures/timer.h:
bench/replay/replay_loop.h:
bench/replay/cycles.h:
bench/replay/clock.h:
bench/replay/subject.h:
structures/common/find.h:
structures/common/../timer.h:
structures/common/options.h:
