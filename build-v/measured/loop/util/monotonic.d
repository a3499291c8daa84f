build-v/measured/loop/util/monotonic.o: loop/util/monotonic.c \
 loop/include/event2/util.h loop/include/event2/event-config.h \
 loop/include/event2/visibility.h loop/memory.h
loop/include/event2/util.h:
loop/include/event2/event-config.h:
loop/include/event2/visibility.h:
loop/memory.h:
