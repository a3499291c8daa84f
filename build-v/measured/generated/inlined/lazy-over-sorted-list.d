build-v/measured/generated/inlined/lazy-over-sorted-list.o: \
 build-v/generated/inlined/lazy-over-sorted-list.c \
 structures/sorted-list.c structures/common/options.h structures/timer.h \
 structures/lazy.c structures/common/timer_list.h \
 structures/common/../timer.h bench/replay/replay_structure.h \
 bench/replay/replay_check.h bench/replay/replay.h bench/trace/trace.h \
 structures/timer.h bench/replay/replay_loop.h bench/replay/cycles.h \
 bench/replay/clock.h bench/replay/subject.h
structures/sorted-list.c:
structures/common/options.h:
structures/timer.h:
structures/lazy.c:
structures/common/timer_list.h:
structures/common/../timer.h:
bench/replay/replay_structure.h:
bench/replay/replay_check.h:
bench/replay/replay.h:
bench/trace/trace.h:
structures/timer.h:
bench/replay/replay_loop.h:
bench/replay/cycles.h:
bench/replay/clock.h:
bench/replay/subject.h:
