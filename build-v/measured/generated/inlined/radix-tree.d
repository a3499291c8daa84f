build-v/measured/generated/inlined/radix-tree.o: \
 build-v/generated/inlined/radix-tree.c structures/radix-tree.c \
 structures/timer.h bench/replay/replay_structure.h \
 bench/replay/replay_check.h bench/replay/replay.h bench/trace/trace.h \
 structures/timer.h bench/replay/replay_loop.h bench/replay/cycles.h \
 bench/replay/clock.h bench/replay/subject.h
structures/radix-tree.c:
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
