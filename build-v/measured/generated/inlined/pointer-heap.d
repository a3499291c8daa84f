build-v/measured/generated/inlined/pointer-heap.o: \
 build-v/generated/inlined/pointer-heap.c structures/pointer-heap.c \
 structures/timer.h bench/replay/replay_structure.h \
 bench/replay/replay_check.h bench/replay/replay.h bench/trace/trace.h \
 structures/timer.h bench/replay/replay_loop.h bench/replay/cycles.h \
 bench/replay/clock.h bench/replay/subject.h
structures/pointer-heap.c:
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
