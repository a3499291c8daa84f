build-v/measured/structures/cascading-wheel.o: \
 structures/cascading-wheel.c structures/common/options.h \
 structures/common/ticks.h structures/common/../timer.h \
 structures/common/timer_list.h
structures/common/options.h:
structures/common/ticks.h:
structures/common/../timer.h:
structures/common/timer_list.h:
