build-v/measured/generated/inlined/calendar-queue.o: \
 build-v/generated/inlined/calendar-queue.c structures/calendar-queue.c \
 structures/common/options.h structures/common/timer_list.h \
 structures/common/../timer.h bench/replay/replay_structure.h \
 bench/replay/replay_check.h bench/replay/replay.h bench/trace/trace.h \
 structures/timer.h bench/replay/replay_loop.h bench/replay/cycles.h \
 bench/replay/clock.h bench/replay/subject.h
structures/calendar-queue.c:
structures/common/options.h:
structures/common/timer_list.h:
structures/common/../timer.h:
bench/replay/replay_structure.h:
bench/replay/replay_check.h:
bench/replay/replay.h:
bench/trace/trace.h:
structures/timer.h:
bench/replay/replay_loop.h:
bench/replay/cycles.h:
bench/replay/clock.h:
bench/replay/subject.h:
