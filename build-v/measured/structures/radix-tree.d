build-v/measured/structures/radix-tree.o: structures/radix-tree.c \
 structures/timer.h
structures/timer.h:
