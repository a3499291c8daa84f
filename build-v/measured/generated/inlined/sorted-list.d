build-v/measured/generated/inlined/sorted-list.o: \
 build-v/generated/inlined/sorted-list.c structures/sorted-list.c \
 structures/common/options.h structures/timer.h \
 bench/replay/replay_structure.h bench/replay/replay_check.h \
 bench/replay/replay.h bench/trace/trace.h structures/timer.h \
 bench/replay/replay_loop.h bench/replay/cycles.h bench/replay/clock.h \
 bench/replay/subject.h
structures/sorted-list.c:
structures/common/options.h:
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
