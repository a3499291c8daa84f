build-v/measured/generated/inlined/rbtree.o: \
 build-v/generated/inlined/rbtree.c structures/rbtree.c \
 structures/common/timer_tree.h structures/common/../timer.h \
 bench/replay/replay_structure.h bench/replay/replay_check.h \
 bench/replay/replay.h bench/trace/trace.h structures/timer.h \
 bench/replay/replay_loop.h bench/replay/cycles.h bench/replay/clock.h \
 bench/replay/subject.h
structures/rbtree.c:
structures/common/timer_tree.h:
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
