build-v/measured/generated/inlined/dary-heap.o: \
 build-v/generated/inlined/dary-heap.c structures/dary-heap.c \
 structures/common/cached_heap.h structures/common/../timer.h \
 structures/common/options.h structures/common/timer_heap.h \
 structures/common/cached_heap.h structures/timer.h \
 bench/replay/replay_structure.h bench/replay/replay_check.h \
 bench/replay/replay.h bench/trace/trace.h structures/timer.h \
 bench/replay/replay_loop.h bench/replay/cycles.h bench/replay/clock.h \
 bench/replay/subject.h
structures/dary-heap.c:
structures/common/cached_heap.h:
structures/common/../timer.h:
structures/common/options.h:
structures/common/timer_heap.h:
structures/common/cached_heap.h:
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
