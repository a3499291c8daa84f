build-v/measured/loop/backends/io_uring.o: loop/backends/io_uring.c \
 loop/include/event2/event.h loop/include/event2/event-config.h \
 loop/include/event2/util.h loop/include/event2/visibility.h \
 loop/backend.h loop/io_map.h loop/lock.h loop/memory.h
loop/include/event2/event.h:
loop/include/event2/event-config.h:
loop/include/event2/util.h:
loop/include/event2/visibility.h:
loop/backend.h:
loop/io_map.h:
loop/lock.h:
loop/memory.h:
