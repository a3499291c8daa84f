build-v/measured/structures/sorted-list.o: structures/sorted-list.c \
 structures/common/options.h structures/timer.h
structures/common/options.h:
structures/timer.h:
