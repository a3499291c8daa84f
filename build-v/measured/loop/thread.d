build-v/measured/loop/thread.o: loop/thread.c loop/lock.h \
 loop/lock_debug.h loop/log.h loop/include/event2/thread.h \
 loop/include/event2/visibility.h loop/include/event2/event-config.h
loop/lock.h:
loop/lock_debug.h:
loop/log.h:
loop/include/event2/thread.h:
loop/include/event2/visibility.h:
loop/include/event2/event-config.h:
