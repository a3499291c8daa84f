build-v/measured/structures/radix-heap.o: structures/radix-heap.c \
 structures/timer.h
structures/timer.h:
