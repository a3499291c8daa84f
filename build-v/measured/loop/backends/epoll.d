build-v/measured/loop/backends/epoll.o: loop/backends/epoll.c \
 loop/backend.h loop/include/event2/event.h \
 loop/include/event2/event-config.h loop/include/event2/util.h \
 loop/include/event2/visibility.h loop/io_map.h loop/lock.h loop/memory.h \
 structures/timer.h
loop/backend.h:
loop/include/event2/event.h:
loop/include/event2/event-config.h:
loop/include/event2/util.h:
loop/include/event2/visibility.h:
loop/io_map.h:
loop/lock.h:
loop/memory.h:
structures/timer.h:
