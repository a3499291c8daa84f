build-v/measured/structures/hashed-wheel.o: structures/hashed-wheel.c \
 structures/common/options.h structures/timer.h
structures/common/options.h:
structures/timer.h:
