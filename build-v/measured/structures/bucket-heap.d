build-v/measured/structures/bucket-heap.o: structures/bucket-heap.c \
 structures/common/options.h structures/common/timer_list.h \
 structures/common/../timer.h
structures/common/options.h:
structures/common/timer_list.h:
structures/common/../timer.h:
