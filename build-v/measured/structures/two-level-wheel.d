build-v/measured/structures/two-level-wheel.o: \
 structures/two-level-wheel.c structures/common/options.h \
 structures/common/ticks.h structures/common/../timer.h \
 structures/common/timer_tree.h
structures/common/options.h:
structures/common/ticks.h:
structures/common/../timer.h:
structures/common/timer_tree.h:
