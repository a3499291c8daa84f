build-v/measured/structures/unsorted-list.o: structures/unsorted-list.c \
 structures/timer.h
structures/timer.h:
