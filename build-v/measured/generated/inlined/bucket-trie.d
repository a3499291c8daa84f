build-v/measured/generated/inlined/bucket-trie.o: \
 build-v/generated/inlined/bucket-trie.c structures/bucket-trie.c \
 structures/common/pages.h structures/timer.h \
 bench/replay/replay_structure.h bench/replay/replay_check.h \
 bench/replay/replay.h bench/trace/trace.h structures/timer.h \
 bench/replay/replay_loop.h bench/replay/cycles.h bench/replay/clock.h \
 bench/replay/subject.h
structures/bucket-trie.c:
structures/common/pages.h:
structures/timer.h:
bench/replay/replay_structure.h:
bench/replay/replay_check.h:
bench/replay/replay.h:
bench/trace/trace.h:
structures/timer.h:
bench/replay/replay_loop.h:
bench/replay/cycles.h:
bench/replay/clock.h:
bench/replay/subject.h:
