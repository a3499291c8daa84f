build-v/measured/structures/lazy.o: structures/lazy.c \
 structures/common/timer_list.h structures/common/../timer.h \
 structures/timer.h
structures/common/timer_list.h:
structures/common/../timer.h:
structures/timer.h:
