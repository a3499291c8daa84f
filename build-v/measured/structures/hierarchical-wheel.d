build-v/measured/structures/hierarchical-wheel.o: \
 structures/hierarchical-wheel.c structures/common/options.h \
 structures/common/ticks.h structures/common/../timer.h \
 structures/common/timer_list.h structures/timer.h
structures/common/options.h:
structures/common/ticks.h:
structures/common/../timer.h:
structures/common/timer_list.h:
structures/timer.h:
