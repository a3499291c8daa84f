build-v/measured/loop/lock_debug.o: loop/lock_debug.c loop/lock_debug.h \
 loop/lock.h loop/log.h loop/memory.h loop/include/event2/thread.h \
 loop/include/event2/visibility.h loop/include/event2/event-config.h
loop/lock_debug.h:
loop/lock.h:
loop/log.h:
loop/memory.h:
loop/include/event2/thread.h:
loop/include/event2/visibility.h:
loop/include/event2/event-config.h:
