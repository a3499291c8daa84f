build-v/measured/structures/quad-heap.o: structures/quad-heap.c \
 structures/common/cached_heap_set.h structures/common/cached_heap.h \
 structures/common/../timer.h
structures/common/cached_heap_set.h:
structures/common/cached_heap.h:
structures/common/../timer.h:
