build-v/measured/structures/binary-heap.o: structures/binary-heap.c \
 structures/timer.h
structures/timer.h:
