build-v/measured/generated/inlined/skiplist.o: \
 build-v/generated/inlined/skiplist.c structures/skiplist.c \
 structures/timer.h bench/replay/replay_structure.h \
 bench/replay/replay_check.h bench/replay/replay.h bench/trace/trace.h \
 structures/timer.h bench/replay/replay_loop.h bench/replay/cycles.h \
 bench/replay/clock.h bench/replay/subject.h
structures/skiplist.c:
structures/timer.h:
bench/replay/replay_structure.h:
bench/replay/replay_check.h:
bench/replay/replay.h:
bench/trace/trace.h:
structures/timer.h:
bench/replay/replay_loop.h:
bench/replay/cycles.h:
bench/replay/clock.h:
bench/replay/subject.h:
