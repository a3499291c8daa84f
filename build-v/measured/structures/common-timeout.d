build-v/measured/structures/common-timeout.o: structures/common-timeout.c \
 structures/common/options.h structures/common/cached_heap.h \
 structures/common/../timer.h structures/timer.h
structures/common/options.h:
structures/common/cached_heap.h:
structures/common/../timer.h:
structures/timer.h:
