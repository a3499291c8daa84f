build-v/measured/generated/inlined/two-level-wheel.o: \
 build-v/generated/inlined/two-level-wheel.c structures/two-level-wheel.c \
 structures/common/options.h structures/common/ticks.h \
 structures/common/../timer.h structures/common/timer_tree.h \
 bench/replay/replay_structure.h bench/replay/replay_check.h \
 bench/replay/replay.h bench/trace/trace.h structures/timer.h \
 bench/replay/replay_loop.h bench/replay/cycles.h bench/replay/clock.h \
 bench/replay/subject.h
structures/two-level-wheel.c:
structures/common/options.h:
structures/common/ticks.h:
structures/common/../timer.h:
structures/common/timer_tree.h:
bench/replay/replay_structure.h:
bench/replay/replay_check.h:
bench/replay/replay.h:
bench/trace/trace.h:
structures/timer.h:
bench/replay/replay_loop.h:
bench/replay/cycles.h:
bench/replay/clock.h:
bench/replay/subject.h:
