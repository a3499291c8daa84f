build-v/measured/structures/calendar-queue.o: structures/calendar-queue.c \
 structures/common/options.h structures/common/timer_list.h \
 structures/common/../timer.h
structures/common/options.h:
structures/common/timer_list.h:
structures/common/../timer.h:
