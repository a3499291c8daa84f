build-v/measured/bench/subjects/loop.o: bench/subjects/loop.c \
 loop/include/event2/event.h loop/include/event2/event-config.h \
 loop/include/event2/util.h loop/include/event2/visibility.h \
 bench/replay/event_replay.h bench/replay/subject.h bench/replay/replay.h \
 bench/trace/trace.h structures/timer.h loop/backend.h \
 structures/common/options.h
loop/include/event2/event.h:
loop/include/event2/event-config.h:
loop/include/event2/util.h:
loop/include/event2/visibility.h:
bench/replay/event_replay.h:
bench/replay/subject.h:
bench/replay/replay.h:
bench/trace/trace.h:
structures/timer.h:
loop/backend.h:
structures/common/options.h:
