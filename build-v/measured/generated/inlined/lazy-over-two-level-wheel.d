build-v/measured/generated/inlined/lazy-over-two-level-wheel.o: \
 build-v/generated/inlined/lazy-over-two-level-wheel.c \
 structures/two-level-wheel.c structures/common/options.h \
 structures/common/ticks.h structures/common/../timer.h \
 structures/common/timer_tree.h structures/lazy.c \
 structures/common/timer_list.h structures/timer.h \
 bench/replay/replay_structure.h bench/replay/replay_check.h \
 bench/replay/replay.h bench/trace/trace.h structures/timer.h \
 bench/replay/replay_loop.h bench/replay/cycles.h bench/replay/clock.h \
 bench/replay/subject.h
structures/two-level-wheel.c:
structures/common/options.h:
structures/common/ticks.h:
structures/common/../timer.h:
structures/common/timer_tree.h:
structures/lazy.c:
structures/common/timer_list.h:
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
