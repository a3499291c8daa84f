build-v/measured/structures/bucket-trie.o: structures/bucket-trie.c \
 structures/common/pages.h structures/timer.h
structures/common/pages.h:
structures/timer.h:
