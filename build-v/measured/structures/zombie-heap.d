build-v/measured/structures/zombie-heap.o: structures/zombie-heap.c \
 structures/timer.h
structures/timer.h:
