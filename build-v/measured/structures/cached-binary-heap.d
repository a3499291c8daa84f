build-v/measured/structures/cached-binary-heap.o: \
 structures/cached-binary-heap.c structures/common/cached_heap_set.h \
 structures/common/cached_heap.h structures/common/../timer.h
structures/common/cached_heap_set.h:
structures/common/cached_heap.h:
structures/common/../timer.h:
