build-v/measured/loop/log.o: loop/log.c loop/log.h \
 loop/include/event2/event.h loop/include/event2/event-config.h \
 loop/include/event2/util.h loop/include/event2/visibility.h
loop/log.h:
loop/include/event2/event.h:
loop/include/event2/event-config.h:
loop/include/event2/util.h:
loop/include/event2/visibility.h:
