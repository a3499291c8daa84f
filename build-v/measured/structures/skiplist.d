build-v/measured/structures/skiplist.o: structures/skiplist.c \
 structures/timer.h
structures/timer.h:
