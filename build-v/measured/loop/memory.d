build-v/measured/loop/memory.o: loop/memory.c loop/memory.h \
 loop/include/event2/event.h loop/include/event2/event-config.h \
 loop/include/event2/util.h loop/include/event2/visibility.h
loop/memory.h:
loop/include/event2/event.h:
loop/include/event2/event-config.h:
loop/include/event2/util.h:
loop/include/event2/visibility.h:
