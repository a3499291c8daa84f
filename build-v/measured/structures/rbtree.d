build-v/measured/structures/rbtree.o: structures/rbtree.c \
 structures/common/timer_tree.h structures/common/../timer.h
structures/common/timer_tree.h:
structures/common/../timer.h:
