build-v/measured/structures/pointer-heap.o: structures/pointer-heap.c \
 structures/timer.h
structures/timer.h:
