build-v/measured/generated/structures.o: build-v/generated/structures.c \
 structures/timer.h
structures/timer.h:
