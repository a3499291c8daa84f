build-v/measured/structures/kernel-wheel.o: structures/kernel-wheel.c \
 structures/common/options.h structures/timer.h
structures/common/options.h:
structures/timer.h:
