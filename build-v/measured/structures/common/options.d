build-v/measured/structures/common/options.o: structures/common/options.c \
 structures/common/options.h
structures/common/options.h:
