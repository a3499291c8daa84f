build-v/measured/structures/ladder-queue.o: structures/ladder-queue.c \
 structures/common/timer_list.h structures/common/../timer.h
structures/common/timer_list.h:
structures/common/../timer.h:
