build-v/measured/bench/subjects/libevent.o: bench/subjects/libevent.c \
 loop/include/event2/event.h loop/include/event2/event-config.h \
 loop/include/event2/util.h loop/include/event2/visibility.h \
 bench/replay/event_replay.h bench/replay/subject.h bench/replay/replay.h \
 bench/trace/trace.h structures/timer.h
loop/include/event2/event.h:
loop/include/event2/event-config.h:
loop/include/event2/util.h:
loop/include/event2/visibility.h:
bench/replay/event_replay.h:
bench/replay/subject.h:
bench/replay/replay.h:
bench/trace/trace.h:
structures/timer.h:
