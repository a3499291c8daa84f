build-v/measured/structures/pairing-heap.o: structures/pairing-heap.c \
 structures/timer.h
structures/timer.h:
