build-v/measured/generated/inlined/common-timeout.o: \
 build-v/generated/inlined/common-timeout.c structures/common-timeout.c \
 structures/common/options.h structures/common/cached_heap.h \
 structures/common/../timer.h structures/timer.h \
 bench/replay/replay_structure.h bench/replay/replay_check.h \
 bench/replay/replay.h bench/trace/trace.h structures/timer.h \
 bench/replay/replay_loop.h bench/replay/cycles.h bench/replay/clock.h \
 bench/replay/subject.h
structures/common-timeout.c:
structures/common/options.h:
structures/common/cached_heap.h:
structures/common/../timer.h:
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
