build-v/measured/structures/dary-heap.o: structures/dary-heap.c \
 structures/common/cached_heap.h structures/common/../timer.h \
 structures/common/options.h structures/common/timer_heap.h \
 structures/common/cached_heap.h structures/timer.h
structures/common/cached_heap.h:
structures/common/../timer.h:
structures/common/options.h:
structures/common/timer_heap.h:
structures/common/cached_heap.h:
structures/timer.h:
