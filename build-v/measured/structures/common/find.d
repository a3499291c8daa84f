build-v/measured/structures/common/find.o: structures/common/find.c \
 structures/common/find.h structures/common/../timer.h \
 structures/common/options.h
structures/common/find.h:
structures/common/../timer.h:
structures/common/options.h:
